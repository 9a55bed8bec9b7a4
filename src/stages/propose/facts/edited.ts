import type { Change } from '../../../domain/change.ts';
import { applyOperations } from '../../../domain/change.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { LeafChange } from '../object-diff.ts';
import { leafChanges, startsWith } from '../object-diff.ts';
import type { ProposeContext } from '../proposer.ts';

/** One declared object as a fix would leave it, and the leaves that differ then. */
export interface Edited {
  readonly before: RenderedObject;
  readonly after: RenderedObject;
  readonly leaves: readonly LeafChange[];
}

/** What a fix makes of the declared objects; changes that do not apply are left out. */
export function editedBy(changes: readonly Change[], { siblings }: ProposeContext): Edited[] {
  return changes.flatMap(({ object, operations }) => {
    const before = siblings.find(({ ref }) => sameObject(ref, object));
    const applied = before && applyOperations(before.object, operations);
    if (!before || !applied?.ok) return [];
    const after = { ref: before.ref, object: applied.value.object };
    return [{ before, after, leaves: leafChanges(before.object, after.object) }];
  });
}

/** The Application's objects as a fix would leave them. */
export function siblingsAfter(edited: readonly Edited[], { siblings }: ProposeContext): readonly RenderedObject[] {
  return siblings.map((sibling) => edited.find(({ after }) => sameObject(after.ref, sibling.ref))?.after ?? sibling);
}

/** Whether a field of an object is part of the pod template of the incident's workload. */
export function isOfTemplate({ before }: Edited, path: FieldPath, { declared }: ProposeContext): boolean {
  const template = podTemplatePath(declared.ref.kind);
  return template !== undefined && sameObject(before.ref, declared.ref) && startsWith(path, template);
}
