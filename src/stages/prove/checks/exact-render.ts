import { counted } from '../../../domain/counted.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { differences } from '../../../domain/json.ts';
import { formatRef, refKey } from '../../../domain/object-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { Check } from '../check.ts';
import type { SameFault } from '../../locate/alike.ts';
import { withAlike } from '../../locate/alike.ts';
import { expectedObjects, followGeneratedNames } from '../expected.ts';

/** Refuses when any rendered object of any Application that reads a touched file differs in more than the intended fields. */
export const exactRender: Check = {
  name: 'exact-render',
  async run({ incident, pairs, unrendered, fix, location, policy }) {
    const [own, ...others] = pairs;
    if (!own) {
      const detail = `${location.application.name} could not be rendered.`;
      return { result: 'unknown', code: 'not-rendered', detail };
    }
    const expected = expectedObjects(own.before, fix.changes);
    if (!expected.ok) {
      const detail = `The change does not fit the declared object: ${expected.error.message}.`;
      return { result: 'fail', code: 'does-not-fit', detail };
    }
    const fault = { changes: fix.changes, alike: incident.alike ?? [] };
    const wanted = withAlike(followGeneratedNames(expected.value, own.after), own.after, fault);
    const surprise = firstDifference(wanted, own.after);
    if (surprise !== undefined) {
      const detail = `${location.application.name}: ${surprise}`;
      return { result: 'fail', code: 'unintended-difference', detail };
    }
    const moved: string[] = [];
    for (const pair of others) {
      const change = firstDifference(withAlike(pair.before, pair.after, fault), pair.after);
      if (change !== undefined && policy.guardrails.allowShared) moved.push(`${pair.application.name} (${change})`);
      else if (change !== undefined) {
        const detail = `The same file feeds Application ${pair.application.name}: ${change}`;
        return { result: 'fail', code: 'shared-file', detail };
      }
    }
    if (unrendered.length > 0) {
      const names = unrendered.map(({ application, reason }) => `${application.name} (${reason})`).join(', ');
      const detail = `These Applications read the file too and could not be rendered: ${names}.`;
      return { result: 'unknown', code: 'not-rendered', detail };
    }
    const fields = fix.changes.flatMap(({ operations }) => operations.filter(({ op }) => op !== 'test')).length;
    const mended = pairs.flatMap(({ before, after }) => mendedAlso(before, after, fault));
    const also = mended.length === 0 ? '' : ` It mends ${mended.join(', ')} too, which fails for the same reason.`;
    const rest = mended.length === 0 ? 'none of them changes' : 'nothing else in them changes';
    const more = moved.length === 0 ? rest : `these change too, which is allowed: ${moved.join(' ')}`;
    const fanIn = others.length === 0 ? '' : ` ${others.length} more Applications read the file; ${more}.`;
    return {
      result: 'pass',
      detail: `Rendered before and after: ${counted(own.after.length, 'object')}, exactly ${counted(fields, 'intended change')}.${fanIn}${also}`,
    };
  },
};

function mendedAlso(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
  fault: SameFault,
): readonly string[] {
  return fault.alike.filter((ref) => withAlike(before, after, { ...fault, alike: [ref] }) !== before).map(formatRef);
}

function firstDifference(expected: readonly RenderedObject[], actual: readonly RenderedObject[]): string | undefined {
  const wanted = new Map(expected.map((item) => [refKey(item.ref), item]));
  for (const { ref, object } of actual) {
    const other = wanted.get(refKey(ref));
    if (!other) return `${formatRef(ref)} would appear.`;
    wanted.delete(refKey(ref));
    const [difference] = differences(other.object, object);
    if (difference) {
      const { pointer, before, after } = difference;
      return `${formatRef(ref)} ${pointer} would be ${show(after)} where ${show(before)} is intended.`;
    }
  }
  const [missing] = wanted.values();
  return missing && `${formatRef(missing.ref)} would disappear.`;
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 80);
}
