/** `unknown` means "could not check": policy decides whether that may pass. */
export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'not-applicable';

/** Why a check failed or could not look, for programs: what `detail` says in words. */
export const CHECK_CODES = [
  /** A byte, or a value in the parsed file, differs that was not meant to; or nothing differs. */
  'unintended-edit',
  'no-edit',
  /** The Application could not be rendered; the change does not fit what it renders; more differs than was meant. */
  'not-rendered',
  'does-not-fit',
  'unintended-difference',
  'shared-file',
  /** The API server refuses, or could not be asked. */
  'server-refuses',
  'server-unavailable',
  /** It takes the object, and something on the way to the store sets a changed field to another value. */
  'set-back',
  /** Policy: kind or field, size of the diff, resources or security. */
  'not-allowed',
  'too-long',
  'unsafe',
  'missing-reference',
  'registry-or-kind-unreadable',
  'fits-no-node',
  'over-quota',
  'nodes-unreadable',
  'refuted-before',
  'human-pull-request',
  'human-commit',
  'forge-not-asked',
  'not-synced',
  /** Argo CD is told to ignore the field, so a change of it in Git would not reach the cluster. */
  'ignored-field',
  /** The check itself broke off. */
  'broke-off',
] as const;

/** Why a check does not pass, for programs. */
export type CheckCode = (typeof CHECK_CODES)[number];

/** What one check found. */
export interface CheckResult {
  readonly name: CheckName;
  readonly result: CheckStatus;
  /** One sentence for the reviewer. */
  readonly detail: string;
  /** On `fail` and `unknown`. */
  readonly code?: CheckCode;
}

/** What one check answers. */
export type CheckAnswer = Omit<CheckResult, 'name'>;

/** The checks, in the order in which they are shown. */
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

/** The name of a check, as policy and output know it. */
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
