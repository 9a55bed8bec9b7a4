import type { FieldPath, Segment } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { LeafChange } from '../object-diff.ts';
import { leafChanges, startsWith } from '../object-diff.ts';
import { podSpecPath } from '../../../domain/pod-template.ts';
import type { Explaining } from './explains.ts';

/** One field that changed and can explain the symptom: what would be put back, whole. */
export interface Unit {
  readonly object: RenderedObject;
  /** The same object in the last good version, names of generated objects aligned. */
  readonly before: JsonObject;
  readonly path: FieldPath;
  readonly leaves: readonly LeafChange[];
  /** Set where this field is never put back (a Secret's data), with the words that say so. */
  readonly untouchable?: string;
  /** What to call it in a list, where it is no field. */
  readonly called?: string;
  /** What somebody who complains about this would write, where its values do not tell. */
  readonly words?: readonly string[];
}

/** The explaining fields of a workload (or of any other object) that differ between two versions of it; `containers` are those that count. */
export function unitsOf(
  now: RenderedObject,
  before: JsonObject,
  what: Pick<Explaining, 'container' | 'anyContainer' | 'pod' | 'object'>,
  containers: ReadonlySet<string> | undefined,
): Unit[] {
  const base = podSpecPath(now.ref.kind);
  const units = new Map<string, { path: FieldPath; leaves: LeafChange[] }>();
  for (const leaf of leafChanges(now.object, before)) {
    const path = unitPath(leaf.path, base, what, containers);
    if (!path) continue;
    const whole = wholeProbe(path, now.object, before);
    const key = formatFieldPath(whole);
    const unit = units.get(key) ?? { path: whole, leaves: [] };
    unit.leaves.push(leaf);
    units.set(key, unit);
  }
  return [...units.values()].map(({ path, leaves }) => ({
    object: now,
    before,
    path,
    leaves: isProbe(path) ? leafChanges(now.object, before).filter((leaf) => startsWith(leaf.path, path)) : leaves,
  }));
}

/** The unit that a leaf belongs to; undefined where it cannot explain the symptom. */
function unitPath(
  path: FieldPath,
  base: FieldPath | undefined,
  what: Pick<Explaining, 'container' | 'anyContainer' | 'pod' | 'object'>,
  containers: ReadonlySet<string> | undefined,
): FieldPath | undefined {
  if (base && startsWith(path, base)) {
    const [list, item] = path.slice(base.length);
    if (list === 'containers' || list === 'initContainers') {
      const mine =
        what.anyContainer || containers === undefined || (typeof item === 'object' && containers.has(item.value));
      const length = mine ? matched(path.slice(base.length + 2), what.container) : undefined;
      return length === undefined ? undefined : path.slice(0, base.length + 2 + length);
    }
    const length = matched(path.slice(base.length), what.pod);
    return length === undefined ? undefined : path.slice(0, base.length + length);
  }
  const length = matched(path, what.object);
  return length === undefined ? undefined : path.slice(0, length);
}

/** How many segments of `path` the first fitting pattern covers; a path that ends above the pattern's depth fits whole. */
function matched(path: FieldPath, patterns: readonly string[]): number | undefined {
  for (const pattern of patterns) {
    const parts = pattern.replaceAll('[]', '.[]').split('.');
    const length = Math.min(parts.length, path.length);
    if (length > 0 && parts.slice(0, length).every((part, i) => fits(part, path[i]))) return length;
  }
  return undefined;
}

function fits(part: string, segment: Segment | undefined): boolean {
  if (part === '[]') return typeof segment === 'object' || typeof segment === 'number';
  return part === '*' ? segment !== undefined : part === segment;
}

/** A probe that was added or removed as a whole is one unit: a handler alone is not a probe. */
function wholeProbe(path: FieldPath, now: JsonObject, before: JsonObject): FieldPath {
  const at = path.findIndex(
    (segment) => typeof segment === 'string' && /^(?:liveness|readiness|startup)Probe$/.test(segment),
  );
  if (at < 0) return path;
  const probe = path.slice(0, at + 1);
  return getField(now, probe) === undefined || getField(before, probe) === undefined ? probe : path;
}

function isProbe(path: FieldPath): boolean {
  const last = path.at(-1);
  return typeof last === 'string' && last.endsWith('Probe');
}
