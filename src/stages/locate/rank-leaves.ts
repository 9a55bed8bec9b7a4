import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Leaf } from './places.ts';
import { isScalar } from './places.ts';
import { nameSimilarity } from './proposals.ts';
import { namesOf } from './value-candidates.ts';

/** The scalars whose text hangs together with a field's, the likeliest first. */
export function rankedLeaves(leaves: readonly Leaf[], path: FieldPath, target: JsonValue): readonly Leaf[] {
  const field = namesOf(path);
  return leaves
    .flatMap((leaf) => {
      const distance = relation(leaf, path, target);
      if (distance === undefined) return [];
      const near = Math.min(nameSimilarity(field, namesOf(leaf.path)), 4) * 0.15;
      return [{ leaf, cost: distance - near + (leaf.place.layer >= 90 ? 0 : 0.4) }];
    })
    .sort((a, b) => a.cost - b.cost)
    .map(({ leaf }) => leaf);
}

/** How a scalar's text hangs together with the field's: less is closer; undefined where it does not. */
function relation(leaf: Leaf, path: FieldPath, target: JsonValue): number | undefined {
  if (!isScalar(target) || target === null || leaf.value === null) return undefined;
  const [text, field] = [String(leaf.value), String(target)];
  if (text === field) return samePath(leaf, path) ? -0.5 : 0;
  if (text === '' || field === '' || typeof leaf.value === 'boolean') return undefined;
  if (isTemplateOf(text, field)) return 0.5;
  // A name under a prefix is still the name of the manifest.
  if (field.includes(text) && samePath(leaf, path)) return 0.5;
  // Of the parts of an image it is the last that changes. A short part is often a coincidence.
  const short = text.length < 3 ? 0.3 : 0;
  if (field.endsWith(text)) return 1 + (/[:@/=\s]$/.test(field.slice(0, -text.length)) ? 0 : short);
  if (field.includes(text)) return 1.3 + short;
  if (text.includes(field)) return 2;
  return text.toLowerCase() === field.toLowerCase() ? 0.6 : undefined;
}

/** Whether a text with `{{ ... }}` in it, which a chart passes to `tpl`, can have become the field. */
function isTemplateOf(text: string, field: string): boolean {
  if (!text.includes('{{')) return false;
  const literals = text.split(/\{\{.*?\}\}/s);
  // A placeholder alone can become anything.
  if (literals.join('').trim().length < 3 || literals.length < 2) return false;
  const first = literals[0] ?? '';
  const last = literals.at(-1) ?? '';
  if (!field.startsWith(first)) return false;
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const found = field.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return field.length - last.length >= at && field.endsWith(last);
}

function samePath(leaf: Leaf, path: FieldPath): boolean {
  const own = getField(leaf.place.value, path);
  return own !== undefined && formatFieldPath(namesOf(path)) === formatFieldPath(namesOf(leaf.path));
}
