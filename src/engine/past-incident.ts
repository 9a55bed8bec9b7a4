import type { Incident } from '../domain/incident.ts';
import type { PullRequestState } from '../stages/deliver/state-block.ts';

/** An incident as its pull request remembers it, where the failure is not seen any more. */
export function pastIncident(state: PullRequestState): Incident {
  const { fingerprint, cause, object, container, stillServing } = state;
  return {
    fingerprint,
    cause,
    severity: 'info',
    object,
    ...(container === undefined ? {} : { container }),
    summary: 'the failure is not seen any more',
    evidence: [],
    facts: {},
    affected: [],
    explains: [],
    stillServing,
  };
}
