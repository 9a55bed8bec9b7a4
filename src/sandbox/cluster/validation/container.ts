import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import { child, listAt, objectAt, textAt, wordOf } from '../json-object.ts';
import type { FieldError } from './field-error.ts';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from './field-error.ts';
import { dnsLabel, nonNegative, portName, portNumber, portRef } from './names.ts';

const oneOf = (field: string, value: JsonValue | undefined, allowed: readonly string[]): FieldError[] =>
  value === undefined || (typeof value === 'string' && allowed.includes(value))
    ? []
    : [notSupported(field, value, allowed)];

/** Validation of one container of a pod (k8s.io/kubernetes/pkg/apis/core/validation/validation.go). */
export function containerErrors(
  at: string,
  container: JsonObject,
  volumes: ReadonlySet<string>,
  init: boolean,
): FieldError[] {
  const image = container.image;
  const sidecar = init && container.restartPolicy === 'Always';
  return [
    ...dnsLabel(`${at}.name`, container.name),
    ...(typeof image === 'string' && image !== ''
      ? image.trim() === image
        ? []
        : [invalid(`${at}.image`, image, 'must not have leading or trailing whitespace')]
      : [required(`${at}.image`)]),
    ...oneOf(`${at}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...oneOf(`${at}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']),
    ...listAt(container, 'ports').flatMap((port, i) => portErrors(`${at}.ports[${i}]`, port)),
    ...duplicatePortNames(at, container),
    ...listAt(container, 'env').flatMap((entry, i) => envErrors(`${at}.env[${i}]`, entry)),
    ...resourceErrors(`${at}.resources`, objectAt(container, 'resources')),
    ...mountErrors(at, container, volumes),
    ...probeErrors(`${at}.livenessProbe`, container.livenessProbe, true, init && !sidecar),
    ...probeErrors(`${at}.readinessProbe`, container.readinessProbe, false, init && !sidecar),
    ...probeErrors(`${at}.startupProbe`, container.startupProbe, true, init && !sidecar),
    ...securityErrors(`${at}.securityContext`, objectAt(container, 'securityContext')),
  ];
}

function portErrors(at: string, port: JsonValue): FieldError[] {
  const { name, containerPort, protocol, hostPort } = isObject(port) ? port : {};
  return [
    ...(typeof name === 'string' && name !== '' ? portName(`${at}.name`, name) : []),
    ...(containerPort === undefined
      ? [required(`${at}.containerPort`)]
      : portNumber(`${at}.containerPort`, containerPort)),
    ...(hostPort === undefined || hostPort === 0 ? [] : portNumber(`${at}.hostPort`, hostPort)),
    ...oneOf(`${at}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']),
  ];
}

function duplicatePortNames(at: string, container: JsonObject): FieldError[] {
  const seen = new Set<string>();
  return listAt(container, 'ports').flatMap((port, i) => {
    const name = textAt(port, 'name');
    if (name === undefined || name === '') return [];
    if (seen.has(name)) return [duplicate(`${at}.ports[${i}].name`, name)];
    seen.add(name);
    return [];
  });
}

function envErrors(at: string, entry: JsonValue): FieldError[] {
  if (!isObject(entry)) return [];
  const from = objectAt(entry, 'valueFrom');
  const errors: FieldError[] = typeof entry.name === 'string' && entry.name !== '' ? [] : [required(`${at}.name`)];
  if (!from) return errors;
  const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].filter(
    (key) => from[key] !== undefined,
  );
  if (sources.length !== 1) {
    const detail =
      sources.length === 0
        ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
        : 'may not have more than one field specified at a time';
    errors.push(invalid(`${at}.valueFrom`, '', detail));
  }
  if (typeof entry.value === 'string' && entry.value !== '' && sources.length > 0) {
    errors.push(invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  }
  for (const key of ['configMapKeyRef', 'secretKeyRef']) {
    const ref = objectAt(from, key);
    if (ref && (ref.key === undefined || ref.key === '')) errors.push(required(`${at}.valueFrom.${key}.key`));
  }
  return errors;
}

/** requests within limits, and nothing negative. */
function resourceErrors(at: string, resources: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const limits = objectAt(resources, 'limits') ?? {};
  for (const [part, list] of [
    ['limits', limits],
    ['requests', objectAt(resources, 'requests') ?? {}],
  ] as const) {
    for (const [name, text] of Object.entries(list)) {
      const value = quantity(wordOf(text));
      const known = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name) || name.includes('/');
      if (!known) {
        const place = `${at}.${part}[${name}]`;
        errors.push(invalid(place, name, 'must be a standard resource type or fully qualified'));
        errors.push(invalid(place, name, 'must be a standard resource for containers'));
      } else if (value !== undefined && value < 0n) {
        errors.push(invalid(`${at}.${part}[${name}]`, text, 'must be greater than or equal to 0'));
      }
      const limit = part === 'requests' && limits[name] !== undefined ? quantity(wordOf(limits[name])) : undefined;
      if (limit !== undefined && value !== undefined && value > limit) {
        const detail = `must be less than or equal to ${name} limit of ${wordOf(limits[name])}`;
        errors.push(invalid(`${at}.requests`, text, detail));
      }
    }
  }
  return errors;
}

function mountErrors(at: string, container: JsonObject, volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return listAt(container, 'volumeMounts').flatMap((mount, i) => {
    const field = `${at}.volumeMounts[${i}]`;
    const name = textAt(mount, 'name') ?? '';
    const path = textAt(mount, 'mountPath') ?? '';
    const errors: FieldError[] =
      name === '' ? [required(`${field}.name`)] : volumes.has(name) ? [] : [notFound(`${field}.name`, name)];
    if (path === '') errors.push(required(`${field}.mountPath`));
    else if (paths.has(path)) errors.push(invalid(`${field}.mountPath`, path, 'must be unique'));
    paths.add(path);
    return errors;
  });
}

function probeErrors(at: string, probe: JsonValue | undefined, once: boolean, unwanted: boolean): FieldError[] {
  if (!isObject(probe)) return [];
  if (unwanted) return [forbidden(at, 'may not be set for init containers without restartPolicy=Always')];
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((key) => probe[key] !== undefined);
  const errors: FieldError[] = handlers
    .slice(1)
    .map((key) => forbidden(`${at}.${key}`, 'may not specify more than 1 handler type'));
  if (handlers.length === 0) errors.push(required(at, 'must specify a handler type'));
  for (const key of ['httpGet', 'tcpSocket', 'grpc']) {
    if (probe[key] !== undefined) errors.push(...portRef(`${at}.${key}.port`, child(probe, key, 'port')));
  }
  if (child(probe, 'httpGet', 'path') === '') errors.push(required(`${at}.httpGet.path`));
  errors.push(...oneOf(`${at}.httpGet.scheme`, child(probe, 'httpGet', 'scheme'), ['HTTP', 'HTTPS']));
  if (probe.exec !== undefined && listAt(probe, 'exec', 'command').length === 0)
    errors.push(required(`${at}.exec.command`));
  for (const key of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]) {
    errors.push(...nonNegative(`${at}.${key}`, probe[key]));
  }
  if (once && typeof probe.successThreshold === 'number' && probe.successThreshold !== 1) {
    errors.push(invalid(`${at}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

/** Fields that pod and container security contexts share. */
export function securityErrors(at: string, context: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['runAsUser', 'runAsGroup', 'fsGroup']) {
    const id = context?.[key];
    if (typeof id === 'number' && (id < 0 || id > 2_147_483_647)) {
      errors.push(invalid(`${at}.${key}`, id, 'must be between 0 and 2147483647, inclusive'));
    }
  }
  errors.push(
    ...oneOf(`${at}.seccompProfile.type`, child(context, 'seccompProfile', 'type'), [
      'Localhost',
      'RuntimeDefault',
      'Unconfined',
    ]),
  );
  if (context?.allowPrivilegeEscalation === false && context.privileged === true) {
    errors.push(invalid(at, '', 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  return errors;
}
