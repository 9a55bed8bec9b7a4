import { sha256 } from '../domain/fingerprint.ts';
import type { EnginePorts } from './ports.ts';
import type { IncidentReport, PassReport } from './report.ts';

/** Writes the decisions of a pass that differ from the one before to the audit log, with digests of what they rest on. */
export function recordDecisions(
  { audit, store, clock }: Pick<EnginePorts, 'audit' | 'store' | 'clock'>,
  { incidents, followed }: PassReport,
): void {
  const decisions = [
    ...incidents.map((item) => ({
      topic: 'incident',
      fingerprint: item.incident.fingerprint,
      decision: item.decision,
      detail: inputsOf(item),
    })),
    ...followed.map(({ fingerprint, decision, pullRequest }) => ({
      topic: `follow:${pullRequest}`,
      fingerprint,
      decision,
      detail: { pullRequest },
    })),
  ];
  for (const { topic, fingerprint, decision, detail } of decisions) {
    const key = `decision:${fingerprint}:${topic}`;
    const text = `${decision.outcome} ${decision.reason}`;
    if (store.get(key) === text) continue;
    const at = clock.now().toISOString();
    audit.append({ at, event: decision.outcome, fingerprint, detail: { reason: decision.reason, ...detail } });
    store.set(key, text);
  }
}

function inputsOf({ incident, chosen, changeSet, proof }: IncidentReport): object {
  const { kind, namespace, name } = incident.object;
  const files = changeSet?.ok ? changeSet.value.files.map(({ path, after }) => ({ path, after: sha256(after) })) : [];
  return {
    cause: incident.cause,
    object: [kind, namespace, name].filter(Boolean).join('/'),
    evidence: sha256(JSON.stringify(incident.evidence)),
    ...(chosen ? { origin: chosen.origin, name: chosen.name, changes: sha256(JSON.stringify(chosen.changes)) } : {}),
    ...(changeSet?.ok ? { base: changeSet.value.baseRevision, files } : {}),
    ...(proof
      ? { proof: proof.verdict, checks: proof.checks.map(({ name: check, result }) => `${check}=${result}`) }
      : {}),
  };
}
