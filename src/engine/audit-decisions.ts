import { sha256 } from '../domain/fingerprint.ts';
import type { Decision } from '../domain/outcome.ts';
import type { EnginePorts } from './ports.ts';
import type { FollowReport, IncidentReport } from './report.ts';

type Ports = Pick<EnginePorts, 'audit' | 'store' | 'clock'>;

/** Writes a decision about an incident to the audit log, with digests of what it rests on. */
export function recordIncident(ports: Ports, report: IncidentReport): void {
  record(ports, 'incident', report.incident.fingerprint, report.decision, inputsOf(report));
}

/** Writes a decision about a pull request of before to the audit log. */
export function recordFollowed(ports: Ports, { fingerprint, decision, pullRequest }: FollowReport): void {
  record(ports, `follow:${pullRequest}`, fingerprint, decision, { pullRequest });
}

/** The same decision as the time before is not written again. */
function record(
  { audit, store, clock }: Ports,
  topic: string,
  fingerprint: string,
  { outcome, reason }: Decision,
  detail: object,
): void {
  const key = `decision:${fingerprint}:${topic}`;
  const text = `${outcome} ${reason}`;
  if (store.get(key) === text) return;
  audit.append({ at: clock.now().toISOString(), event: outcome, fingerprint, detail: { reason, ...detail } });
  store.set(key, text);
}

function inputsOf({ incident, chosen, changeSet, proof, pullRequest }: IncidentReport): object {
  const { kind, namespace, name } = incident.object;
  const files = changeSet?.ok ? changeSet.value.files.map(({ path, after }) => ({ path, after: sha256(after) })) : [];
  return {
    cause: incident.cause,
    object: [kind, namespace, name].filter(Boolean).join('/'),
    evidence: sha256(JSON.stringify(incident.evidence)),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(chosen ? { origin: chosen.origin, name: chosen.name, changes: sha256(JSON.stringify(chosen.changes)) } : {}),
    ...(changeSet?.ok ? { base: changeSet.value.baseRevision, files } : {}),
    ...(proof
      ? { proof: proof.verdict, checks: proof.checks.map(({ name: check, result }) => `${check}=${result}`) }
      : {}),
  };
}
