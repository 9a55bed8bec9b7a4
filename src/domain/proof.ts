/** `unknown` means "could not check": policy decides whether that may pass. */
export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'not-applicable';

export interface CheckResult {
  readonly name: CheckName;
  readonly result: CheckStatus;
  /** One sentence for the reviewer. */
  readonly detail: string;
}

export const CHECK_NAMES = [
  'minimal',
  'exact-render',
  'api-server',
  'pod-admission',
  'guardrails',
  'references',
  'fits',
  'history',
  'live-drift',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** `refused`: a check failed. `incomplete`: none failed, but one that policy insists on is unknown. */
export interface Proof {
  readonly verdict: 'proven' | 'refused' | 'incomplete';
  readonly checks: readonly CheckResult[];
}

/** Verdict of a list of checks; `tolerated` names the checks that may be unknown. */
export function verdictOf(checks: readonly CheckResult[], tolerated: ReadonlySet<CheckName>): Proof {
  const failed = checks.some((check) => check.result === 'fail');
  const open = checks.some((check) => check.result === 'unknown' && !tolerated.has(check.name));
  return { verdict: failed ? 'refused' : open ? 'incomplete' : 'proven', checks };
}
