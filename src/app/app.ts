import { join } from 'node:path';
import { createAudit } from '../adapters/audit/audit.ts';
import { createSystemClock } from '../adapters/clock/system-clock.ts';
import { createGit } from '../adapters/git/git.ts';
import { createLog } from '../adapters/log/log.ts';
import { createNoRegistry, createRegistry } from '../adapters/registry/registry.ts';
import { createSecondOpinion } from '../adapters/secretlint/second-opinion.ts';
import { createStore } from '../adapters/sqlite/store.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../domain/problem.ts';
import { createRedactor } from '../domain/redact.ts';
import type { Redact } from '../domain/redact.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { EnginePorts, ProgressEvent } from '../engine/ports.ts';
import type { Clock } from '../ports/clock.ts';
import type { Git } from '../ports/git.ts';
import type { Log } from '../ports/log.ts';
import type { ClusterChoice } from './cluster.ts';
import { openCluster } from './cluster.ts';
import { createForges } from './forges.ts';
import { gitCredentials } from './git-credentials.ts';
import { createModel } from './model.ts';
import { createProposers } from './proposers.ts';
import type { Secrets } from './secrets.ts';
import { readSecrets, secretValues } from './secrets.ts';
import { createSourcesOf } from './sources.ts';
import { cacheDirectory, makeStateDirectory } from './state-directory.ts';

/** What a command asks for, beside the configuration. */
export interface AppOptions extends ClusterChoice {
  readonly env: NodeJS.ProcessEnv;
  /** Clones on this machine, by repository URL; on top of those of the configuration. */
  readonly repositories: ReadonlyMap<string, string>;
  readonly progress?: (event: ProgressEvent) => void;
  /** False where nothing should be kept on disk between runs: everything is in memory. */
  readonly persistent: boolean;
  /** False for the sandbox: requests to the forge are not spaced out. */
  readonly throttle?: boolean;
  readonly clock?: Clock;
}

/** The parts that every command needs. */
export interface Basics {
  readonly clock: Clock;
  readonly log: Log;
  readonly redact: Redact;
  readonly secrets: Secrets;
  readonly git: Git;
}

/** Everything, built once from the configuration. */
export interface App extends Basics {
  readonly config: Config;
  readonly ports: EnginePorts;
  close(): Promise<void>;
}

/** What commands need that open no cluster and no forge. Throws where the state directory cannot be made. */
export async function buildBasics(
  config: Config,
  options: Pick<AppOptions, 'env' | 'repositories' | 'clock'> & { readonly persistent?: boolean },
): Promise<Basics> {
  if (options.persistent === true) makeStateDirectory(config.stateDirectory);
  const secrets = readSecrets(options.env);
  const redact = createRedactor(secretValues(secrets));
  const clock = options.clock ?? createSystemClock();
  const pretty = process.stderr.isTTY;
  const log = await createLog({ level: config.logLevel, destination: process.stderr, pretty, redact });
  const configured = config.repositories.flatMap(({ url, path }) => (path === undefined ? [] : [[url, path] as const]));
  const git = createGit({
    cacheDirectory: join(options.persistent === true ? config.stateDirectory : cacheDirectory(options.env), 'git'),
    local: new Map([...configured, ...options.repositories]),
    credentials: gitCredentials(config, secrets, log),
    log,
  });
  return { clock, log, redact, secrets, git };
}

/** Builds adapters, stages and engine. Errors as openCluster. */
export async function buildApp(config: Config, options: AppOptions): Promise<Result<App, Problem>> {
  const basics = await buildBasics(config, options);
  const { clock, log, redact, secrets, git } = basics;
  const cluster = await openCluster(options, config, options.env, clock, log);
  if (!cluster.ok) return cluster;
  const store = await createStore({
    file: options.persistent ? join(config.stateDirectory, 'store.sqlite') : ':memory:',
    log,
    clock,
  });
  const audit = options.persistent
    ? createAudit({ file: join(config.stateDirectory, 'audit.jsonl'), clock, redact, log })
    : { append: () => undefined, records: () => [] };
  const registry = config.registry.enabled
    ? createRegistry({ clock, log, insecureHosts: config.registry.insecureHosts })
    : createNoRegistry();
  const model = createModel(config, secrets, clock, log);
  const { policy } = config;
  const secondOpinion = createSecondOpinion();
  const ports: EnginePorts = {
    cluster: cluster.value.reader,
    dryRun: cluster.value.dryRun,
    git,
    forgeOf: createForges(config, secrets, log, options.throttle),
    registry,
    store,
    audit,
    clock: cluster.value.clock,
    log,
    policy,
    redact,
    hide: async (text) => secondOpinion(redact(text)),
    proposers: createProposers({ model, policy, store, redact, secondOpinion, clock, log }),
    sourcesOf: createSourcesOf(git, config, log),
    ...(options.progress ? { progress: options.progress } : {}),
  };
  const close = async (): Promise<void> => {
    await cluster.value.reader.close();
    store.close();
  };
  return ok({ ...basics, config, ports, close });
}
