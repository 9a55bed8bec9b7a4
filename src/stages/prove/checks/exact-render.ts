import type { JsonValue } from '../../../domain/json.ts';
import { differences } from '../../../domain/json.ts';
import { formatRef, refKey } from '../../../domain/object-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { Check } from '../check.ts';
import { expectedObjects, followGeneratedNames } from '../expected.ts';

/** Refuses when any rendered object of any Application that reads a touched file differs in more than the intended fields. */
export const exactRender: Check = {
  name: 'exact-render',
  async run({ pairs, unrendered, fix, location, policy }) {
    const [own, ...others] = pairs;
    if (!own) return { result: 'unknown', detail: `${location.application.name} could not be rendered.` };
    const expected = expectedObjects(own.before, fix.changes);
    if (!expected.ok)
      return { result: 'fail', detail: `The change does not fit the declared object: ${expected.error.message}.` };
    const surprise = firstDifference(followGeneratedNames(expected.value, own.after), own.after);
    if (surprise !== undefined) return { result: 'fail', detail: `${location.application.name}: ${surprise}` };
    const moved: string[] = [];
    for (const pair of others) {
      const change = firstDifference(pair.before, pair.after);
      if (change !== undefined && policy.guardrails.allowShared) moved.push(`${pair.application.name} (${change})`);
      else if (change !== undefined) {
        return { result: 'fail', detail: `The same file feeds Application ${pair.application.name}: ${change}` };
      }
    }
    if (unrendered.length > 0) {
      const names = unrendered.map(({ application, reason }) => `${application.name} (${reason})`).join(', ');
      return { result: 'unknown', detail: `These Applications read the file too and could not be rendered: ${names}.` };
    }
    const fields = fix.changes.flatMap(({ operations }) => operations.filter(({ op }) => op !== 'test')).length;
    const more = moved.length === 0 ? 'none of them changes' : `these change too, which is allowed: ${moved.join(' ')}`;
    const fanIn = others.length === 0 ? '' : ` ${others.length} more Applications read the file; ${more}.`;
    return {
      result: 'pass',
      detail: `Rendered before and after: ${own.after.length} objects, exactly ${fields} intended ${fields === 1 ? 'change' : 'changes'}.${fanIn}`,
    };
  },
};

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
