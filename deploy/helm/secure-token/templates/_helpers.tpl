{{/* The name of everything: the release's, with the chart's unless that stands in it. At most 63 characters. */}}
{{- define "secure-token.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 54 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 54 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What a Deployment finds its pods by; it must never change. */}}
{{- define "secure-token.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The pod of `helm test`, which no selector of the server may find. */}}
{{- define "secure-token.testSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "secure-token.labels" -}}
{{ include "secure-token.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "secure-token.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "secure-token.fullname" .) -}}
{{- end -}}

{{- define "secure-token.image" -}}
{{- with .Values.image -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end -}}

{{/* The metrics port, which nobody has to choose: each pod has an address of its own. */}}
{{- define "secure-token.metricsPort" -}}9090{{- end -}}

{{/* Restricted, by the Pod Security Standards. */}}
{{- define "secure-token.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "secure-token.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 65532
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The handler of a probe; the argument is a dict of root and path. */}}
{{- define "secure-token.probe" -}}
{{- if eq .root.Values.probes "grpc" -}}
grpc:
  port: 8080
{{- else -}}
httpGet:
  path: {{ .path }}
  port: metrics
{{- end -}}
{{- end -}}

{{/* A Secret as a volume: root's and fsGroup's, read by these alone. */}}
{{- define "secure-token.secretVolume" -}}
- name: {{ .name }}
  secret:
    secretName: {{ .secret | quote }}
    defaultMode: 0440
{{- end -}}
