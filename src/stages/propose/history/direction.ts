import type { Incident } from '../../../domain/incident.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import type { LeafChange } from '../object-diff.ts';
import { misnamed } from './misnamed.ts';

/** Which way an amount must go to mend a cause; undefined where amounts have nothing to do with it. */
function wanted({ cause, facts }: Incident): 'up' | 'down' | undefined {
  const resources = facts.refusal?.resources ?? [];
  if (cause === 'memory/oom-killed' || cause === 'crash/signal' || cause === 'pod/evicted') return 'up';
  if (cause === 'replicas/limit-range') return resources.some(({ bound }) => bound === 'max') ? 'down' : undefined;
  // "must specify limits.cpu" asks for an amount where there is none.
  if (cause === 'replicas/quota')
    return resources.some(({ requested }) => requested !== undefined) ? 'down' : undefined;
  return cause === 'scheduling/insufficient-resources' || cause === 'volume/mount-failed' ? 'down' : undefined;
}

/** What Kubernetes takes where a probe leaves a number out (pkg/apis/core/v1/defaults.go). */
const PROBE_DEFAULTS: Readonly<Record<string, number>> = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  failureThreshold: 3,
};

/** A probe that kills is mended by more patience only; a startup probe that came new does not kill by itself. */
function morePatient({ cause }: Incident, { path, from, to }: LeafChange): boolean {
  const last = path.at(-1);
  if (last === 'startupProbe' && cause === 'probe/liveness') return to !== undefined;
  const standard = typeof last === 'string' && Object.hasOwn(PROBE_DEFAULTS, last) ? PROBE_DEFAULTS[last] : undefined;
  return standard === undefined || Number(to ?? standard) > Number(from ?? standard);
}

/**
 * Whether putting a leaf back can mend the incident: a lower limit never ends an out-of-memory kill, a higher request
 * never makes a pod fit. Leaves that are no amounts always may, but for names of images that were refused.
 */
export function canMend(incident: Incident, leaf: LeafChange): boolean {
  const { path, from, to } = leaf;
  if (incident.cause === 'probe/liveness' || incident.cause === 'probe/startup') {
    if (!morePatient(incident, leaf)) return false;
  }
  // Without a deadline a run has all the time it takes.
  if (path.at(-1) === 'activeDeadlineSeconds') return to === undefined || Number(to) > Number(from ?? Infinity);
  if (path.at(-1) === 'image' && !misnamed(incident.cause, from, to)) return false;
  const way = wanted(incident);
  const isAmount = path.includes('resources') || path.at(-1) === 'replicas';
  if (way === undefined || !isAmount) return true;
  const [now, then] = [amount(from), amount(to)];
  if (from !== undefined && to !== undefined)
    return now === undefined || then === undefined || (way === 'up' ? then > now : then < now);
  // Without a limit there is all the memory of the node; without a request there is nothing to find room for.
  return to === undefined;
}

function amount(value: JsonValue | undefined): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}
