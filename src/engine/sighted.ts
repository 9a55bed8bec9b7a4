import { isKind } from '../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { isBlind } from '../domain/snapshot.ts';
import { DETECTORS } from '../stages/detect/registry.ts';

/**
 * Whether a failure would be seen if it were there: its object's kind and the kinds that its detector needs can be read.
 * Without that, not seeing it means nothing.
 */
export function isSighted(
  snapshot: Snapshot,
  failure: { readonly cause: string; readonly object: ObjectRef },
): boolean {
  const { cause, object } = failure;
  const detectors = DETECTORS.filter(({ causes }) => Object.hasOwn(causes, cause));
  const kinds = [object.kind, 'Pod', ...detectors.flatMap(({ needs }) => needs)].filter(isKind);
  return detectors.length > 0 && isKind(object.kind) && !kinds.some((kind) => isBlind(snapshot, kind));
}
