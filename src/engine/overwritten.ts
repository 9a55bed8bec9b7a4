import type { Operation } from '../domain/change.ts';
import { formatFieldPath, getField } from '../domain/field-path.ts';
import type { JsonObject } from '../domain/json.ts';
import { deepEqual } from '../domain/json.ts';
import type { Application } from '../domain/kubernetes/application.ts';
import { sameObject } from '../domain/object-ref.ts';
import type { PullRequestState } from '../stages/deliver/state-block.ts';
import type { FollowScene } from './follow-scene.ts';

/**
 * The field that a merged fix set and that is declared differently in what Argo CD has applied: somebody has changed it
 * since, so how the workload does says nothing about the fix. Undefined where there is none, or where it cannot be told.
 */
export async function overwritten(
  { sources }: Pick<FollowScene, 'sources'>,
  application: Application,
  { changes }: Pick<PullRequestState, 'changes'>,
): Promise<string | undefined> {
  const { spec, status } = application;
  // Of several sources, and of a hydrated one, the status names revisions that are not those of one repository.
  const revision = spec.source && !spec.sources && !spec.sourceHydrator ? status?.sync?.revision : undefined;
  const rendered = await sources.render(application, revision ? { revision } : {});
  if (!rendered.ok) return undefined;
  for (const { object, operations } of changes) {
    const declared = rendered.value.objects.find(({ ref }) => sameObject(ref, object));
    const other = declared && operations.find((operation) => !holds(declared.object, operation));
    if (other) return formatFieldPath(other.path);
  }
  return undefined;
}

/** Whether an object is as an operation left it; of items that were put in by position that cannot be told. */
function holds(object: JsonObject, operation: Operation): boolean {
  const last = operation.path.at(-1);
  if (operation.op === 'test' || last === '-' || typeof last === 'number') return true;
  const value = getField(object, operation.path);
  return operation.op === 'remove' ? value === undefined : value !== undefined && deepEqual(value, operation.value);
}
