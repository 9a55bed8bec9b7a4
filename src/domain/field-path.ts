import type { JsonValue } from './json.ts';
import { escapePointer, isArray, isObject, unescapePointer } from './json.ts';
import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/** A list item found by its merge key, as in `containers[name=web]`. Survives re-ordering of the list. */
export interface KeyedSegment {
  readonly key: string;
  readonly value: string;
}

/** A map key, a list index (`'-'` is written as the map key `-` and means "append"), or a list item by merge key. */
export type Segment = string | number | KeyedSegment;

/** Where a field is inside one object: `spec.template.spec.containers[name=web].image`. */
export type FieldPath = readonly Segment[];

const PLAIN_KEY = /^[A-Za-z0-9_\-$]+$/;

/** `spec.containers[name=web].env[0]`; keys with other characters are written `metadata.annotations["a.b/c"]`. */
export function formatFieldPath(path: FieldPath): string {
  let out = '';
  for (const segment of path) {
    if (typeof segment === 'number') out += `[${segment}]`;
    else if (typeof segment === 'object') out += `[${segment.key}=${bracketed(segment.value)}]`;
    else if (PLAIN_KEY.test(segment)) out += out === '' ? segment : `.${segment}`;
    else out += `[${JSON.stringify(segment)}]`;
  }
  return out;
}

/** A merge key's value as it stands in brackets: quoted where it would end them or looks quoted. */
function bracketed(value: string): string {
  return value === '' || /["\]]/.test(value) ? JSON.stringify(value) : value;
}

/** Reads what `formatFieldPath` writes, and JSON Pointers (a text that starts with `/`). Error code: `bad-field-path`. */
export function parseFieldPath(text: string): Result<FieldPath, Problem> {
  if (text.startsWith('/')) {
    const parts = text.slice(1).split('/').map(unescapePointer);
    return ok(parts.map((part) => (/^(0|[1-9]\d*)$/.test(part) ? Number(part) : part)));
  }
  const segments: Segment[] = [];
  const token =
    /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[([A-Za-z][\w.-]*)=(?:([^\]"]+)|("(?:[^"\\]|\\.)*"))\]/y;
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) {
      const hint = 'write spec.template.spec.containers[name=web].image, or a JSON Pointer that starts with /';
      return err(problem('bad-field-path', `cannot read the field path at character ${at + 1}: ${text}`, { hint }));
    }
    const [, plain, index, quoted, key, value, quotedValue] = match;
    const inQuotes = quoted ?? quotedValue;
    const unquoted = inQuotes === undefined ? value : unquote(inQuotes);
    if (inQuotes !== undefined && unquoted === undefined) {
      return err(problem('bad-field-path', `cannot read the quoted text at character ${at + 1}: ${inQuotes}`));
    }
    if (plain !== undefined) segments.push(plain);
    else if (index !== undefined) segments.push(Number(index));
    else if (key !== undefined && unquoted !== undefined) segments.push({ key, value: unquoted });
    else if (unquoted !== undefined) segments.push(unquoted);
    at = token.lastIndex;
  }
  return segments.length > 0 ? ok(segments) : err(problem('bad-field-path', 'the field path is empty'));
}

function unquote(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value of a list item's merge key as text: numbers such as containerPort match their decimal form. */
function matchesKey(item: JsonValue, segment: KeyedSegment): boolean {
  if (!isObject(item)) return false;
  const value = Object.hasOwn(item, segment.key) ? item[segment.key] : undefined;
  return value !== undefined && value !== null && typeof value !== 'object' && String(value) === segment.value;
}

/** The index or key that a segment means in `parent`; undefined where it does not exist or is ambiguous. */
export function stepOf(parent: JsonValue | undefined, segment: Segment): string | number | undefined {
  if (typeof segment === 'object') {
    if (!isArray(parent)) return undefined;
    const hits = parent.flatMap((item, i) => (matchesKey(item, segment) ? [i] : []));
    return hits.length === 1 ? hits[0] : undefined;
  }
  if (isArray(parent)) {
    const index = typeof segment === 'number' ? segment : Number.NaN;
    return index >= 0 && index < parent.length ? index : undefined;
  }
  const key = String(segment);
  return isObject(parent) && Object.hasOwn(parent, key) ? key : undefined;
}

/** The value at `path`, or undefined where there is none. */
export function getField(root: JsonValue | undefined, path: FieldPath): JsonValue | undefined {
  let value = root;
  for (const segment of path) {
    const step = stepOf(value, segment);
    if (step === undefined) return undefined;
    value = isArray(value) ? value[Number(step)] : isObject(value) ? value[String(step)] : undefined;
  }
  return value;
}

/**
 * The RFC 6901 pointer of `path` in `root`. All but the last segment must exist; the last may be a new map key,
 * or `-`, an index one past the end, or a merge key that no item has (all three mean "append", written `-`).
 * Error code: `no-such-field`.
 */
export function toPointer(root: JsonValue, path: FieldPath): Result<string, Problem> {
  let value: JsonValue | undefined = root;
  let pointer = '';
  for (const [i, segment] of path.entries()) {
    let step = stepOf(value, segment);
    if (step === undefined && i === path.length - 1) {
      if (isArray(value) && (segment === '-' || typeof segment === 'object' || segment === value.length)) step = '-';
      else if (isObject(value) && typeof segment !== 'object') step = String(segment);
    }
    if (step === undefined) {
      return err(problem('no-such-field', `there is no ${formatFieldPath(path.slice(0, i + 1))}`));
    }
    pointer += `/${escapePointer(String(step))}`;
    value = isArray(value) ? value[Number(step)] : isObject(value) ? value[String(step)] : undefined;
  }
  return ok(pointer);
}

/** Merge keys of the lists that Kubernetes merges by key, in the order they are tried (k8s.io/api, patchMergeKey tags). */
const MERGE_KEYS = ['name', 'containerPort', 'port', 'mountPath', 'key', 'ip', 'topologyKey', 'type'] as const;

/** Turns a pointer into a path whose list steps use the item's merge key where exactly one item has that value. */
export function fromPointer(root: JsonValue, pointer: string): FieldPath {
  const path: Segment[] = [];
  let value: JsonValue | undefined = root;
  for (const part of pointer.split('/').slice(1).map(unescapePointer)) {
    if (isArray(value)) {
      const index = Number(part);
      path.push(part === '-' ? '-' : (keyedSegment(value, index) ?? index));
      value = value[index];
    } else {
      path.push(part);
      value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
    }
  }
  return path;
}

function keyedSegment(list: readonly JsonValue[], index: number): KeyedSegment | undefined {
  const item = list[index];
  if (!isObject(item)) return undefined;
  for (const key of MERGE_KEYS) {
    const value = item[key];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const segment = { key, value: String(value) };
    if (stepOf(list, segment) === index) return segment;
  }
  return undefined;
}
