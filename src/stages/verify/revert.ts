import type { Merge } from './propagation.ts';
import type { AppliedContext } from './applied.ts';
import { appliedOf } from './applied.ts';

/** How a merged revert does. It only has to be applied: whether the workload runs after it is not the question. */
export type RevertEnd =
  | { readonly end: 'waiting' | 'never-applied'; readonly reason: string; readonly detail: string }
  | { readonly end: 'reverted'; readonly detail: string };

/** One look at a merged revert. */
export async function verifyRevert(merge: Merge, context: AppliedContext): Promise<RevertEnd> {
  const applied = await appliedOf(merge, context);
  if (applied.state === 'applied') return { end: 'reverted', detail: `Applied at ${applied.at}.` };
  const { state, reason, detail } = applied;
  return { end: state === 'waiting' ? 'waiting' : 'never-applied', reason, detail };
}
