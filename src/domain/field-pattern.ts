import type { FieldPath } from './field-path.ts';

/** A path as guardrail patterns write it, one entry a segment, list items as `[]`: `spec`, `ports`, `[]`, `targetPort`. */
function segmentsOf(path: FieldPath): readonly string[] {
  return path.map((segment) => (typeof segment === 'string' && segment !== '-' ? segment : '[]'));
}

/**
 * Whether a field is covered by a guardrail pattern (`policy.guardrails.fields`): dotted keys, `*` for one segment, `**`
 * for any number (also none), `[]` for a list item.
 */
export function matchesFieldPattern(pattern: string, path: FieldPath): boolean {
  const wanted = pattern.replaceAll('[]', '.[]').split('.');
  const actual = segmentsOf(path);
  const match = (p: number, a: number): boolean => {
    if (p === wanted.length) return a === actual.length;
    if (wanted[p] === '**') return match(p + 1, a) || (a < actual.length && match(p, a + 1));
    return a < actual.length && (wanted[p] === '*' || wanted[p] === actual[a]) && match(p + 1, a + 1);
  };
  return match(0, 0);
}
