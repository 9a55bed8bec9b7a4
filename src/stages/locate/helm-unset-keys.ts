import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { ValueChange } from './helm-candidates.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import { nodesOf } from './places.ts';
import type { Goal } from './plan.ts';
import { nameSimilarity } from './proposals.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf } from './value-candidates.ts';

/**
 * Keys that a chart's templates name (`.Values.a.b`) and that no values file has yet, the nearest in name to the field first.
 * What a template reads of an entry that it ranges over (`$worker.memory`) is looked for in the entry that the object is named after.
 */
export function unsetKeys(
  { source, declared }: Goal,
  values: JsonValue,
  { path, after }: Wish,
): readonly ValueChange[] {
  if (after === undefined) return [];
  const { checkout, path: folder } = source.request;
  const field = namesOf(path);
  const found = new Map<string, { readonly key: FieldPath; readonly near: number }>();
  const add = (names: readonly string[], below: FieldPath): void => {
    const near = nameSimilarity(field, names);
    const key = [...below, ...names];
    if (near > 0 && getField(values, key) === undefined) found.set(formatFieldPath(key), { key, near });
  };
  const entries = namedEntries(values, declared.ref.name);
  for (const { repoURL, path: file } of source.inputs) {
    if (repoURL !== checkout.repoURL || !/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(file)) continue;
    // A packed or vendored subchart sees its values below its name; those that libraries name are the chart's own.
    const inner = /^charts\/([^/]+)\//.exec(posix.relative(folder, file))?.[1];
    const text = readSource(checkout, NO_OVERLAY, file) ?? '';
    if (/\brange\b/.test(text) && inner === undefined) {
      for (const [, dotted = ''] of text.matchAll(/[\s(]\$?\w*((?:\.[A-Za-z_]\w*)+)/g)) {
        for (const entry of entries) add(dotted.split('.').slice(1), entry);
      }
    }
    for (const [, dotted = ''] of text.matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)) {
      add(dotted.split('.').slice(1), inner === undefined || dotted.startsWith('.global.') ? [] : [inner]);
    }
  }
  const last = path.at(-1);
  const item = typeof last === 'object' || typeof last === 'number' || last === '-';
  return [...found.values()]
    .sort((a, b) => b.near - a.near)
    .slice(0, 4)
    .flatMap(({ key }): ValueChange[] => {
      if (item) return [{ key, value: [after] }];
      const whole = { key, value: after };
      return key.at(-1) === last || typeof last !== 'string' ? [whole] : [whole, { key, value: { [last]: after } }];
    });
}

/** Maps among the entries of a map whose key is a part of a name: `workers.mail` for `worker-mail`. */
function namedEntries(values: JsonValue, name: string): readonly FieldPath[] {
  const parts = new Set([name, ...name.split('-')]);
  return [...nodesOf(values)].flatMap(({ path, value }) => {
    const last = path.at(-1);
    return path.length > 1 && isObject(value) && typeof last === 'string' && parts.has(last) ? [path] : [];
  });
}
