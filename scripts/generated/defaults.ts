import { completeConfig } from '../../src/config/config.ts';

const { policy, registry, render, run, stateDirectory, logLevel } = completeConfig({ llm: { model: 'any' } });
const { detect, memory, guardrails, proof, limits, verify, llm, patterns } = policy;
const { llm: model } = completeConfig({ llm: { model: 'any' } });

/** The defaults of `remendo.yaml` by dotted key, in the form that people write. Keys without a default are left out. */
export const DEFAULTS: Readonly<Record<string, string | number | boolean | readonly string[]>> = {
  mode: policy.mode,
  'github.host': 'github.com',
  ...(model && { 'llm.timeout': duration(model.timeoutSeconds) }),
  'llm.callsPerIncident': llm.callsPerIncident,
  'llm.callsPerHour': llm.callsPerHour,
  'llm.dollarsPerDay': llm.dollarsPerDay,
  'llm.promptPrice': llm.promptPrice,
  'llm.completionPrice': llm.completionPrice,
  'llm.maxOutputTokens': llm.maxOutputTokens,
  'registry.enabled': registry.enabled,
  'registry.insecureHosts': registry.insecureHosts,
  'render.timeout': duration(render.timeoutSeconds),
  'detect.minimumAge': duration(detect.minimumAgeSeconds),
  'detect.minimumRestarts': detect.minimumRestarts,
  'detect.ignoreNamespaces': detect.ignoreNamespaces,
  'memory.factor': memory.factor,
  'memory.ceiling': `${memory.ceilingBytes / 1024 ** 3}Gi`,
  'guardrails.kinds': guardrails.kinds,
  'guardrails.fields': guardrails.fields,
  'guardrails.maxResourceFactor': guardrails.maxResourceFactor,
  'guardrails.allowShared': guardrails.allowShared,
  'guardrails.maxChangedLines': guardrails.maxChangedLines,
  'proof.tolerateUnknown': proof.tolerateUnknown,
  'limits.openPullRequests': limits.openPullRequests,
  'limits.pullRequestsPerHour': limits.pullRequestsPerHour,
  'limits.perWorkload': limits.perWorkload,
  'limits.humanChange': duration(limits.humanChangeSeconds),
  'verify.propagation': duration(verify.propagationSeconds),
  'verify.soak': duration(verify.soakSeconds),
  'verify.resolvedObservations': verify.resolvedObservations,
  'patterns.minimumTrust': patterns.minimumTrust,
  'patterns.halfLife': `${patterns.halfLifeDays}d`,
  'run.interval': duration(run.intervalSeconds),
  'run.debounce': duration(run.debounceSeconds),
  'state.directory': stateDirectory,
  'log.level': logLevel,
};

/** Seconds in the largest unit that fits without a rest, days apart: hours say more up to a few days. */
function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
