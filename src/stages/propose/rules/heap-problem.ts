import type { FieldPath } from '../../../domain/field-path.ts';
import { getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { deepEqual, isObject } from '../../../domain/json.ts';
import { formatBytes } from '../../../domain/quantity.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { objectIn } from '../field-history.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { declaredVariables } from './declared-variables.ts';
import type { HeapSize } from './heap-size.ts';
import { heapSize } from './heap-size.ts';

/** A heap of a larger share than this leaves so little for the rest that a larger limit, of which the heap takes its share, may not help. */
const LARGEST_SHARE = 80;

/** Whether the limit that was there before held the very heap that the process is told to use now. */
export async function heldHeap(
  context: ProposeContext,
  container: DeclaredContainer,
  path: FieldPath,
  limit: JsonValue | undefined,
): Promise<boolean> {
  for await (const version of context.versions()) {
    const then = objectIn(version, context.declared.ref);
    if (!then || !deepEqual(getField(then.object, path), limit)) continue;
    const before = getField(then.object, container.path);
    const { namespace } = context.declared.ref;
    const [had, has] = [
      isObject(before) ? heapOf(before, version.objects, namespace) : undefined,
      heapOf(container.value, context.siblings, namespace),
    ];
    return deepEqual(had ?? null, has ?? null);
  }
  return false;
}

/** What the process of a declared container is told of its memory, with the variables that Git shows. */
export function heapOf(
  container: JsonObject,
  siblings: readonly RenderedObject[],
  namespace: string | undefined,
): HeapSize | undefined {
  return heapSize(container, declaredVariables(container, siblings, namespace));
}

/** Why a step up does not help a process that is told how much memory to use. */
export function heapProblem(heap: HeapSize | undefined, step: number): string | undefined {
  if (heap === undefined) return undefined;
  if ('bytes' in heap) {
    return heap.bytes < step
      ? undefined
      : `the process is told to use ${heap.flag} (${formatBytes(heap.bytes)}), which ${formatBytes(step)} of memory cannot hold either`;
  }
  return heap.percent <= LARGEST_SHARE
    ? undefined
    : `the process is told to use ${heap.flag}, so its heap grows with the limit, and what the rest of it needs is not known`;
}
