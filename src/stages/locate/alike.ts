import type { Change } from '../../domain/change.ts';
import { deepEqual } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { expectedAfter } from './compare.ts';
import { inRenderedOrder } from './item-order.ts';
import { findDeclared } from './location.ts';

/** What one question counts as one fault: the changes that mend it, and the other objects that fail in the same way. */
export interface SameFault {
  readonly changes: readonly Change[];
  readonly alike: readonly ObjectRef[];
}

/**
 * What a render must be where a shared value is mended: `expected`, and the very same change made to those objects that fail
 * alike and that `actual` has moved; items that the changes add stand where `actual` has them. Only a change that fits such
 * an object as it is counts; whatever else moves stays a difference.
 */
export function withAlike(
  expected: readonly RenderedObject[],
  actual: readonly RenderedObject[],
  { changes, alike }: SameFault,
): readonly RenderedObject[] {
  return alike.reduce(
    (objects, ref) => {
      const then = findDeclared(objects, ref);
      const now = findDeclared(actual, ref);
      const same = changes.filter(({ object }) => object.kind === ref.kind);
      if (!then || !now || deepEqual(then.object, now.object)) return objects;
      if (same.length === 0 || same.some(({ object }) => sameObject(object, then.ref))) return objects;
      const moved = expectedAfter(
        objects,
        same.map((change) => ({ ...change, object: then.ref })),
      );
      return moved.ok ? moved.value.objects : objects;
    },
    inRenderedOrder(expected, actual, changes),
  );
}
