import { SMALLEST_MEMORY } from '../../../domain/quantity.ts';
import { isObject } from '../../../domain/json.ts';
import { containerOf } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { bytesOf } from '../rules/memory-text.ts';
import { memory } from '../rules/memory.ts';
import { toldOnly } from '../rules/told-only.ts';
import type { Edited } from './edited.ts';

/**
 * Why more memory is not the answer, in the words of the memory rule: the limit was raised a short time ago, is not what Git
 * says, may go no further, or the node itself ran out. Silent where the limit is a slip of a unit, which says nothing about
 * how much was meant.
 */
export async function memoryFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  const { cause } = context.incident;
  if (!cause.startsWith('memory/') || !edited.some(setsLimit)) return undefined;
  const rule = cause === 'memory/oom-killed' ? memory : toldOnly;
  const answer = isSlip(context) ? undefined : await rule.propose(context);
  return answer?.kind === 'declined' ? answer.reason : undefined;
}

function setsLimit({ leaves }: Edited): boolean {
  return leaves.some(({ path, to }) => path.includes('limits') && (path.at(-1) === 'memory' || hasMemory(to)));
}

/** Limits that are added as a whole. */
function hasMemory(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'memory' in value;
}

function isSlip({ declared, incident }: ProposeContext): boolean {
  const resources = containerOf(declared, incident)?.value['resources'];
  const limits = isObject(resources) ? resources['limits'] : undefined;
  const written = isObject(limits) ? limits['memory'] : undefined;
  return written !== undefined && (bytesOf(written) ?? 0) < SMALLEST_MEMORY;
}
