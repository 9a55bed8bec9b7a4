import { declaredBackends } from '../../domain/declared-backends.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject, itemsOf } from '../../domain/json.ts';
import { podTemplateOf } from '../../domain/pod-template.ts';

/** Something that an object needs to exist. For images, `name` is the whole reference. */
export interface Reference {
  readonly kind:
    | 'ConfigMap'
    | 'Secret'
    | 'ServiceAccount'
    | 'PersistentVolumeClaim'
    | 'StorageClass'
    | 'Service'
    | 'IngressClass'
    | 'Deployment'
    | 'StatefulSet'
    | 'Image';
  readonly name: string;
  readonly key?: string;
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** Every reference of a declared object that must resolve; optional ones are left out. */
export function referencesOf(kind: string, object: JsonObject): readonly Reference[] {
  if (kind === 'Ingress') return ingressReferences(object);
  if (kind === 'HorizontalPodAutoscaler') return targetReference(object);
  const spec = getField(podTemplateOf(kind, object) ?? {}, ['spec']);
  const found = isObject(spec) ? podReferences(spec) : [];
  const classes =
    kind === 'PersistentVolumeClaim'
      ? [getField(object, ['spec', 'storageClassName'])]
      : itemsOf(getField(object, ['spec', 'volumeClaimTemplates'])).map((item) =>
          getField(item, ['spec', 'storageClassName']),
        );
  const claimTemplates = new Set(
    itemsOf(getField(object, ['spec', 'volumeClaimTemplates'])).map((item) => getField(item, ['metadata', 'name'])),
  );
  return [
    ...found.filter(({ kind, name }) => kind !== 'PersistentVolumeClaim' || !claimTemplates.has(name)),
    ...classes.flatMap((name) => named('StorageClass', name)),
  ];
}

function ingressReferences(object: JsonObject): readonly Reference[] {
  return [
    ...named('IngressClass', getField(object, ['spec', 'ingressClassName'])),
    ...declaredBackends(object).flatMap(({ name }) => named('Service', name)),
  ];
}

/** The workload that an autoscaler scales, where it is one of Kubernetes' own. */
function targetReference(object: JsonObject): readonly Reference[] {
  const [kind, name] = ['kind', 'name'].map((key) => getField(object, ['spec', 'scaleTargetRef', key]));
  return kind === 'Deployment' || kind === 'StatefulSet' ? named(kind, name) : [];
}

function named(kind: Reference['kind'], name: JsonValue | undefined, key?: JsonValue): readonly Reference[] {
  if (typeof name !== 'string' || name === '') return [];
  return [typeof key === 'string' ? { kind, name, key } : { kind, name }];
}

function podReferences(spec: JsonObject): readonly Reference[] {
  const containers = [...itemsOf(spec.initContainers), ...itemsOf(spec.containers)];
  return [
    ...named('ServiceAccount', spec.serviceAccountName),
    ...containers.flatMap(containerReferences),
    ...itemsOf(spec.volumes).flatMap(volumeReferences),
  ];
}

function containerReferences(container: JsonValue): readonly Reference[] {
  const env = itemsOf(getField(container, ['env'])).flatMap((item) => {
    const from = getField(item, ['valueFrom']);
    return [
      ...keyReference('ConfigMap', getField(from, ['configMapKeyRef'])),
      ...keyReference('Secret', getField(from, ['secretKeyRef'])),
    ];
  });
  const envFrom = itemsOf(getField(container, ['envFrom'])).flatMap((item) => [
    ...keyReference('ConfigMap', getField(item, ['configMapRef'])),
    ...keyReference('Secret', getField(item, ['secretRef'])),
  ]);
  return [...named('Image', getField(container, ['image'])), ...env, ...envFrom];
}

function keyReference(kind: 'ConfigMap' | 'Secret', ref: JsonValue | undefined): readonly Reference[] {
  return isObject(ref) && ref.optional !== true ? named(kind, ref.name, ref.key) : [];
}

function volumeReferences(volume: JsonValue): readonly Reference[] {
  if (!isObject(volume)) return [];
  const sources = [volume, ...itemsOf(getField(volume, ['projected', 'sources']))];
  return [
    ...named('PersistentVolumeClaim', getField(volume, ['persistentVolumeClaim', 'claimName'])),
    ...sources.flatMap((source) => [
      ...itemReferences('ConfigMap', getField(source, ['configMap'])),
      ...itemReferences('Secret', getField(source, ['secret'])),
    ]),
  ];
}

function itemReferences(kind: 'ConfigMap' | 'Secret', source: JsonValue | undefined): readonly Reference[] {
  if (!isObject(source) || source.optional === true) return [];
  const name = text(source.secretName) ?? text(source.name);
  const items = itemsOf(source.items).flatMap((item) => named(kind, name, getField(item, ['key'])));
  return items.length > 0 ? items : named(kind, name);
}
