import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Policy } from '../domain/policy.ts';
import type { ConfigFile } from './schema.ts';

/** Everything that Remendo is told from outside, complete with defaults. Times in seconds. */
export interface Config {
  readonly policy: Policy;
  readonly cluster: NonNullable<ConfigFile['cluster']>;
  readonly repositories: NonNullable<ConfigFile['repositories']>;
  readonly github: NonNullable<ConfigFile['github']>;
  readonly gitea: ConfigFile['gitea'];
  readonly argocd: ConfigFile['argocd'];
  readonly llm:
    { readonly baseUrl?: string | undefined; readonly model: string; readonly timeoutSeconds: number } | undefined;
  readonly registry: { readonly enabled: boolean; readonly insecureHosts: readonly string[] };
  readonly render: {
    readonly helm?: string | undefined;
    readonly kustomize?: string | undefined;
    readonly timeoutSeconds: number;
    readonly chartCache?: string | undefined;
    readonly kubeVersion?: string | undefined;
    readonly apiVersions?: readonly string[] | undefined;
  };
  readonly run: {
    readonly intervalSeconds: number;
    readonly debounceSeconds: number;
    /** HOST:PORT. */
    readonly listen?: string | undefined;
    readonly leaderElection?: { readonly namespace: string; readonly name: string } | undefined;
  };
  readonly stateDirectory: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Fills in the defaults. */
export function completeConfig(file: ConfigFile): Config {
  const { cluster = {}, repositories = [], github = {}, gitea, argocd, llm, registry, render, run, state, log } = file;
  return {
    policy: policyOf(file),
    cluster,
    repositories,
    github,
    gitea,
    argocd,
    llm: llm && { baseUrl: llm.baseUrl, model: llm.model, timeoutSeconds: llm.timeout ?? 60 },
    registry: { enabled: registry?.enabled ?? true, insecureHosts: registry?.insecureHosts ?? [] },
    render: renderOf(render ?? {}),
    run: {
      intervalSeconds: run?.interval ?? 120,
      debounceSeconds: run?.debounce ?? 5,
      listen: run?.listen,
      leaderElection: run?.leaderElection,
    },
    stateDirectory: state?.directory ?? '.remendo',
    logLevel: log?.level ?? 'info',
  };
}

function renderOf({ timeout = 30, ...render }: NonNullable<ConfigFile['render']>): Config['render'] {
  return { ...render, timeoutSeconds: timeout };
}

function policyOf(file: ConfigFile): Policy {
  const base = DEFAULT_POLICY;
  return {
    mode: file.mode ?? base.mode,
    detect: over(base.detect, file.detect, ({ minimumAge, ...rest }) => ({ ...rest, minimumAgeSeconds: minimumAge })),
    memory: over(base.memory, file.memory, ({ factor, ceiling }) => ({ factor, ceilingBytes: ceiling })),
    guardrails: over(base.guardrails, file.guardrails, (given) => given),
    proof: over(base.proof, file.proof, (given) => given),
    limits: over(base.limits, file.limits, ({ humanChange, ...rest }) => ({
      ...rest,
      humanChangeSeconds: humanChange,
    })),
    verify: over(base.verify, file.verify, ({ propagation, soak, resolvedObservations }) => ({
      propagationSeconds: propagation,
      soakSeconds: soak,
      resolvedObservations,
    })),
    llm: over(base.llm, file.llm, ({ baseUrl: _1, model: _2, timeout: _3, ...limits }) => limits),
    patterns: over(base.patterns, file.patterns, ({ minimumTrust, halfLife }) => ({
      minimumTrust,
      halfLifeDays: halfLife === undefined ? undefined : halfLife / 86_400,
    })),
  };
}

/** The defaults of a section with what the file says about it on top, in the policy's words. */
function over<Base extends object, Given>(
  base: Base,
  given: Given | undefined,
  inWordsOfPolicy: (given: Given) => { [K in keyof Base]?: Base[K] | undefined },
): Base {
  return given === undefined ? base : { ...base, ...defined(inWordsOfPolicy(given)) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined, so that a spread does not cover a default. */
function defined<T extends object>(value: T | undefined): Defined<T> {
  const entries = Object.entries(value ?? {}).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
