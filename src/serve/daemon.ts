import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { connectTo } from '../app/cluster.ts';
import { elect } from '../adapters/lease/elector.ts';
import { createLeaseStore } from '../adapters/lease/lease.ts';
import { onlyLease } from '../adapters/lease/lease-guard.ts';
import type { App } from '../app/app.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import { runLoop } from '../engine/loop.ts';
import type { PassReport } from '../engine/report.ts';
import { createHealth, observed } from './health.ts';
import { createMetrics } from './metrics.ts';
import { serve } from './server.ts';

/** What a daemon is told beside the configuration. */
export interface DaemonOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly context?: string | undefined;
  readonly version: string;
  readonly done: (report: PassReport) => void;
  /** Told where probes and metrics are served. */
  readonly listening?: (address: string) => void;
  /** Why no pull request can be opened as long as this process runs: it is never ready then. */
  readonly obstacle?: string | undefined;
}

/**
 * Passes until `signal`: with probes and metrics where `run.listen` says so, and only while it holds the Lease where
 * `run.leaderElection` names one. Error codes: `listen-failed`, those of connect.
 */
export async function runDaemon(
  app: App,
  { env, context, version, done, listening, obstacle }: DaemonOptions,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const { config, clock, log } = app;
  const { listen, leaderElection, intervalSeconds } = config.run;
  const health = createHealth({ clock, intervalSeconds, elected: leaderElection !== undefined, obstacle });
  const metrics = createMetrics(version, () => clock.now());
  let began = performance.now();
  const cluster = observed(app.ports.cluster, (failure, seconds) => {
    began = performance.now() - seconds * 1000;
    health.looked(failure);
    metrics.looked(failure);
  });
  const work = (until: AbortSignal): Promise<void> =>
    runLoop(
      { ...app.ports, cluster },
      config.run,
      (report) => {
        health.passed();
        metrics.passed(report, (performance.now() - began) / 1000);
        done(report);
      },
      until,
    );
  const serving = listen === undefined ? undefined : await serve(listen, health, metrics);
  if (serving && !serving.ok) return serving;
  if (serving) {
    log.info({ address: serving.value.address }, 'probes and metrics are served');
    listening?.(serving.value.address);
  }
  try {
    if (!leaderElection) {
      await work(signal);
      return ok(undefined);
    }
    const connection = await connectTo(config.cluster, context, env, { guard: onlyLease(leaderElection) });
    if (!connection.ok) return connection;
    const changed = (leads: boolean): void => {
      health.leads(leads);
      metrics.leads(leads);
    };
    changed(false);
    const identity = `${hostname()}_${randomUUID()}`;
    const store = createLeaseStore(connection.value, leaderElection);
    try {
      await elect({ store, identity, clock, log, changed }, work, signal);
    } finally {
      connection.value.close();
    }
    return ok(undefined);
  } finally {
    await serving?.value.close();
  }
}
