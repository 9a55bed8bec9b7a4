import type { JsonObject } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import { child, listAt, objectAt, textAt, wordOf } from '../json-object.ts';
import type { FieldError } from './field-error.ts';
import { duplicate, invalid, notSupported, required, tooLong } from './field-error.ts';
import { dnsLabel, labels, portNumber, portRef } from './names.ts';
import { podSpecErrors } from './pod.ts';

/** Validation of the kinds without a pod template, and of pods. */
export function otherErrors(kind: string, object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec') ?? {};
  switch (kind) {
    case 'Pod':
      return podSpecErrors('spec', spec, ['Always', 'OnFailure', 'Never']);
    case 'Service':
      return serviceErrors(spec);
    case 'PersistentVolumeClaim':
      return claimErrors(spec);
    case 'ConfigMap':
    case 'Secret':
      return [...dataErrors(object), ...sizeErrors(kind, object)];
    case 'HorizontalPodAutoscaler':
      return autoscalerErrors(spec);
    case 'PodDisruptionBudget':
      return spec.minAvailable !== undefined && spec.maxUnavailable !== undefined
        ? [invalid('spec', '', 'minAvailable and maxUnavailable cannot be both set')]
        : [];
    default:
      return [];
  }
}

function serviceErrors(spec: JsonObject): FieldError[] {
  const type = textAt(spec, 'type') ?? 'ClusterIP';
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  const ports = listAt(spec, 'ports');
  const errors: FieldError[] = types.includes(type) ? [] : [notSupported('spec.type', type, types)];
  if (ports.length === 0 && type !== 'ExternalName' && spec.clusterIP !== 'None') errors.push(required('spec.ports'));
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const at = `spec.ports[${i}]`;
    const name = textAt(port, 'name') ?? '';
    if (name === '' && ports.length > 1) errors.push(required(`${at}.name`));
    if (name !== '') errors.push(...dnsLabel(`${at}.name`, name));
    if (name !== '' && names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    errors.push(...portNumber(`${at}.port`, child(port, 'port') ?? 0));
    const target = child(port, 'targetPort');
    if (target !== undefined) errors.push(...portRef(`${at}.targetPort`, target));
  }
  return [...errors, ...labels('spec.selector', spec.selector)];
}

function claimErrors(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
  const access = listAt(spec, 'accessModes');
  if (access.length === 0) errors.push(required('spec.accessModes', 'at least 1 access mode is required'));
  for (const [i, mode] of access.entries()) {
    if (!modes.includes(wordOf(mode))) errors.push(notSupported(`spec.accessModes[${i}]`, mode, modes));
  }
  const storage = child(spec, 'resources', 'requests', 'storage');
  if (storage === undefined) errors.push(required('spec.resources[storage]'));
  else if ((quantity(wordOf(storage)) ?? 1n) <= 0n) {
    errors.push(invalid('spec.resources[storage]', storage, 'must be greater than zero'));
  }
  return errors;
}

function dataErrors(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  for (const part of ['data', 'binaryData']) {
    for (const key of Object.keys(objectAt(object, part) ?? {})) {
      const field = `${part}[${key}]`;
      if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
        errors.push(
          invalid(
            field,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        );
      }
      if (part === 'binaryData' && isObject(object.data) && object.data[key] !== undefined) {
        errors.push(invalid(field, key, 'duplicate of key present in data'));
      }
    }
  }
  return errors;
}

// core/v1 MaxSecretSize, for both kinds: all values together, as they are stored.
const MOST_DATA = 1024 * 1024;

function sizeErrors(kind: string, object: JsonObject): FieldError[] {
  const size = ['data', 'binaryData'].flatMap((part) =>
    Object.values(objectAt(object, part) ?? {}).map((value) =>
      Buffer.byteLength(wordOf(value), kind === 'Secret' || part === 'binaryData' ? 'base64' : 'utf8'),
    ),
  );
  // The server has no name for the place in a ConfigMap.
  const field = kind === 'Secret' ? 'data' : '[]';
  return size.reduce((sum, bytes) => sum + bytes, 0) > MOST_DATA ? [tooLong(field, MOST_DATA)] : [];
}

function autoscalerErrors(spec: JsonObject): FieldError[] {
  const [min, max] = [spec.minReplicas ?? 1, spec.maxReplicas];
  const errors: FieldError[] = [];
  if (typeof min === 'number' && min < 1)
    errors.push(invalid('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (typeof max === 'number' && max < 1) errors.push(invalid('spec.maxReplicas', max, 'must be greater than 0'));
  if (typeof min === 'number' && typeof max === 'number' && max >= 1 && max < min) {
    errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  return errors;
}
