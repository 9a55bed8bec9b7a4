import type { Kind, ObjectOf } from '../../domain/kubernetes/kinds.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { isBlind } from '../../domain/snapshot.ts';

/** Look-ups by name that cost one step, whatever the size of the snapshot. */
export interface NamedObjects {
  find<K extends Kind>(kind: K, name: string, namespace?: string): ObjectOf<K> | undefined;
  /**
   * True where the snapshot tells that the object does not exist: its kind was read, and at least one object of it was
   * found, so that a snapshot from which a kind was left out is not taken for an empty cluster.
   */
  isMissing(kind: Kind, name: string, namespace?: string): boolean;
}

/** Indexes the objects of a snapshot by name, each kind when it is first asked for. */
export function indexNames(snapshot: Snapshot): NamedObjects {
  const byKind: { [K in Kind]?: ReadonlyMap<string, ObjectOf<K>> } = {};
  const mapOf = <K extends Kind>(kind: K): ReadonlyMap<string, ObjectOf<K>> => {
    const ready = byKind[kind];
    if (ready !== undefined) return ready;
    const objects: readonly ObjectOf<K>[] = snapshot.objects[kind];
    const map = new Map(
      objects.map((object) => [`${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]),
    );
    Object.assign(byKind, { [kind]: map });
    return map;
  };
  return {
    find: (kind, name, namespace = '') => mapOf(kind).get(`${namespace}/${name}`),
    isMissing: (kind, name, namespace = '') =>
      !isBlind(snapshot, kind) && mapOf(kind).size > 0 && !mapOf(kind).has(`${namespace}/${name}`),
  };
}
