import type { JsonObject } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';

/** Fields of Kubernetes and Argo CD objects that say when something happened; never one that lies in the future. */
const TIME_FIELD = /^(?:\w+Time|\w*Timestamp|\w+At)$/;
const FUTURE_FIELD = new Set(['deletionTimestamp', 'expirationTimestamp']);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/**
 * Whether an object is renewed at least every few minutes as long as its cluster lives (Node, Lease, a reconciled Application), so that a
 * dump which holds one knows when it was taken.
 */
export function isHeartbeat(raw: JsonObject): boolean {
  const status = isObject(raw['status']) ? raw['status'] : {};
  if (raw['kind'] === 'Lease') return isObject(raw['spec']) && typeof raw['spec']['renewTime'] === 'string';
  if (raw['kind'] === 'Application') return typeof status['reconciledAt'] === 'string';
  const conditions = raw['kind'] === 'Node' && isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some((condition) => isObject(condition) && typeof condition['lastHeartbeatTime'] === 'string');
}

/** The later of `newest` and every time in the object, in RFC 3339 with seconds, so that texts compare as times do. */
export function newestTime(object: unknown, newest: string): string {
  if (typeof object !== 'object' || object === null) return newest;
  let latest = newest;
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === 'object') latest = newestTime(value, latest);
    else if (typeof value === 'string' && TIME_FIELD.test(key) && !FUTURE_FIELD.has(key) && RFC3339.test(value)) {
      const time = `${value.slice(0, 19)}Z`;
      if (time > latest) latest = time;
    }
  }
  return latest;
}
