{{/* What a schema cannot say: every mistake ends the render with one line. */}}
{{- define "steadyhand.checks" -}}
{{- if .Values.database.existingSecret -}}
{{- fail "database.existingSecret: PostgreSQL is not supported yet; leave it empty, the state is SQLite on the volume of `persistence`" -}}
{{- end -}}
{{- $rights := .Files.Get "files/rights.yaml" | fromYaml -}}
{{- range .Values.actions.playbooks -}}
{{- if and (not (hasKey $rights.playbooks .)) (not (dig "playbooks_dir" "" $.Values.config)) -}}
{{- fail (printf "actions.playbooks: there is no playbook %q; known: %s" . (keys $rights.playbooks | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.actions.playbooks .Values.config.playbooks -}}
{{- fail "actions.playbooks and config.playbooks say the same: write only one of them" -}}
{{- end -}}
{{- if not .Values.read.clusterWide -}}
{{- $seen := include "steadyhand.readNamespaces" . | fromJsonArray -}}
{{- range concat .Values.actions.namespaces .Values.read.logs.namespaces -}}
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
{{- if and (or .Values.actions.namespaces .Values.actions.nodes) (not .Values.config.approvers) -}}
{{- fail "config.approvers: with Slack and actions, say who may approve; else everybody in the channel could (docs/approvals.md)" -}}
{{- end -}}
{{- end -}}
{{- range $section := list "prometheus" "alertmanager" -}}
{{- $wanted := get $.Values $section -}}
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
