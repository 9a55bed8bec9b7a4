import { getField } from './field-path.ts';
import type { Snapshot } from './snapshot.ts';
import { findObject } from './snapshot.ts';
import type { RenderedObject } from './source.ts';

/** Replicas that the object asks for, or that run now where an autoscaler made them more; a DaemonSet or Job counts as one. */
export function replicasOf({ ref, object }: RenderedObject, snapshot: Snapshot): number {
  const declared = getField(object, ['spec', 'replicas']);
  const live =
    ref.kind === 'Deployment' || ref.kind === 'StatefulSet'
      ? findObject<typeof ref.kind>(snapshot, ref.kind, ref.name, ref.namespace)?.spec.replicas
      : undefined;
  return Math.max(typeof declared === 'number' ? declared : 1, live ?? 0);
}
