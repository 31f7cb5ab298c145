{{- define "steadyhand.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "steadyhand.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
What is outside of the release's namespace carries its name, and a hash of what makes the release one, so that two releases
never meet: namespace `a-b` with `c` reads like `a` with `b-c`.
*/}}
{{- define "steadyhand.clusterName" -}}
{{- $hash := printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 8 -}}
{{- printf "%s-%s-%s" .Release.Namespace (include "steadyhand.fullname" .) $hash -}}
{{- end -}}

{{- define "steadyhand.selectorLabels" -}}
app.kubernetes.io/name: {{ include "steadyhand.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: daemon
{{- end -}}

{{- define "steadyhand.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "steadyhand.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: steadyhand
{{- end -}}

{{/* metadata of an object: context, name, and optionally namespace (else the release's), cluster (in none), labels, annotations. */}}
{{- define "steadyhand.metadata" -}}
{{- $root := .root -}}
metadata:
  name: {{ .name | quote }}
  {{- if hasKey . "namespace" }}
  namespace: {{ required "an empty name of a namespace" .namespace | quote }}
  {{- else if not .cluster }}
  namespace: {{ $root.Release.Namespace | quote }}
  {{- end }}
  labels:
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- include "steadyhand.labels" $root | nindent 4 }}
  {{- with merge (dict) (.annotations | default dict) ($root.Values.commonAnnotations | default dict) }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "steadyhand.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "steadyhand.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "steadyhand.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.image.digest -}}
{{- printf "%s:%s@%s" .Values.image.repository $tag .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- define "steadyhand.apiSecretName" -}}
{{- .Values.api.existingSecret | default (printf "%s-api" (include "steadyhand.fullname" .)) -}}
{{- end -}}

{{- define "steadyhand.tlsSecretName" -}}
{{- if .Values.tls.existingSecret -}}
{{- .Values.tls.existingSecret -}}
{{- else if .Values.tls.certManager.issuer -}}
{{- printf "%s-tls" (include "steadyhand.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- define "steadyhand.scheme" -}}
{{- ternary "https" "http" (ne (include "steadyhand.tlsSecretName" .) "") -}}
{{- end -}}

{{- define "steadyhand.claimName" -}}
{{- .Values.persistence.existingClaim | default (printf "%s-state" (include "steadyhand.fullname" .)) -}}
{{- end -}}

{{- define "steadyhand.slackChannel" -}}
{{- .Values.slack.channel | default (dig "slack" "channel" "" (.Values.config | default dict)) | default "" -}}
{{- end -}}

{{/* How far the policy goes at most: observe, propose or act. */}}
{{- define "steadyhand.autonomy" -}}
{{- $own := ternary "propose" "observe" (not (empty (or .Values.actions.namespaces .Values.actions.nodes))) -}}
{{- dig "policy" "autonomy" "" (.Values.config | default dict) | default $own -}}
{{- end -}}

{{/* The namespaces it reads in with Roles alone, as JSON. */}}
{{- define "steadyhand.readNamespaces" -}}
{{- .Values.read.namespaces | default (list .Release.Namespace) | uniq | toJson -}}
{{- end -}}

{{/* The names of the playbooks that may be proposed, as JSON. */}}
{{- define "steadyhand.playbooks" -}}
{{- $rights := .Files.Get "files/rights.yaml" | fromYaml -}}
{{- $all := keys $rights.playbooks | sortAlpha -}}
{{- .Values.actions.playbooks | default (dig "playbooks" list (.Values.config | default dict)) | default $all | toJson -}}
{{- end -}}

{{/* Rules to act, of the enabled playbooks: each resource once. `nodes` says for which half. */}}
{{- define "steadyhand.actRules" -}}
{{- $rights := .root.Files.Get "files/rights.yaml" | fromYaml -}}
{{- $verbs := dict -}}
{{- $nodes := .nodes -}}
{{- range include "steadyhand.playbooks" .root | fromJsonArray -}}
{{- $playbook := get $rights.playbooks . | default dict -}}
{{- if and $playbook (eq $playbook.nodes $nodes) -}}
{{- range $playbook.rules -}}
{{- $wanted := .verbs -}}
{{- $group := first .apiGroups -}}
{{- range .resources -}}
{{- $key := printf "%s|%s" $group . -}}
{{- $_ := set $verbs $key (concat (get $verbs $key | default list) $wanted | uniq | sortAlpha) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range keys $verbs | sortAlpha }}
{{- $parts := splitList "|" . }}
- apiGroups: [{{ first $parts | quote }}]
  resources: [{{ last $parts | quote }}]
  verbs: {{ get $verbs . | toJson }}
{{- end }}
{{- end -}}

{{/* Which namespaces logs are read in with Roles, as JSON: those named, else (without a ClusterRole) all that are read. */}}
{{- define "steadyhand.logNamespaces" -}}
{{- $found := list -}}
{{- if .Values.read.logs.enabled -}}
{{- if .Values.read.logs.namespaces -}}
{{- $found = .Values.read.logs.namespaces -}}
{{- else if not .Values.read.clusterWide -}}
{{- $found = include "steadyhand.readNamespaces" . | fromJsonArray -}}
{{- end -}}
{{- end -}}
{{- $found | uniq | toJson -}}
{{- end -}}

{{/*
Whether a cluster was asked for this render. The namespace's own service account first, for that takes no right outside of
it; with --create-namespace it is not there yet, and whoever may create namespaces may look at kube-system.
*/}}
{{- define "steadyhand.clusterAsked" -}}
{{- if or (lookup "v1" "ServiceAccount" .Release.Namespace "default") (lookup "v1" "Namespace" "" "kube-system") -}}
yes
{{- end -}}
{{- end -}}
