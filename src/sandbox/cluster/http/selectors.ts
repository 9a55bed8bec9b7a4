import type { JsonValue } from '../../../domain/json.ts';
import { selects } from '../../../domain/kubernetes/meta.ts';
import { child, toJson, wordOf } from '../json-object.ts';
import type { KubeObject } from '../objects.ts';

/** Whether an object is wanted. */
export type Filter = (object: KubeObject) => boolean;

/** Fields that a real server lets clients select by, for the kinds that have them. */
const FIELDS =
  /^(metadata\.(name|namespace)|involvedObject\.(kind|name|namespace|uid|apiVersion|fieldPath)|reason|type|spec\.nodeName|status\.phase|spec\.unschedulable)$/;

/** The filter of a list or watch, or why its selectors cannot be read (400). */
export function parseSelectors(query: URLSearchParams): { filter: Filter } | { problem: string } {
  const filters: Filter[] = [];
  for (const term of split(query.get('fieldSelector'))) {
    const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term);
    const field = match?.[1] ?? term;
    if (!match || !FIELDS.test(field)) return { problem: `field label not supported: ${field}` };
    const path = field.split('.');
    const equal = (value: JsonValue | undefined): boolean => wordOf(value ?? '') === match[3];
    filters.push((object) => equal(child(toJson(object), ...path)) === (match[2] !== '!='));
  }
  for (const term of split(query.get('labelSelector'))) {
    const filter = labelFilter(term);
    if (!filter) return { problem: `unable to parse requirement: found '${term}', expected: label requirement` };
    filters.push(filter);
  }
  return { filter: (object) => filters.every((filter) => filter(object)) };
}

/** Splits at commas outside parentheses. */
function split(text: string | null): string[] {
  return text === null || text === '' ? [] : text.split(/,(?![^(]*\))/).map((term) => term.trim());
}

function labelFilter(term: string): Filter | undefined {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  const equality = /^([^\s=!]+)\s*(==|!=|=)\s*(\S*)$/.exec(term);
  const exists = /^(!?)\s*([^\s=!]+)$/.exec(term);
  const operator = set
    ? set[2] === 'in'
      ? 'In'
      : 'NotIn'
    : equality
      ? equality[2] === '!='
        ? 'NotIn'
        : 'In'
      : exists?.[1] === '!'
        ? 'DoesNotExist'
        : 'Exists';
  const key = set?.[1] ?? equality?.[1] ?? exists?.[2];
  if (key === undefined) return undefined;
  const values = set ? (set[3] ?? '').split(',').map((value) => value.trim()) : equality ? [equality[3] ?? ''] : [];
  return ({ metadata }) => selects({ matchExpressions: [{ key, operator, values }] }, metadata.labels);
}
