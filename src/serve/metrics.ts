import type { PassReport } from '../engine/report.ts';
import { createRegistry } from './exposition.ts';

/** Outcomes that end the life of a pull request. */
const ENDS = new Set([
  'verified',
  'not-fixed',
  'made-worse',
  'never-applied',
  'timed-out',
  'closed-resolved',
  'rejected-before',
  'reverted',
]);

export interface Metrics {
  looked(failure: string | undefined): void;
  passed(report: PassReport, seconds: number): void;
  leads(leads: boolean): void;
  text(): string;
}

/** The metrics of docs/install.md. Labels are of closed sets: severities and outcomes, never names of workloads. */
export function createMetrics(version: string, now: () => Date): Metrics {
  const registry = createRegistry();
  registry.gauge('remendo_build_info', 'The version that runs.').set(1, { version });
  const leader = registry.gauge('remendo_leader', '1 where this one works, 0 where it waits to take over.');
  const reads = registry.counter('remendo_cluster_reads_total', 'Looks at the cluster, by result.');
  const passes = registry.counter('remendo_passes_total', 'Passes that ended.');
  const passSeconds = registry.counter('remendo_pass_duration_seconds_total', 'Time that passes took.');
  const last = registry.gauge('remendo_last_pass_timestamp_seconds', 'When the last pass ended.');
  const incidents = registry.gauge('remendo_incidents', 'Incidents in the last pass, by severity.');
  const decisions = registry.gauge('remendo_decisions', 'Decisions of the last pass, by outcome.');
  const blind = registry.gauge('remendo_blind_kinds', 'Kinds that the last pass could not read.');
  const unreadable = registry.gauge(
    'remendo_unreadable_repositories',
    'Repositories whose forge the last pass could not read.',
  );
  const opened = registry.counter('remendo_pull_requests_opened_total', 'Pull requests opened.');
  const ended = registry.counter('remendo_pull_requests_ended_total', 'Pull requests that came to an end, by outcome.');
  const memory = registry.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.');
  const cpu = registry.counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.');
  const started = registry.gauge(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
  );
  started.set(Math.round(now().getTime() / 1000 - process.uptime()));
  leader.set(1);
  opened.set(0);
  for (const result of ['ok', 'failed']) reads.set(0, { result });
  return {
    looked: (failure) => reads.add(1, { result: failure === undefined ? 'ok' : 'failed' }),
    passed(report, seconds) {
      passes.add(1);
      passSeconds.add(seconds);
      last.set(Math.round(now().getTime() / 1000));
      incidents.clear();
      for (const severity of ['critical', 'warning', 'info'] as const) {
        incidents.set(report.incidents.filter(({ incident }) => incident.severity === severity).length, { severity });
      }
      const outcomes = [...report.incidents, ...report.followed].map(({ decision }) => decision.outcome);
      decisions.clear();
      for (const outcome of outcomes) decisions.add(1, { outcome });
      blind.set(report.blind.length);
      unreadable.set(report.unreadable.length);
      opened.add(outcomes.filter((outcome) => outcome === 'opened').length);
      for (const { decision } of report.followed)
        if (ENDS.has(decision.outcome)) ended.add(1, { outcome: decision.outcome });
    },
    leads: (leads) => leader.set(leads ? 1 : 0),
    text() {
      const { user, system } = process.cpuUsage();
      memory.set(process.memoryUsage.rss());
      cpu.set((user + system) / 1e6);
      return registry.text();
    },
  };
}
