import type { IncidentOut } from '../src/app/scan-contract.ts';
import { bySeverity, nameOf, placeHere } from './here.ts';
import type { Runner } from './workflow.ts';

/** GitHub shows ten of each level per step and drops the rest without a word. */
const SHOWN = 10;
const LEVEL = { critical: 'error', warning: 'warning', info: 'notice' } as const;

/** Annotates the worst incidents; returns how many found no room. One error is kept for why the step itself fails. */
export function annotate(incidents: readonly IncidentOut[], runner: Runner, env: NodeJS.ProcessEnv): number {
  const room = { error: SHOWN - 1, warning: SHOWN, notice: SHOWN };
  let left = 0;
  for (const incident of bySeverity(incidents)) {
    const level = LEVEL[incident.severity];
    if (room[level] === 0) {
      left += 1;
      continue;
    }
    room[level] -= 1;
    const fix = incident.proof?.verdict === 'proven' ? 'a fix is proven' : incident.decision.reason;
    const message = `${incident.summary} (${incident.cause}; ${fix})`;
    runner.annotate(level, message, { title: nameOf(incident), ...placeHere(incident, env) });
  }
  return left;
}
