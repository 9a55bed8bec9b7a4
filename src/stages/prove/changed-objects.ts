import { deepEqual } from '../../domain/json.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { ProveContext } from './check.ts';

/** An object that the fix changes, before (undefined where it is new) and after. */
export interface ChangedObject {
  readonly before: RenderedObject | undefined;
  readonly after: RenderedObject;
}

/** The objects of all rendered Applications that differ. */
export function changedObjects({ pairs }: Pick<ProveContext, 'pairs'>): readonly ChangedObject[] {
  return pairs.flatMap(({ before, after }) => {
    const old = new Map(before.map((item) => [refKey(item.ref), item]));
    return after
      .map((item) => ({ before: old.get(refKey(item.ref)), after: item }))
      .filter((changed) => !deepEqual(changed.before?.object, changed.after.object));
  });
}
