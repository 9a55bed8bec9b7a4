import { counted } from '../../domain/counted.ts';
import { openCluster } from '../../app/cluster.ts';
import { createSystemClock } from '../../adapters/clock/system-clock.ts';
import { createLog } from '../../adapters/log/log.ts';
import { writeSnapshot } from '../../adapters/snapshot/write-snapshot.ts';
import { createRedactor } from '../../domain/redact.ts';
import type { LogRequest } from '../../ports/cluster.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { correlate } from '../../stages/correlate/correlate.ts';
import { detect } from '../../stages/detect/detect.ts';
import type { GlobalOptions } from '../options.ts';
import { createTerminal } from '../terminal.ts';
import { configFor, printProblem, stopSignal } from './shared.ts';

const TAIL_LINES = 200;
const PODS_PER_INCIDENT = 2;

/** `remendo snapshot DIR`: what `scan --snapshot DIR` needs, with the logs of what fails. */
export async function snapshot(
  directory: string,
  options: GlobalOptions & { readonly context?: string },
): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  if (!config) return 1;
  const redact = createRedactor([]);
  const clock = createSystemClock();
  const log = await createLog({ level: config.logLevel, destination: process.stderr, redact });
  const cluster = await openCluster({ context: options.context }, config, process.env, clock, log);
  if (!cluster.ok) {
    printProblem(cluster.error, terminal);
    return 1;
  }
  const written = await writeSnapshot(cluster.value.reader, directory, {
    logs: (taken) =>
      correlate(taken, detect(taken, config.policy.detect).findings).flatMap((incident) => logsOf(incident, taken)),
    scrub: redact,
    signal: stopSignal(),
  });
  await cluster.value.reader.close();
  if (!written.ok) {
    printProblem(written.error, terminal);
    return 1;
  }
  const { logs, missing } = written.value;
  const counts = Object.values(written.value.snapshot.objects).reduce((sum, objects) => sum + objects.length, 0);
  terminal.out(
    `${directory}: ${counted(counts, 'object')}, ${counted(logs, 'log')}${missing.length === 0 ? '' : `, ${counted(missing.length, 'log')} could not be read`}`,
  );
  return 0;
}

function logsOf({ affected, container }: Incident, { objects }: Snapshot): readonly LogRequest[] {
  const names = affected.filter(({ kind }) => kind === 'Pod').slice(0, PODS_PER_INCIDENT);
  return names.flatMap(({ namespace = 'default', name }) => {
    const pod = objects.Pod.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    const containers = container === undefined ? (pod?.spec.containers ?? []).map((item) => item.name) : [container];
    return containers.flatMap((item) =>
      [false, true].map((previous) => ({ namespace, pod: name, container: item, previous, tailLines: TAIL_LINES })),
    );
  });
}
