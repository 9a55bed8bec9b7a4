import type { Operation } from '../../domain/change.ts';
import { deepEqual } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey, sameObject } from '../../domain/object-ref.ts';
import type { ApplicationRef, RenderedObject } from '../../domain/source.ts';
import type { ProveContext } from './check.ts';

/** An object that the fix changes, before (undefined where it is new) and after. */
export interface ChangedObject {
  /** The Application that applies it. */
  readonly application: ApplicationRef;
  readonly before: RenderedObject | undefined;
  readonly after: RenderedObject;
}

/** The objects of all rendered Applications that differ. */
export function changedObjects({ pairs }: Pick<ProveContext, 'pairs'>): readonly ChangedObject[] {
  return pairs.flatMap(({ application, before, after }) => {
    const old = new Map(before.map((item) => [refKey(item.ref), item]));
    return after
      .map((item) => ({ application, before: old.get(refKey(item.ref)), after: item }))
      .filter((changed) => !deepEqual(changed.before?.object, changed.after.object));
  });
}

/** What the fix itself does to an object; empty for one that only changes along, such as by a generated name. */
export function operationsOn({ fix }: Pick<ProveContext, 'fix'>, ref: ObjectRef): readonly Operation[] {
  return fix.changes.flatMap(({ object, operations }) => (sameObject(object, ref) ? operations : []));
}
