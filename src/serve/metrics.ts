import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { PassReport } from '../engine/report.ts';

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

/** Upper bounds in seconds: a quiet cluster, a busy one, a slow forge or model. */
const PASS_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** What `/metrics` answers from: it is told what happens. */
export interface Metrics {
  looked(failure: string | undefined): void;
  passed(report: PassReport, seconds: number): void;
  leads(leads: boolean): void;
  /** The Prometheus text format, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * The metrics of docs/install.md, and the `process_` and `nodejs_` ones of prom-client. Labels are of closed sets: severities and
 * outcomes, never names of workloads.
 */
export function createMetrics(version: string, now: () => Date): Metrics {
  const registry = new Registry();
  const gauge = <L extends string = never>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const counter = <L extends string = never>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });
  gauge('remendo_build_info', 'The version that runs.', 'version').set({ version }, 1);
  const leader = gauge('remendo_leader', '1 where this one works, 0 where it waits to take over.');
  const reads = counter('remendo_cluster_reads_total', 'Looks at the cluster, by result.', 'result');
  const passes = new Histogram({
    name: 'remendo_pass_duration_seconds',
    help: 'Time that passes took.',
    buckets: PASS_SECONDS,
    registers: [registry],
  });
  const last = gauge('remendo_last_pass_timestamp_seconds', 'When the last pass ended.');
  const incidents = gauge('remendo_incidents', 'Incidents in the last pass, by severity.', 'severity');
  const decisions = gauge('remendo_decisions', 'Decisions of the last pass, by outcome.', 'outcome');
  const blind = gauge('remendo_blind_kinds', 'Kinds that the last pass could not read.');
  const unreadable = gauge('remendo_unreadable_repositories', 'Repositories whose forge the last pass could not read.');
  const opened = counter('remendo_pull_requests_opened_total', 'Pull requests opened.');
  const ended = counter(
    'remendo_pull_requests_ended_total',
    'Pull requests that came to an end, by outcome.',
    'outcome',
  );
  collectDefaultMetrics({ register: registry });
  leader.set(1);
  // Before the first pass there is no time of it: 0 would look like a pass in 1970 to an alert.
  last.remove();
  for (const result of ['ok', 'failed']) reads.inc({ result }, 0);
  return {
    looked: (failure) => reads.inc({ result: failure === undefined ? 'ok' : 'failed' }),
    passed(report, seconds) {
      passes.observe(seconds);
      last.set(Math.round(now().getTime() / 1000));
      for (const severity of ['critical', 'warning', 'info'] as const) {
        incidents.set({ severity }, report.incidents.filter(({ incident }) => incident.severity === severity).length);
      }
      const outcomes = [...report.incidents, ...report.followed].map(({ decision }) => decision.outcome);
      decisions.reset();
      for (const outcome of outcomes) decisions.inc({ outcome });
      blind.set(report.blind.length);
      unreadable.set(report.unreadable.length);
      opened.inc(outcomes.filter((outcome) => outcome === 'opened').length);
      for (const { decision } of report.followed)
        if (ENDS.has(decision.outcome)) ended.inc({ outcome: decision.outcome });
    },
    leads: (leads) => leader.set(leads ? 1 : 0),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
