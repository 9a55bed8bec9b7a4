import { canonicalJson, isArray, isObject } from '../../../domain/json.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { getField } from '../../../domain/field-path.ts';
import type { Container, Probe } from '../../../domain/kubernetes/pod.ts';
import { PodTemplate } from '../../../domain/kubernetes/pod.ts';
import { quantity } from '../../../domain/quantity.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';

/**
 * Whether a declared workload has the template that a ReplicaSet runs, as far as the snapshot shows it (values of
 * variables are never in a snapshot). Defaults that the API server fills in are no difference.
 */
export function runsTemplate(declared: RenderedObject, live: PodTemplate): boolean {
  const path = podTemplatePath(declared.ref.kind);
  const template = path && getField(declared.object, path);
  const parsed = isObject(template) ? PodTemplate.safeParse(withoutNulls(template)) : undefined;
  return parsed?.success === true && essence(parsed.data) === essence(live);
}

/** A key without a value (`env:` of an empty loop in a chart) is to the API server as if it were not there. */
function withoutNulls(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])),
  );
}

function essence({ spec }: PodTemplate): string {
  const { containers, initContainers = [], nodeSelector = {}, volumes = [], serviceAccountName = '' } = spec;
  return canonicalJson({
    containers: containers.map(containerEssence),
    initContainers: initContainers.map(containerEssence),
    nodeSelector,
    serviceAccountName: serviceAccountName === 'default' ? '' : serviceAccountName,
    volumes: volumes.map(({ name, configMap, secret, persistentVolumeClaim }) => [
      name,
      configMap?.name ?? '',
      secret?.secretName ?? '',
      persistentVolumeClaim?.claimName ?? '',
    ]),
    user: [spec.securityContext?.runAsUser ?? null, spec.securityContext?.runAsNonRoot ?? null],
  });
}

function containerEssence(container: Container): JsonValue {
  const { name, image = '', command = [], args = [], env = [], envFrom = [], ports = [], resources = {} } = container;
  return {
    name,
    image,
    command,
    args,
    env: env.map((variable) => [
      variable.name,
      variable.valueFrom?.configMapKeyRef?.name ?? variable.valueFrom?.secretKeyRef?.name ?? '',
      variable.valueFrom?.configMapKeyRef?.key ?? variable.valueFrom?.secretKeyRef?.key ?? '',
    ]),
    envFrom: envFrom.map(({ configMapRef, secretRef }) => [configMapRef?.name ?? '', secretRef?.name ?? '']),
    ports: ports.map((port) => [port.name ?? '', port.containerPort]),
    limits: amounts(resources.limits),
    requests: amounts({ ...resources.limits, ...resources.requests }),
    probes: [container.livenessProbe, container.readinessProbe, container.startupProbe].map(probeEssence),
    mounts: (container.volumeMounts ?? []).map((mount) => [mount.name, mount.mountPath]),
    user: [container.securityContext?.runAsUser ?? null, container.securityContext?.runAsNonRoot ?? null],
  };
}

/** Equal amounts as equal text: the API server writes `1000m` as `1`. */
function amounts(list: Readonly<Record<string, string | number>> = {}): JsonValue {
  return Object.fromEntries(Object.entries(list).map(([resource, text]) => [resource, String(quantity(text) ?? text)]));
}

function probeEssence(probe: Probe | undefined): JsonValue {
  if (!probe) return null;
  const { httpGet, tcpSocket, grpc, exec } = probe;
  return [httpGet?.path ?? '/', httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? '', exec?.command ?? []];
}
