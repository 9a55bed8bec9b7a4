{{- define "remendo.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Cluster-wide objects carry the namespace too: the chart may be installed twice. */}}
{{- define "remendo.clusterName" -}}
{{- $full := include "remendo.fullname" . -}}
{{- if eq $full .Release.Namespace -}}{{ $full }}{{- else -}}{{ printf "%s-%s" .Release.Namespace $full }}{{- end -}}
{{- end -}}

{{- define "remendo.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "remendo.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "remendo.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "remendo.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "remendo.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "remendo.dryRunAccount" -}}
{{ include "remendo.fullname" . }}-dry-run
{{- end -}}

{{- define "remendo.secret" -}}
{{- default (printf "%s-credentials" (include "remendo.fullname" .)) .Values.credentials.existingSecret -}}
{{- end -}}

{{/* What the chart knows better than the user, under what the user says. */}}
{{- define "remendo.config" -}}
{{- $own := dict "run" (dict "listen" (printf "0.0.0.0:%v" .Values.service.port)) "state" (dict "directory" "/var/lib/remendo") -}}
{{- if gt (int .Values.replicaCount) 1 -}}
{{- $_ := set $own.run "leaderElection" (dict "namespace" .Release.Namespace "name" (include "remendo.fullname" .)) -}}
{{- end -}}
{{- if .Values.dryRun.enabled -}}
{{- $as := printf "system:serviceaccount:%s:%s" .Release.Namespace (include "remendo.dryRunAccount" .) -}}
{{- $_ := set $own "cluster" (dict "dryRunAs" $as) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $own (deepCopy .Values.config)) -}}
{{- end -}}
