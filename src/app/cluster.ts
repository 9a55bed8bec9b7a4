import { connect } from '../adapters/kubernetes/connect.ts';
import type { ConnectOptions, Connection } from '../adapters/kubernetes/connect.ts';
import { createClusterReader } from '../adapters/kubernetes/cluster-reader.ts';
import { createDryRun } from '../adapters/kubernetes/dry-run.ts';
import { onlyWhereProven } from '../adapters/kubernetes/self-test.ts';
import { createSnapshotFolder } from '../adapters/snapshot/snapshot-folder.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, DryRun } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import { argoCdClient, orArgoCd } from './argocd.ts';
import { readSecrets } from './secrets.ts';

/** A cluster to read from, and what can be asked of its API server without changing it. */
export interface Cluster {
  readonly reader: ClusterReader;
  readonly dryRun: DryRun;
  /** The cluster's time: what it says is compared with what its objects say. */
  readonly clock: Clock;
}

/** Which cluster is meant, where the command line says so. */
export interface ClusterChoice {
  /** A folder of files instead of a cluster. */
  readonly snapshot?: string | undefined;
  readonly context?: string | undefined;
}

/** Opens the cluster, or the folder that stands for one. Error codes: `kubeconfig-missing`, `kubeconfig-invalid`. */
export async function openCluster(
  { snapshot, context }: ClusterChoice,
  config: Pick<Config, 'cluster' | 'argocd'>,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  log: Log,
): Promise<Result<Cluster, Problem>> {
  const { cluster } = config;
  if (snapshot !== undefined) {
    const name = cluster.name === undefined ? {} : { cluster: cluster.name };
    const folder = createSnapshotFolder({ directory: snapshot, clock, ...name });
    return ok({ reader: folder, dryRun: folder.dryRun, clock });
  }
  const connection = await connectTo(cluster, context, env);
  if (!connection.ok) return connection;
  // Another identity for dry runs: the one that reads must not be able to write.
  const asking =
    cluster.dryRunAs === undefined ? connection : await connectTo(cluster, context, env, { as: cluster.dryRunAs });
  if (!asking.ok) return asking;
  const name = cluster.name === undefined ? {} : { cluster: cluster.name };
  const reader = createClusterReader(connection.value, { clock, log, ...name });
  const close = async (): Promise<void> => {
    asking.value.close();
    await reader.close();
  };
  const own = onlyWhereProven(createDryRun(asking.value, { log }), asking.value, clock, log);
  const dryRun = orArgoCd(own, argoCdClient(config, readSecrets(env)), log);
  const theirs: Clock = { ...clock, now: () => new Date(clock.now().getTime() + connection.value.skew()) };
  return ok({ reader: { ...reader, close }, dryRun, clock: theirs });
}

/** Connects as the configuration says; `more` is another user or guard. Error codes as connect. */
export function connectTo(
  { kubeconfig, context: configured }: Config['cluster'],
  context: string | undefined,
  env: NodeJS.ProcessEnv,
  more: Pick<ConnectOptions, 'as' | 'guard'> = {},
): Promise<Result<Connection, Problem>> {
  const chosen = context ?? configured;
  return connect({
    env,
    ...more,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(chosen === undefined ? {} : { context: chosen }),
  });
}
