import type { DryRunAnswer } from '../../ports/cluster.ts';
import { NOT_TYPED, NO_DRY_RUN, NO_RIGHT } from '../kubernetes/server-words.ts';

/** What Argo CD writes before the API server's words (gitops-engine, pkg/diff/diff.go). */
const ASKED = /error running server side apply in dryrun mode for resource [^\s/]+\/\S+: ([^]+)$/;

/**
 * How the API server says no to an object. Argo CD keeps the words and loses status and reason, so only what is known to be
 * a verdict counts as one: validation, admission by the server itself (quota, PodSecurity, policies), by webhooks, the schema.
 */
const REFUSALS: readonly RegExp[] = [
  /^\S+ ".*?" is invalid: /,
  /^\S+ ".*?" is forbidden: /,
  /^admission webhook ".*?" denied the request/,
  /^(?:\S+ ".*?" is \w+: |: )?ValidatingAdmissionPolicy '.*?' with binding '.*?' denied request: /,
  / cannot be handled as a \S+: /,
  NOT_TYPED,
];

const unavailable = (reason: string): DryRunAnswer => ({ kind: 'unavailable', reason });

/** What a failed server-side diff says about the object. */
export function verdictOf(words: string): DryRunAnswer {
  const said = ASKED.exec(words)?.[1]?.trim();
  if (said === undefined) return unavailable(`Argo CD could not compare: ${words}`);
  if (NO_DRY_RUN.test(said)) return unavailable(`an admission webhook cannot be dry-run: ${said}`);
  if (NO_RIGHT.test(said)) return unavailable(`Argo CD itself has no right to dry-run: ${said}`);
  if (REFUSALS.some((refusal) => refusal.test(said))) {
    return { kind: 'refused', message: said, warnings: [], askedBy: 'Argo CD' };
  }
  return unavailable(`the API server could not check: ${said}`);
}
