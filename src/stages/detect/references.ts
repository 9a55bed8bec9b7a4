import type { MissingReference } from '../../domain/finding.ts';
import type { Container, PodSpec } from '../../domain/kubernetes/pod.ts';
import type { NamedObjects } from './named-objects.ts';

/** A ConfigMap or Secret that a pod spec cannot do without. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key?: string;
  /** See `MissingReference.field`. */
  readonly field: string;
  /** The volume's name, for references of volumes. */
  readonly volume?: string;
}

// ConfigMaps of the volumes that admission adds to every pod: no manifest names them.
const INJECTED = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt']);

interface Source {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly key?: string | undefined;
}

/** What a container's environment needs, in the order in which the kubelet resolves it. */
export function environmentReferences(container: Container): Reference[] {
  const references: Reference[] = [];
  const add = (kind: Reference['kind'], source: Source | undefined, field: string): void => {
    if (source?.name === undefined || source.optional === true) return;
    references.push({ kind, name: source.name, ...(source.key === undefined ? {} : { key: source.key }), field });
  };
  for (const [i, { configMapRef, secretRef }] of (container.envFrom ?? []).entries()) {
    add('ConfigMap', configMapRef, `envFrom[${i}].configMapRef`);
    add('Secret', secretRef, `envFrom[${i}].secretRef`);
  }
  for (const { name, valueFrom } of container.env ?? []) {
    add('ConfigMap', valueFrom?.configMapKeyRef, `env[name=${name}].valueFrom.configMapKeyRef`);
    add('Secret', valueFrom?.secretKeyRef, `env[name=${name}].valueFrom.secretKeyRef`);
  }
  return references;
}

/** What a pod's volumes need: each object, and each key that `items` picks. */
export function volumeReferences(spec: PodSpec): Reference[] {
  const references: Reference[] = [];
  const add = (
    kind: Reference['kind'],
    volume: string,
    source: (Source & { readonly items?: readonly { readonly key: string }[] | undefined }) | undefined,
    field: string,
  ): void => {
    if (source?.name === undefined || source.optional === true || INJECTED.has(source.name)) return;
    const { name, items = [] } = source;
    references.push({ kind, name, field, volume });
    for (const { key } of items) references.push({ kind, name, key, field: `${field}.items[key=${key}]`, volume });
  };
  for (const { name: volume, configMap, secret, projected } of spec.volumes ?? []) {
    const at = `volumes[name=${volume}]`;
    add('ConfigMap', volume, configMap, `${at}.configMap`);
    add('Secret', volume, secret && { ...secret, name: secret.secretName }, `${at}.secret`);
    for (const [i, projection] of (projected?.sources ?? []).entries()) {
      add('ConfigMap', volume, projection.configMap, `${at}.projected.sources[${i}].configMap`);
      add('Secret', volume, projection.secret, `${at}.projected.sources[${i}].secret`);
    }
  }
  return references;
}

/** What the snapshot says about a reference: `unknown` where its kind could not be read or was left out. */
export function stateOf(
  names: NamedObjects,
  namespace: string,
  { kind, name, key }: Omit<Reference, 'field'>,
): 'present' | 'object-missing' | 'key-missing' | 'unknown' {
  const holder = names.find(kind, name, namespace);
  if (holder === undefined) return names.isMissing(kind, name, namespace) ? 'object-missing' : 'unknown';
  return key === undefined || holder.keys.includes(key) ? 'present' : 'key-missing';
}

/** A reference whose object, or with `wholeObject` false only whose key, is not there. */
export function toMissing(reference: Reference, namespace: string, wholeObject: boolean): MissingReference {
  const { kind, name, key, field } = reference;
  return { kind, namespace, name, ...(key === undefined || wholeObject ? {} : { key }), field };
}

// Kustomize ends the names of generated objects with a hash of their content (api/hasher: ten of these characters).
const CONTENT_HASH = /-[2456789bcdfghkmt]{10}$/;

/**
 * `ConfigMap/settings` or `ConfigMap/settings:mode`: the subject of findings about a missing reference. A content hash is
 * left out, for the same thing stays missing when something else in a generated object changes.
 */
export function subjectOf({ kind, name, key }: MissingReference): string {
  const stable = name.replace(CONTENT_HASH, '');
  return key === undefined ? `${kind}/${stable}` : `${kind}/${stable}:${key}`;
}
