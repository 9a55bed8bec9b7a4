import { isKind } from '../domain/kubernetes/kinds.ts';
import type { ObjectMeta } from '../domain/kubernetes/meta.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { findObject } from '../domain/snapshot.ts';

/** The metadata of a live object; empty where the snapshot does not hold it. */
export function marksOf(snapshot: Snapshot, ref: ObjectRef): Partial<ObjectMeta> {
  if (!isKind(ref.kind)) return {};
  return findObject(snapshot, ref.kind, ref.name, ref.namespace)?.metadata ?? {};
}
