import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { LeafChange } from '../object-diff.ts';
import { leafChanges } from '../object-diff.ts';
import type { Unit } from './units.ts';

/**
 * A volume that came or went as a whole is one change with its mounts in the containers: the API server refuses a mount of a volume
 * that the pod does not have.
 */
export function withMounts(units: readonly Unit[]): readonly Unit[] {
  const whole = units.map((unit) => {
    const mounts = mountsOf(unit);
    return mounts.length === 0 ? unit : { ...unit, leaves: [...unit.leaves, ...mounts] };
  });
  const taken = whole.flatMap((unit, i) => (unit === units[i] ? [] : unit.leaves));
  return whole.filter(
    ({ path, leaves }) => !(path.includes('volumeMounts') && leaves.every((leaf) => isIn(leaf, taken))),
  );
}

function mountsOf({ object, before, path }: Unit): LeafChange[] {
  const volume = path.at(-1);
  if (path.at(-2) !== 'volumes' || typeof volume !== 'object') return [];
  const [now, then] = [object.object, before];
  if (getField(now, path) !== undefined && getField(then, path) !== undefined) return [];
  return leafChanges(now, then).filter((leaf) => {
    const at = leaf.path.indexOf('volumeMounts');
    const item = leaf.path.slice(0, at + 2);
    const name = getField(now, [...item, 'name']) ?? getField(then, [...item, 'name']);
    return at >= 0 && leaf.path.length > at + 2 && name === volume.value;
  });
}

function isIn({ path }: LeafChange, leaves: readonly LeafChange[]): boolean {
  return leaves.some((leaf) => formatFieldPath(leaf.path) === formatFieldPath(path));
}
