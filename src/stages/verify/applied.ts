import type { Application } from '../../domain/kubernetes/application.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Contains, Merge, PendingReason } from './propagation.ts';
import { propagationOf } from './propagation.ts';

/** What is looked at to see whether a merge was applied. */
export interface AppliedContext {
  /** The Application that deploys the object; undefined where it is gone. */
  readonly application: Application | undefined;
  /** Applications cannot be read now (no right, Argo CD's CRDs not served): that there is none says nothing then. */
  readonly applicationsUnread?: boolean | undefined;
  readonly sourceIndex: number;
  readonly contains: Contains;
  /** Whether the branch that was merged into still holds the merge; undefined where that cannot be told. */
  readonly onBranch?: () => Promise<boolean | undefined>;
  readonly policy: Pick<Policy['verify'], 'propagationSeconds'>;
  readonly now: Date;
}

/** Whether a merge is applied, is waited for, or was waited for long enough. */
export type Applied =
  | { readonly state: 'applied'; readonly at: string }
  | {
      readonly state: 'waiting' | 'given-up';
      readonly reason: PendingReason | 'application-gone' | 'applications-unread' | 'merge-gone';
      readonly detail: string;
    };

/** Waiting for something that says nothing about the fix goes on for this long at most, in seconds. */
const LONGEST_BLINDNESS = 24 * 3600;

/** Reasons that lie neither in the fix nor in the Application. */
export const BLINDNESS: ReadonlySet<string> = new Set<PendingReason | 'applications-unread'>([
  'cannot-tell',
  'cannot-compare',
  'applications-unread',
]);

/** The first of the two clocks: from the merge until Argo CD has applied it. */
export async function appliedOf(merge: Merge, context: AppliedContext): Promise<Applied> {
  const { application, policy, now } = context;
  const elapsed = (now.getTime() - Date.parse(merge.mergedAt)) / 1000;
  const until = (seconds: number): 'waiting' | 'given-up' => (elapsed > seconds ? 'given-up' : 'waiting');
  if (!application && context.applicationsUnread === true) {
    const detail = 'Applications cannot be read now.';
    return { state: until(policy.propagationSeconds + LONGEST_BLINDNESS), reason: 'applications-unread', detail };
  }
  if (!application) {
    const detail = 'The Application that deployed it is gone.';
    return { state: until(policy.propagationSeconds), reason: 'application-gone', detail };
  }
  const spread = await propagationOf(application, context.sourceIndex, merge, context.contains);
  if (spread.state === 'applied') return spread;
  const { reason } = spread;
  const patience = policy.propagationSeconds + (BLINDNESS.has(reason) ? LONGEST_BLINDNESS : 0);
  const state = until(patience);
  if (state === 'given-up' && reason === 'not-compared' && (await context.onBranch?.()) === false) {
    const detail = 'The branch was rewritten and does not hold the merge any more.';
    return { state, reason: 'merge-gone', detail };
  }
  return { state, reason, detail: `${spread.detail}.` };
}
