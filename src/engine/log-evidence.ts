import type { Evidence } from '../domain/evidence.ts';
import { LOG_PATH } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident.ts';
import type { EnginePorts } from './ports.ts';

/** Causes that a container's own words can explain. */
const TALKATIVE = /^(crash|job|probe)\//;
const MOST_INCIDENTS = 30;
const TAIL_LINES = 20;
const LINES_SHOWN = 4;
const LONGEST = 600;

/** The incidents with the last lines of the failing containers' logs as one more piece of evidence, where there are any. */
export async function withLogs(
  ports: Pick<EnginePorts, 'cluster' | 'redact'>,
  incidents: readonly Incident[],
  signal?: AbortSignal,
): Promise<readonly Incident[]> {
  let left = MOST_INCIDENTS;
  const enriched: Incident[] = [];
  for (const incident of incidents) {
    const asks = TALKATIVE.test(incident.cause) && incident.container !== undefined && left-- > 0;
    const evidence = asks ? await logEvidence(ports, incident, signal) : undefined;
    enriched.push(evidence ? { ...incident, evidence: [...incident.evidence, evidence] } : incident);
  }
  return enriched;
}

async function logEvidence(
  { cluster, redact }: Pick<EnginePorts, 'cluster' | 'redact'>,
  { object, affected, container, evidence }: Incident,
  signal: AbortSignal | undefined,
): Promise<Evidence | undefined> {
  const pod = [...affected, object].find(({ kind }) => kind === 'Pod');
  if (!pod?.namespace || container === undefined) return undefined;
  // The run that ended says why; the present one may have only begun.
  for (const previous of [true, false]) {
    const request = { namespace: pod.namespace, pod: pod.name, container, previous, tailLines: TAIL_LINES };
    const log = await cluster.logs(request, signal);
    const lines = log.ok ? log.value.split(/\r?\n/).filter((line) => line.trim() !== '') : [];
    if (lines.length === 0 || lines[0]?.startsWith('unable to retrieve container logs') === true) continue;
    const text = redact(lines.slice(-LINES_SHOWN).join('\n')).slice(-LONGEST);
    return { id: `E${evidence.length + 1}`, object: pod, path: LOG_PATH, text };
  }
  return undefined;
}
