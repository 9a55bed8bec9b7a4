import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ValueChange } from './helm-candidates.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Goal } from './plan.ts';
import { nameSimilarity } from './proposals.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf } from './value-candidates.ts';

/** Keys that a chart's templates name (`.Values.a.b`) and that no values file has yet, the nearest in name to the field first. */
export function unsetKeys({ source }: Goal, values: JsonValue, { path, after }: Wish): readonly ValueChange[] {
  if (after === undefined) return [];
  const { checkout, path: folder } = source.request;
  const field = namesOf(path);
  const found = new Map<string, { readonly key: FieldPath; readonly near: number }>();
  for (const { repoURL, path: file } of source.inputs) {
    if (repoURL !== checkout.repoURL || !/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(file)) continue;
    // A packed or vendored subchart sees its values below its name; those that libraries name are the chart's own.
    const inner = /^charts\/([^/]+)\//.exec(posix.relative(folder, file))?.[1];
    for (const [, dotted = ''] of (readSource(checkout, NO_OVERLAY, file) ?? '').matchAll(
      /\.Values((?:\.[A-Za-z_]\w*)+)/g,
    )) {
      const key = [
        ...(inner === undefined || dotted.startsWith('.global.') ? [] : [inner]),
        ...dotted.split('.').slice(1),
      ];
      const near = nameSimilarity(field, key);
      if (near > 0 && getField(values, key) === undefined) found.set(formatFieldPath(key), { key, near });
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
