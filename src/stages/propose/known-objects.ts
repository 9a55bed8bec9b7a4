import { isObject } from '../../domain/json.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { isBlind } from '../../domain/snapshot.ts';
import type { ReferencedKind } from './pod-references.ts';
import type { ProposeContext } from './proposer.ts';

/** An object that pods may name: what the cluster has and what the Application declares, apart. */
export interface KnownObject {
  readonly name: string;
  readonly inCluster: boolean;
  readonly declared: boolean;
  /** Keys of a ConfigMap or Secret in the cluster, or declared where the cluster has none. */
  readonly keys: readonly string[];
  readonly declaredKeys: readonly string[];
  /** A Secret's type, where it is known. */
  readonly type?: string;
}

/** Objects of a kind in a namespace; undefined where the cluster could not be read for this kind. */
export function knownObjects(
  { snapshot, siblings }: Pick<ProposeContext, 'snapshot' | 'siblings'>,
  kind: ReferencedKind | 'Service',
  namespace: string,
): KnownObject[] | undefined {
  if (isBlind(snapshot, kind)) return undefined;
  const out = new Map<string, KnownObject>();
  for (const object of snapshot.objects[kind]) {
    if (object.metadata.namespace !== namespace || object.metadata.deletionTimestamp !== undefined) continue;
    const keys = 'keys' in object ? object.keys : [];
    const type = 'keys' in object ? object.type : undefined;
    out.set(object.metadata.name, {
      name: object.metadata.name,
      inCluster: true,
      declared: false,
      keys,
      declaredKeys: [],
      ...(type === undefined ? {} : { type }),
    });
  }
  for (const sibling of siblings) {
    if (sibling.ref.kind !== kind || sibling.ref.namespace !== namespace) continue;
    const { name } = sibling.ref;
    const declaredKeys = keysOf(sibling);
    const known = out.get(name);
    out.set(name, {
      name,
      inCluster: known !== undefined,
      declared: true,
      keys: known?.keys ?? declaredKeys,
      declaredKeys,
      ...(known?.type === undefined ? {} : { type: known.type }),
    });
  }
  return [...out.values()];
}

/** Keys of a declared ConfigMap or Secret. */
export function keysOf({ object }: RenderedObject): string[] {
  const maps = [object['data'], object['binaryData'], object['stringData']];
  return [...new Set(maps.flatMap((map) => (isObject(map) ? Object.keys(map) : [])))];
}
