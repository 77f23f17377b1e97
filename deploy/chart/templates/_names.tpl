{{- define "bellboard.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "bellboard.selector" -}}
app.kubernetes.io/name: bellboard
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "bellboard.labels" -}}
{{ include "bellboard.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "bellboard.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "bellboard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "bellboard.authorityMount" -}}
{{- if .Values.kafka.authoritySecret }}
- {name: authority, mountPath: /etc/bellboard/kafka, readOnly: true}
{{- end }}
{{- end }}

{{- define "bellboard.authorityVolume" -}}
{{- if .Values.kafka.authoritySecret }}
- name: authority
  secret: {secretName: {{ .Values.kafka.authoritySecret }}}
{{- end }}
{{- end }}
