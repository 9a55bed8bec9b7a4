import type { FieldPath } from '../../domain/field-path.ts';
import { toPointer } from '../../domain/field-path.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { groupOf } from '../../domain/object-ref.ts';

type Rule = NonNullable<ApplicationSpec['ignoreDifferences']>[number];

/**
 * The pointer or expression of `ignoreDifferences` that covers a field: Argo CD then shows no difference there, so it has
 * nothing to sync (and with RespectIgnoreDifferences=true leaves the field out of a sync). Expressions of jq are understood
 * where they are plain paths with `[]`, an index or one `select(.key == "value")` (Argo CD, user-guide/diffing).
 */
export function ignoredBy(
  spec: ApplicationSpec,
  ref: ObjectRef,
  object: JsonObject,
  path: FieldPath,
): string | undefined {
  const pointer = toPointer(object, path);
  for (const rule of spec.ignoreDifferences ?? []) {
    if (!isAbout(rule, ref)) continue;
    const named = (rule.jsonPointers ?? []).find((one) => pointer.ok && covers(one, pointer.value));
    const expression = (rule.jqPathExpressions ?? []).find((one) => coversPath(stepsOf(one), path));
    if (named !== undefined || expression !== undefined) return named ?? expression;
  }
  return undefined;
}

function isAbout({ group = '', kind, name, namespace }: Rule, ref: ObjectRef): boolean {
  return (
    (group === '*' || group === groupOf(ref.apiVersion)) &&
    (kind === '*' || kind === ref.kind) &&
    (!name || name === ref.name) &&
    (!namespace || namespace === ref.namespace)
  );
}

function covers(pointer: string, field: string): boolean {
  return field === pointer || field.startsWith(`${pointer}/`);
}

type Step =
  string | { readonly any: true } | { readonly index: number } | { readonly key: string; readonly value: string };

const TOKEN =
  /^(?:\.?"([^"]+)"|\.?\["([^"]+)"\]|\.([A-Za-z_][\w-]*)|\.?\[\]|\.?\[(\d+)\]|\s*\|\s*select\(\s*\.([A-Za-z_]\w*)\s*==\s*"([^"]*)"\s*\)\s*\|?\s*|\?)/;

/** The steps of a jq path; undefined where it is more than a path. */
function stepsOf(expression: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = expression.trim();
  while (rest !== '') {
    const match = TOKEN.exec(rest);
    if (!match || match[0] === '') return undefined;
    const [text, quoted, bracket, name, index, key, value] = match;
    if (key !== undefined && value !== undefined) steps.splice(-1, 1, { key, value });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (text.endsWith('[]')) steps.push({ any: true });
    else if (text !== '?') steps.push(quoted ?? bracket ?? name ?? '');
    rest = rest.slice(text.length);
  }
  return steps;
}

function coversPath(steps: readonly Step[] | undefined, path: FieldPath): boolean {
  if (!steps || steps.length === 0 || steps.length > path.length) return false;
  return steps.every((step, i) => {
    const segment = path[i];
    if (typeof step === 'string') return segment === step;
    if ('any' in step) return typeof segment !== 'string' || segment === '-';
    if ('index' in step) return segment === step.index;
    return typeof segment === 'object' && segment.key === step.key && segment.value === step.value;
  });
}
