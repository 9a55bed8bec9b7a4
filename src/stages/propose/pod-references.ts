import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { podSpecPath } from '../../domain/pod-template.ts';
import { declaredContainers, declaredPodSpec } from './pod-template.ts';

/** Kinds of the same namespace that a pod spec names. */
export type ReferencedKind = 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount';

/** One place of a pod spec that names another object of the namespace, with the path of each name it writes. */
export interface PodReference {
  readonly kind: ReferencedKind;
  readonly name: string;
  readonly namePath: FieldPath;
  readonly key?: string;
  readonly keyPath?: FieldPath;
  readonly optional: boolean;
  /** The container whose environment names it; absent for what belongs to the whole pod. */
  readonly container?: string;
  /** The pod volume that names it. */
  readonly volume?: string;
}

type Partial = Omit<PodReference, 'container' | 'volume'>;

/** Everything that the declared pod spec names: environment, volumes, claims, pull secrets, the ServiceAccount. */
export function podReferences(declared: RenderedObject): PodReference[] {
  const base = podSpecPath(declared.ref.kind);
  const spec = declaredPodSpec(declared);
  if (!base || !spec) return [];
  const out: PodReference[] = [];
  for (const { name, path, value } of declaredContainers(declared)) {
    for (const reference of [...fromEnv(value, path), ...fromEnvFrom(value, path)]) {
      out.push({ ...reference, container: name });
    }
  }
  for (const [volume, path, at] of items(spec['volumes'], [...base, 'volumes'])) {
    const name = typeof volume['name'] === 'string' ? volume['name'] : String(at);
    for (const reference of fromVolume(volume, path)) out.push({ ...reference, volume: name });
  }
  for (const [secret, path] of items(spec['imagePullSecrets'], [...base, 'imagePullSecrets'])) {
    out.push(...named('Secret', secret, path, 'name', false));
  }
  const account = spec['serviceAccountName'] === undefined ? 'serviceAccount' : 'serviceAccountName';
  return [...out, ...named('ServiceAccount', spec, base, account, false)];
}

/** Whether a reference is in force for a container: its own environment, what it mounts, and what the pod as a whole names. */
export function concerns(reference: PodReference, container: string | undefined): boolean {
  return container === undefined || reference.container === undefined || reference.container === container;
}

function fromEnv(container: JsonObject, base: FieldPath): Partial[] {
  return items(container['env'], [...base, 'env']).flatMap(([variable, path]) => {
    const source = variable['valueFrom'];
    if (!isObject(source)) return [];
    return [
      ...keyed('ConfigMap', source['configMapKeyRef'], [...path, 'valueFrom', 'configMapKeyRef']),
      ...keyed('Secret', source['secretKeyRef'], [...path, 'valueFrom', 'secretKeyRef']),
    ];
  });
}

function fromEnvFrom(container: JsonObject, base: FieldPath): Partial[] {
  return items(container['envFrom'], [...base, 'envFrom']).flatMap(([source, path]) => [
    ...named('ConfigMap', source['configMapRef'], [...path, 'configMapRef'], 'name'),
    ...named('Secret', source['secretRef'], [...path, 'secretRef'], 'name'),
  ]);
}

function fromVolume(volume: JsonObject, path: FieldPath): Partial[] {
  const projected = volume['projected'];
  const sources = isObject(projected) ? items(projected['sources'], [...path, 'projected', 'sources']) : [];
  return [
    ...withItems('ConfigMap', volume['configMap'], [...path, 'configMap'], 'name'),
    ...withItems('Secret', volume['secret'], [...path, 'secret'], 'secretName'),
    ...named('PersistentVolumeClaim', volume['persistentVolumeClaim'], [...path, 'persistentVolumeClaim'], 'claimName'),
    ...sources.flatMap(([source, at]) => [
      ...withItems('ConfigMap', source['configMap'], [...at, 'configMap'], 'name'),
      ...withItems('Secret', source['secret'], [...at, 'secret'], 'name'),
    ]),
  ];
}

/** A volume source: its name once, and each key that it picks. */
function withItems(kind: ReferencedKind, source: JsonValue | undefined, path: FieldPath, field: string): Partial[] {
  const whole = named(kind, source, path, field);
  const [one] = whole;
  if (!one || !isObject(source)) return [];
  const keys = items(source['items'], [...path, 'items']).flatMap(([item, at]) =>
    typeof item['key'] === 'string' ? [{ ...one, key: item['key'], keyPath: [...at, 'key'] }] : [],
  );
  return keys.length > 0 ? keys : whole;
}

function keyed(kind: ReferencedKind, source: JsonValue | undefined, path: FieldPath): Partial[] {
  const key = isObject(source) ? source['key'] : undefined;
  if (typeof key !== 'string') return [];
  return named(kind, source, path, 'name').map((one) => ({ ...one, key, keyPath: [...path, 'key'] }));
}

function named(
  kind: ReferencedKind,
  source: JsonValue | undefined,
  path: FieldPath,
  field: string,
  mayBeOptional = true,
): Partial[] {
  const name = isObject(source) ? source[field] : undefined;
  if (!isObject(source) || typeof name !== 'string' || name === '') return [];
  return [{ kind, name, namePath: [...path, field], optional: mayBeOptional && source['optional'] === true }];
}

/** Objects of a list with their paths: by `name` where that is unique, else by index. */
function items(list: JsonValue | undefined, path: FieldPath): [JsonObject, FieldPath, number][] {
  if (!isArray(list)) return [];
  const names = list.map((item) => (isObject(item) ? item['name'] : undefined));
  return list.flatMap((item, at): [JsonObject, FieldPath, number][] => {
    if (!isObject(item)) return [];
    const name = names[at];
    const unique = typeof name === 'string' && names.filter((other) => other === name).length === 1;
    return [[item, [...path, unique ? { key: 'name', value: name } : at], at]];
  });
}
