import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';

/** Names one Kubernetes object. `namespace` is absent for cluster-scoped objects. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The API group of an apiVersion: `apps` of `apps/v1`, and the empty string for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** A key that is equal for two references to the same object, whatever version of its API they name. */
export function refKey(ref: ObjectRef): string {
  return `${groupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

/** Whether two references name one object, as `refKey` tells them apart. */
export function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return refKey(a) === refKey(b);
}

/** `Deployment shop/web`, for people. */
export function formatRef(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** The reference of a manifest; undefined where apiVersion, kind or metadata.name is missing. */
export function refOf(object: JsonObject, defaultNamespace?: string): ObjectRef | undefined {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) return undefined;
  const { name, namespace } = metadata;
  if (typeof name !== 'string') return undefined;
  const ns = typeof namespace === 'string' ? namespace : defaultNamespace;
  return ns === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace: ns, name };
}
