import type { Decision } from '../domain/outcome.ts';
import type { Mending } from './mend.ts';
import type { EnginePorts } from './ports.ts';
import type { IncidentReport } from './report.ts';

/** What a step adds to the report of an incident that was located. */
export type Step = Omit<IncidentReport, 'incident' | 'location' | 'declared' | 'siblings' | 'milliseconds'>;

/** How far a mending came, for the report. */
export function shown(mending: Mending): Pick<Step, 'answers' | 'chosen' | 'changeSet' | 'proof'> {
  const { answers, chosen, changeSet, proof } = mending;
  return { answers, ...(chosen ? { chosen } : {}), ...(changeSet ? { changeSet } : {}), ...(proof ? { proof } : {}) };
}

/** A decision of the delivery. In observe mode a recorder took what was written, so nothing was opened. */
export function observed({ policy }: Pick<EnginePorts, 'policy'>, { outcome, reason }: Decision): Decision {
  return policy.mode === 'observe' && (outcome === 'opened' || outcome === 'updated')
    ? { outcome: 'would-open', reason: 'mode is observe: nothing was written' }
    : { outcome, reason };
}
