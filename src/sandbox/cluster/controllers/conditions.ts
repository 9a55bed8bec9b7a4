import type { Condition } from '../objects.ts';
import { rfc3339 } from '../time.ts';

/** The conditions with one set; its transition time moves only when its status does. Order of first appearance is kept. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: Date,
  updated = false,
): Condition[] {
  const list = conditions ?? [];
  const before = list.find(({ type }) => type === next.type);
  const time = rfc3339(now);
  const same = before?.status === next.status && before.reason === next.reason && before.message === next.message;
  const transition = before?.status === next.status ? (before.lastTransitionTime ?? time) : time;
  const update = updated ? { lastUpdateTime: same ? (before.lastUpdateTime ?? time) : time } : {};
  const condition: Condition = { lastTransitionTime: transition, ...update, ...next };
  return before ? list.map((one) => (one === before ? condition : one)) : [...list, condition];
}

/** The conditions but for one type. */
export function withoutCondition(conditions: readonly Condition[] | undefined, type: string): Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** A status without fields that are zero, which the API leaves out. */
export function omitZero<T extends Record<string, unknown>>(status: T, keep: readonly string[] = []): T {
  const entries = Object.entries(status).filter(
    ([key, value]) =>
      keep.includes(key) || (value !== 0 && value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
  return Object.fromEntries(entries) as T;
}
