import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Policy } from '../domain/policy.ts';
import type { ConfigFile } from './schema.ts';

/** Everything that Remendo is told from outside, complete with defaults. Times in seconds. */
export interface Config {
  readonly policy: Policy;
  readonly cluster: NonNullable<ConfigFile['cluster']>;
  readonly repositories: NonNullable<ConfigFile['repositories']>;
  readonly github: NonNullable<ConfigFile['github']>;
  readonly llm: { readonly baseUrl?: string | undefined; readonly model: string; readonly timeoutSeconds: number } | undefined;
  readonly registry: { readonly enabled: boolean; readonly insecureHosts: readonly string[] };
  readonly render: { readonly helm?: string | undefined; readonly kustomize?: string | undefined; readonly timeoutSeconds: number };
  readonly run: { readonly intervalSeconds: number; readonly debounceSeconds: number };
  readonly stateDirectory: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** Fills in the defaults. */
export function completeConfig(file: ConfigFile): Config {
  const { cluster = {}, repositories = [], github = {}, llm, registry, render, run, state, log } = file;
  return {
    policy: policyOf(file),
    cluster,
    repositories,
    github,
    llm: llm && { baseUrl: llm.baseUrl, model: llm.model, timeoutSeconds: llm.timeout ?? 60 },
    registry: { enabled: registry?.enabled ?? true, insecureHosts: registry?.insecureHosts ?? [] },
    render: { helm: render?.helm, kustomize: render?.kustomize, timeoutSeconds: render?.timeout ?? 30 },
    run: { intervalSeconds: run?.interval ?? 120, debounceSeconds: run?.debounce ?? 5 },
    stateDirectory: state?.directory ?? '.remendo',
    logLevel: log?.level ?? 'info',
  };
}

function policyOf(file: ConfigFile): Policy {
  const base = DEFAULT_POLICY;
  const { detect, memory, guardrails, proof, limits, verify, llm, patterns } = file;
  return {
    mode: file.mode ?? base.mode,
    detect: {
      minimumAgeSeconds: detect?.minimumAge ?? base.detect.minimumAgeSeconds,
      minimumRestarts: detect?.minimumRestarts ?? base.detect.minimumRestarts,
      ignoreNamespaces: detect?.ignoreNamespaces ?? base.detect.ignoreNamespaces,
    },
    memory: { factor: memory?.factor ?? base.memory.factor, ceilingBytes: memory?.ceiling ?? base.memory.ceilingBytes },
    guardrails: { ...base.guardrails, ...defined(guardrails) },
    proof: { tolerateUnknown: proof?.tolerateUnknown ?? base.proof.tolerateUnknown },
    limits: {
      openPullRequests: limits?.openPullRequests ?? base.limits.openPullRequests,
      pullRequestsPerHour: limits?.pullRequestsPerHour ?? base.limits.pullRequestsPerHour,
      perWorkload: limits?.perWorkload ?? base.limits.perWorkload,
      humanChangeSeconds: limits?.humanChange ?? base.limits.humanChangeSeconds,
    },
    verify: {
      propagationSeconds: verify?.propagation ?? base.verify.propagationSeconds,
      soakSeconds: verify?.soak ?? base.verify.soakSeconds,
      resolvedObservations: verify?.resolvedObservations ?? base.verify.resolvedObservations,
    },
    llm: { ...base.llm, ...defined(llm && limitsOf(llm)) },
    patterns: {
      minimumTrust: patterns?.minimumTrust ?? base.patterns.minimumTrust,
      halfLifeDays: patterns?.halfLife === undefined ? base.patterns.halfLifeDays : patterns.halfLife / 86_400,
    },
  };
}

function limitsOf({ callsPerIncident, callsPerHour, dollarsPerDay, promptPrice, completionPrice, maxOutputTokens }: NonNullable<ConfigFile['llm']>) {
  return { callsPerIncident, callsPerHour, dollarsPerDay, promptPrice, completionPrice, maxOutputTokens };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined, so that a spread does not cover a default. */
function defined<T extends object>(value: T | undefined): Defined<T> {
  const entries = Object.entries(value ?? {}).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
