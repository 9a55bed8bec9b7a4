import { counted } from '../../domain/counted.ts';
import type { Connection } from '../../adapters/kubernetes/connect.ts';
import { createClusterReader } from '../../adapters/kubernetes/cluster-reader.ts';
import type { Config } from '../../config/config.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Basics } from '../app.ts';
import { buildBasics } from '../app.ts';
import { connectTo } from '../cluster.ts';
import { noForge, valueTroubles } from '../credential-troubles.ts';
import { lookAtSecret } from '../credentials-secret.ts';
import { createModel } from '../model.ts';
import { examineArgoCd } from './argocd.ts';
import { examineArgoCdApi } from './argocd-api.ts';
import { examineClock } from './clocks.ts';
import { examineForges } from './forge.ts';
import type { DoctorLine, DoctorOut } from './line.ts';
import { linesOf } from './line.ts';
import { examineModel } from './model.ts';
import { examinePrograms } from './programs.ts';
import { examineRepositories, repositoriesOf } from './repositories.ts';
import { examineDryRun, examineRights } from './rights.ts';

/** What the doctor is told beside the configuration. */
export interface DoctorOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly context?: string | undefined;
  /** Clones on this machine, by repository URL. */
  readonly repositories: ReadonlyMap<string, string>;
  /** Called with each line as it is known. */
  readonly tell?: (line: DoctorLine) => void;
}

/** Looks at everything that Remendo needs, in the order in which it would be missed. Changes nothing anywhere. */
export async function examine(config: Config, options: DoctorOptions): Promise<DoctorOut> {
  const lines: DoctorLine[] = [];
  const add = (found: readonly DoctorLine[]): void => {
    for (const line of found) {
      lines.push(line);
      options.tell?.(line);
    }
  };
  const basics = await buildBasics(config, options);
  const snapshot = await examineCluster(config, options, basics, add);
  add(await examinePrograms(config, snapshot));
  const secret = await lookAtSecret(config, options.env, options.context);
  const credentials = { config, secrets: basics.secrets, env: options.env, secret };
  add(valueTroubles(credentials).map(({ message, remedy }) => linesOf('credentials').problem(message, remedy)));
  const forges = { ...basics, config, fetch, none: noForge(credentials) };
  if (snapshot) {
    add(await examineRepositories(basics.git, snapshot));
    add(await examineForges(forges, repositoriesOf(snapshot)));
  } else {
    add([linesOf('repository').unknown('which repositories there are is not known without the cluster')]);
    add(await examineForges(forges, []));
  }
  add([await examineModel(createModel(config, basics.secrets, basics.clock, basics.log))]);
  const count = (result: DoctorLine['result']): number => lines.filter((line) => line.result === result).length;
  return { version: 1, lines, problems: count('problem'), unknown: count('unknown') };
}

const cluster = linesOf('cluster');

async function examineCluster(
  config: Config,
  options: DoctorOptions,
  basics: Basics,
  add: (lines: readonly DoctorLine[]) => void,
): Promise<Snapshot | undefined> {
  const read = await readCluster(config, options, basics);
  if (!read.ok) {
    const remedy =
      read.error.hint ?? 'check the kubeconfig with kubectl get pods, and that this machine reaches the API server';
    add([cluster.problem(read.error.message, remedy)]);
    return undefined;
  }
  const { connection, snapshot, date, asked, answered } = read.value;
  try {
    const pods = snapshot.objects.Pod.length;
    add([
      cluster.ok(`${snapshot.cluster} at ${connection.server}: ${counted(pods, 'pod')}`),
      examineClock('API server', date, asked, answered),
    ]);
    add(await examineRights(connection, snapshot));
    add([await askDryRun(config, options, basics, snapshot, connection)]);
    add(await examineArgoCd(connection, snapshot));
    add(await examineArgoCdApi(config, basics.secrets, snapshot));
    return snapshot;
  } finally {
    connection.close();
  }
}

/** Asks as the identity that dry runs are asked as. */
async function askDryRun(
  { cluster: configured }: Config,
  { context, env }: DoctorOptions,
  basics: Basics,
  { objects }: Snapshot,
  reading: Connection,
): Promise<DoctorLine> {
  const { dryRunAs } = configured;
  const asking = dryRunAs === undefined ? ok(reading) : await connectTo(configured, context, env, { as: dryRunAs });
  if (!asking.ok) return linesOf('dry-run').problem(asking.error.message, 'see cluster.dryRunAs in the configuration');
  const line = await examineDryRun(
    asking.value,
    basics,
    objects.Application[0]?.spec.destination.namespace ?? 'default',
    dryRunAs,
  );
  if (dryRunAs !== undefined) asking.value.close();
  return line;
}

interface Read {
  readonly connection: Connection;
  readonly snapshot: Snapshot;
  readonly date: string | undefined;
  /** Around the request that `date` answers, in milliseconds. */
  readonly asked: number;
  readonly answered: number;
}

/** Error codes as connect and ClusterReader.snapshot. */
export async function readCluster(
  config: Config,
  { env, context }: Pick<DoctorOptions, 'env' | 'context'>,
  { clock, log }: Pick<Basics, 'clock' | 'log'>,
): Promise<Result<Read, Problem>> {
  const { name } = config.cluster;
  const connection = await connectTo(config.cluster, context, env);
  if (!connection.ok) return connection;
  const asked = Date.now();
  const version = await connection.value.request({ method: 'GET', path: '/version', timeout: 10_000 });
  const answered = Date.now();
  if (!version.ok) {
    connection.value.close();
    return version;
  }
  version.value.body.resume();
  const reader = createClusterReader(connection.value, {
    clock,
    log,
    ...(name === undefined ? {} : { cluster: name }),
  });
  const snapshot = await reader.snapshot();
  if (!snapshot.ok) {
    connection.value.close();
    return snapshot;
  }
  return ok({
    connection: connection.value,
    snapshot: snapshot.value,
    date: version.value.headers.date,
    asked,
    answered,
  });
}
