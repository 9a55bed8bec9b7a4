import type { FieldPath } from '../../../domain/field-path.ts';
import { getField } from '../../../domain/field-path.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { podSpecPath } from '../../../domain/pod-template.ts';
import { startsWith } from '../object-diff.ts';
import type { Unit } from './units.ts';

const SIDES: Readonly<Record<string, string>> = { limits: 'limit', requests: 'request' };
/** Shorter names of fields are words of everyday use. */
const SHORTEST_FIELD = 8;

/**
 * How a policy names a field of a pod that it refuses: by its place (Kyverno: `/spec/containers/0/resources/limits/`), in words
 * (Gatekeeper: `has no memory limit`), or by the field's own name (`readOnlyRootFilesystem`).
 */
export function policyWords({ object, leaves }: Unit): string[] {
  const base = podSpecPath(object.ref.kind);
  return leaves.flatMap(({ path }) => {
    const last = path.at(-1);
    const above = path.at(-2);
    const side = typeof above === 'string' && Object.hasOwn(SIDES, above) ? SIDES[above] : undefined;
    if (side !== undefined && typeof last === 'string')
      return [`${last} ${side}`, `${last} ${side}s`, ...places(path, base, object.object)];
    const name = typeof last === 'string' && last.length >= SHORTEST_FIELD ? [last] : [];
    return [...name, ...places(path, base, object.object)];
  });
}

/** The place of a leaf in the pod, and that of what holds it: a policy complains of whole maps too. */
function places(path: FieldPath, base: FieldPath | undefined, object: Unit['object']['object']): string[] {
  if (base === undefined || !startsWith(path, base)) return [];
  const steps: string[] = [];
  for (const [i, segment] of path.entries()) {
    if (i < base.length) continue;
    const list = getField(object, path.slice(0, i));
    steps.push(
      typeof segment === 'object'
        ? String((isArray(list) ? list : []).findIndex((item) => isObject(item) && item[segment.key] === segment.value))
        : String(segment),
    );
  }
  // `/spec/containers/0` alone is every complaint about that container.
  return [steps, steps.slice(0, -1)].filter(({ length }) => length > 3).map((all) => `/spec/${all.join('/')}`);
}
