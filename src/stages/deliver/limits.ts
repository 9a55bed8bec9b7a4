import type { Incident } from '../../domain/incident.ts';
import { sameObject } from '../../domain/object-ref.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Ledger } from './ledger.ts';

/** Why no further pull request may be opened now, as a sentence; undefined where one may. */
export function limitReached(
  ledger: Ledger,
  incident: Pick<Incident, 'object'>,
  limits: Policy['limits'],
  now: Date,
): string | undefined {
  const open = ledger.filter(({ pull }) => pull.state === 'open');
  if (open.length >= limits.openPullRequests) {
    return `${open.length} pull requests are open in this repository, ${limits.openPullRequests} are allowed`;
  }
  const hourAgo = now.getTime() - 3_600_000;
  const recent = ledger.filter(({ pull }) => Date.parse(pull.createdAt) > hourAgo);
  if (recent.length >= limits.pullRequestsPerHour) {
    return `${recent.length} pull requests were opened in the last hour, ${limits.pullRequestsPerHour} are allowed`;
  }
  const same = open.filter(({ state }) => state && sameObject(state.object, incident.object));
  if (same.length < limits.perWorkload) return undefined;
  const numbers = same.map(({ pull }) => `#${pull.number}`).join(', ');
  return numbers === ''
    ? 'no pull requests are allowed for one workload'
    : `pull request ${numbers} is open for the same workload`;
}
