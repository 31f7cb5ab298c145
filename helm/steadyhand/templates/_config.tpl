{{/* The program's configuration: what follows from the values, then `config` over it. No secret is in it. */}}
{{- define "steadyhand.config" -}}
{{- $values := .Values -}}
{{- $own := dict "state_dir" "/var/lib/steadyhand" -}}
{{- $listen := dict "host" .Values.service.host "port" 8484 -}}
{{- if include "steadyhand.tlsSecretName" . -}}
{{- $_ := set $listen "tls_cert_file" "/etc/steadyhand/tls/tls.crt" -}}
{{- $_ := set $listen "tls_key_file" "/etc/steadyhand/tls/tls.key" -}}
{{- end -}}
{{- $_ := set $own "listen" $listen -}}

{{- if not .Values.read.clusterWide -}}
{{- $_ := set $own "kubernetes" (dict "namespaces" (include "steadyhand.readNamespaces" . | fromJsonArray)) -}}
{{- end -}}

{{- range $section := list "prometheus" "alertmanager" -}}
{{- $wanted := get $values $section -}}
{{- $made := dict -}}
{{- if $wanted.url }}{{ $_ := set $made "url" $wanted.url }}{{ end -}}
{{- if $wanted.tokenKey }}{{ $_ := set $made "bearer_token_file" (printf "/etc/steadyhand/%s/token" $section) }}{{ end -}}
{{- if $wanted.caKey }}{{ $_ := set $made "ca_file" (printf "/etc/steadyhand/%s/ca.crt" $section) }}{{ end -}}
{{- if get $wanted "tenant" }}{{ $_ := set $made "headers" (dict "X-Scope-OrgID" $wanted.tenant) }}{{ end -}}
{{- if $made }}{{ $_ := set $own $section $made }}{{ end -}}
{{- end -}}

{{- if include "steadyhand.slackChannel" . -}}
{{- $slack := dict "channel" (include "steadyhand.slackChannel" .) "mode" .Values.slack.mode "bot_token_file" "/etc/steadyhand/slack/bot-token" -}}
{{- if eq .Values.slack.mode "socket" -}}
{{- $_ := set $slack "app_token_file" "/etc/steadyhand/slack/app-token" -}}
{{- else -}}
{{- $_ := set $slack "signing_secret_file" "/etc/steadyhand/slack/signing-secret" -}}
{{- end -}}
{{- $_ := set $own "slack" $slack -}}
{{- end -}}

{{- $acting := or .Values.actions.namespaces .Values.actions.nodes -}}
{{- $policy := dict "autonomy" (include "steadyhand.autonomy" .) -}}
{{- if $acting -}}
{{- if .Values.actions.namespaces -}}
{{- $_ := set $own "history" (dict "namespaces" (concat (.Values.actions.namespaces | default list) (dig "history" "namespaces" list (.Values.config | default dict)) | uniq)) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $own "policy" $policy -}}
{{- if .Values.actions.playbooks }}{{ $_ := set $own "playbooks" .Values.actions.playbooks }}{{ end -}}

{{- $made := mergeOverwrite $own (deepCopy (.Values.config | default dict)) -}}

{{- /* Whoever may use a channel could approve while nobody is named. */ -}}
{{- if not $made.approvers -}}
{{- $_ := set $made "approvers" (list (dict "name" "operator" "identities" (list (printf "api:%s" (first .Values.api.callers))))) -}}
{{- end -}}

{{- $tokens := list -}}
{{- range .Values.api.callers -}}
{{- $tokens = append $tokens (dict "name" . "token_file" (printf "/etc/steadyhand/api/%s" .)) -}}
{{- end -}}
{{- $_ := set $made "api" (merge (dict "tokens" $tokens) ($made.api | default dict)) -}}

{{- if $acting -}}
{{- $rules := list (dict "autonomy" "observe") -}}
{{- with .Values.actions.namespaces }}{{ $rules = append $rules (dict "namespaces" . "autonomy" "propose") }}{{ end -}}
{{- if .Values.actions.nodes }}{{ $rules = append $rules (dict "actions" (list "cordon" "uncordon") "autonomy" "propose") }}{{ end -}}
{{- $_ := set $made.policy "autonomy_rules" (concat $rules (dig "policy" "autonomy_rules" list (.Values.config | default dict))) -}}
{{- end -}}
{{- with .Values.actions.namespaces }}{{ $_ := set $made.history "namespaces" (concat . (dig "history" "namespaces" list ($values.config | default dict)) | uniq) }}{{ end -}}
{{- toYaml $made -}}
{{- end -}}
