import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import { child, objectAt } from '../json-object.ts';
import type { FieldError } from './field-error.ts';
import { forbidden, invalid } from './field-error.ts';

const SAME = 'field is immutable';
const STATEFUL_OPEN = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

/** What an update may not change, by kind (k8s.io/kubernetes/pkg/apis, the ValidateXUpdate functions). */
export function immutableErrors(kind: string, before: JsonObject, after: JsonObject): FieldError[] {
  const fixed = (...path: string[]): FieldError[] => {
    const [old, now] = [child(before, ...path), child(after, ...path)];
    return deepEqual(old, now) ? [] : [invalid(path.join('.'), now ?? null, SAME)];
  };
  switch (kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'DaemonSet':
      return fixed('spec', 'selector');
    case 'StatefulSet':
      return statefulErrors(before, after);
    case 'Job':
      return [...fixed('spec', 'selector'), ...fixed('spec', 'template'), ...fixed('spec', 'completionMode')];
    case 'PersistentVolumeClaim':
      return claimErrors(before, after);
    case 'ConfigMap':
    case 'Secret':
      return heldErrors(kind, before, after);
    case 'Service':
      return addressErrors(before, after);
    case 'StorageClass':
      return [...fixed('provisioner'), ...fixed('parameters'), ...fixed('volumeBindingMode')];
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return deepEqual(before.roleRef, after.roleRef)
        ? []
        : [invalid('roleRef', after.roleRef ?? null, 'cannot change roleRef')];
    default:
      return [];
  }
}

function others(object: JsonObject, open: ReadonlySet<string>): JsonValue {
  return Object.fromEntries(Object.entries(objectAt(object, 'spec') ?? {}).filter(([key]) => !open.has(key)));
}

function statefulErrors(before: JsonObject, after: JsonObject): FieldError[] {
  if (deepEqual(others(before, STATEFUL_OPEN), others(after, STATEFUL_OPEN))) return [];
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbidden('spec', detail)];
}

function claimErrors(before: JsonObject, after: JsonObject): FieldError[] {
  const bound = child(before, 'spec', 'volumeName') !== undefined;
  const open = new Set(bound ? ['resources', 'volumeAttributesClassName'] : ['volumeName']);
  if (deepEqual(others(before, open), others(after, open))) return [];
  return [
    forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  ];
}

function heldErrors(kind: string, before: JsonObject, after: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (before.immutable === true) {
    const detail = 'field is immutable when `immutable` is set';
    if (after.immutable !== true) errors.push(forbidden('immutable', detail));
    for (const part of ['data', 'binaryData']) {
      if (!deepEqual(before[part], after[part])) errors.push(forbidden(part, detail));
    }
  }
  if (kind === 'Secret' && before.type !== after.type) errors.push(invalid('type', after.type ?? '', SAME));
  return errors;
}

function addressErrors(before: JsonObject, after: JsonObject): FieldError[] {
  const [old, now] = [child(before, 'spec', 'clusterIP'), child(after, 'spec', 'clusterIP')];
  const kept = old === undefined || old === '' || old === now || child(after, 'spec', 'type') === 'ExternalName';
  return kept ? [] : [invalid('spec.clusterIPs[0]', now ?? '', 'may not change once set')];
}
