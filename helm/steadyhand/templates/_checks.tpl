{{/* What a schema cannot say: every mistake ends the render with one line. */}}
{{- define "steadyhand.checks" -}}
{{- if .Values.database.existingSecret -}}
{{- fail "database.existingSecret: PostgreSQL is not supported yet; leave it empty, the state is SQLite on the volume of `persistence`" -}}
{{- end -}}
{{- $rights := .Files.Get "files/rights.yaml" | fromYaml -}}
{{- $config := .Values.config | default dict -}}
{{- range $where, $names := dict "actions.playbooks" .Values.actions.playbooks "config.playbooks" $config.playbooks -}}
{{- range $names -}}
{{- if and (not (hasKey $rights.playbooks .)) (not $config.playbooks_dir) -}}
{{- fail (printf "%s: there is no playbook %q; known: %s" $where . (keys $rights.playbooks | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.actions.namespaces -}}
{{- if or (eq . "kube-system") (eq . $.Release.Namespace) -}}
{{- fail (printf "actions.namespaces: not in %q: whoever may act there could change what Steadyhand itself, or the cluster, runs by (docs/security.md)" .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.events.enabled (not (or .Values.actions.namespaces .Values.actions.nodes)) -}}
{{- fail "events.enabled: Events are written on what was acted on only; name actions.namespaces too" -}}
{{- end -}}
{{- if and .Values.rbac.create (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name: name the account that is there; the namespace's `default`, which every pod has, gets no rights" -}}
{{- end -}}
{{- if and .Values.actions.playbooks (.Values.config | default dict).playbooks -}}
{{- fail "actions.playbooks and config.playbooks say the same: write only one of them" -}}
{{- end -}}
{{- if not .Values.read.clusterWide -}}
{{- $seen := include "steadyhand.readNamespaces" . | fromJsonArray -}}
{{- range concat (.Values.actions.namespaces | default list) (.Values.read.logs.namespaces | default list) -}}
{{- if not (has . $seen) -}}
{{- fail (printf "namespace %q is named in actions.namespaces or read.logs.namespaces, but is not read: add it to read.namespaces" .) -}}
{{- end -}}
{{- end -}}
{{- if .Values.actions.nodes -}}
{{- fail "actions.nodes: nodes are in no namespace, so it needs read.clusterWide: true" -}}
{{- end -}}
{{- else if .Values.read.namespaces -}}
{{- fail "read.namespaces has no use with read.clusterWide: true, which reads in all; set read.clusterWide: false" -}}
{{- end -}}
{{- if include "steadyhand.slackChannel" . -}}
{{- if not .Values.slack.existingSecret -}}
{{- fail "slack.existingSecret: name the Secret with Slack's tokens (docs/install.md says how to make it)" -}}
{{- end -}}
{{- if and (ne (include "steadyhand.autonomy" .) "observe") (not $config.approvers) -}}
{{- fail "config.approvers: with Slack and actions, say who may approve; else everybody in the channel could (docs/approvals.md)" -}}
{{- end -}}
{{- end -}}
{{- with $config.slack -}}
{{- if and .channel $.Values.slack.channel (ne .channel $.Values.slack.channel) -}}
{{- fail "slack.channel and config.slack.channel differ: write only one of them" -}}
{{- end -}}
{{- if and .mode (ne .mode $.Values.slack.mode) -}}
{{- fail "config.slack.mode differs from slack.mode, by which the Secret is mounted: write slack.mode" -}}
{{- end -}}
{{- range $key := list "bot_token_file" "app_token_file" "signing_secret_file" -}}
{{- if get $config.slack $key -}}
{{- fail (printf "config.slack.%s: Slack's tokens are those of slack.existingSecret; name their keys in `slack`" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $section := list "prometheus" "alertmanager" -}}
{{- $wanted := get $.Values $section -}}
{{- $other := dig $section "url" "" $config -}}
{{- if and $wanted.url $other (ne $wanted.url $other) -}}
{{- fail (printf "%s.url and config.%s.url differ: write only one of them" $section $section) -}}
{{- end -}}
{{- if and (or $wanted.tokenKey $wanted.caKey (get $wanted "headersKey")) (not $wanted.existingSecret) -}}
{{- fail (printf "%s.existingSecret: name the Secret that has these keys" $section) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.prometheus.tenant .Values.prometheus.headersKey -}}
{{- fail "prometheus.tenant and prometheus.headersKey both set the headers: write only one of them" -}}
{{- end -}}
{{- if and .Values.tls.existingSecret .Values.tls.certManager.issuer -}}
{{- fail "tls.existingSecret and tls.certManager.issuer: write only one of them" -}}
{{- end -}}
{{- if and .Values.tls.certManager.issuer (not (.Capabilities.APIVersions.Has "cert-manager.io/v1")) -}}
{{- fail "tls.certManager.issuer: this cluster has no cert-manager (cert-manager.io/v1)" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host: name the host" -}}
{{- end -}}
{{- with .Values.monitoring -}}
{{- if and (or .serviceMonitor.enabled .prometheusRule.enabled) (not ($.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- fail "monitoring: serviceMonitor and prometheusRule need the Prometheus operator (monitoring.coreos.com/v1), which this cluster does not have" -}}
{{- end -}}
{{- if and .prometheusRule.enabled (not .serviceMonitor.enabled) -}}
{{- fail "monitoring.prometheusRule needs monitoring.serviceMonitor: it looks for the series by the labels that one gives, and would page for ever without" -}}
{{- end -}}
{{- if .alertmanagerConfig.enabled -}}
{{- if not ($.Capabilities.APIVersions.Has "monitoring.coreos.com/v1alpha1") -}}
{{- fail "monitoring.alertmanagerConfig needs the Prometheus operator (monitoring.coreos.com/v1alpha1), which this cluster does not have" -}}
{{- end -}}
{{- if not (has .alertmanagerConfig.caller $.Values.api.callers) -}}
{{- fail (printf "monitoring.alertmanagerConfig.caller: %q is not one of api.callers" .alertmanagerConfig.caller) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
