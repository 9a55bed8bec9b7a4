import type { JsonValue } from '../../../domain/json.ts';
import type { Keys, SchemaIssue, Step } from './issues.ts';

/** What every refusal of a quantity says. */
const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function keysText(keys: Keys): string {
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** `.spec.template.spec.containers[name="web"].foo`, as sigs.k8s.io/structured-merge-diff prints paths. */
const step = (one: Step): string =>
  typeof one === 'string' ? `.${one}` : one.keys.length > 0 ? keysText(one.keys) : `[${one.index}]`;

function mergePath(path: readonly Step[]): string {
  return path.map(step).join('');
}

function goValue(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object' && value !== null) {
    const body = Object.entries(value).map(([key, item]) => `${key}:${goValue(item)}`);
    return `map[${body.join(' ')}]`;
  }
  return value === null ? '<nil>' : String(value);
}

function goType(value: JsonValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function mergeMessage(issue: SchemaIssue): string | undefined {
  const at = mergePath(issue.path);
  switch (issue.kind) {
    case 'unknown':
      return `${at}: field not declared in schema`;
    case 'duplicate':
      return `${at}: duplicate entries for key ${keysText(issue.keys)}`;
    case 'type':
      if (issue.expected === 'number') return `${at}: expected numeric (int or float), got ${goType(issue.value)}`;
      if (issue.expected === 'int-or-string') return undefined;
      if (issue.expected === 'string') {
        const value = typeof issue.value === 'object' ? `${goType(issue.value)}{}` : goValue(issue.value);
        return `${at}: expected string, got &value.valueUnstructured{Value:${value}}`;
      }
      return `${at}: expected ${issue.expected}, got &{${goValue(issue.value)}}`;
    case 'quantity':
    case 'required':
      return undefined;
  }
}

/**
 * The server's words where server-side apply cannot type a manifest, or cannot read it once it is typed (HTTP 500);
 * undefined where it can. `name` is `namespace/name`.
 */
export function applyMessage(issues: readonly SchemaIssue[], name: string, type: string): string | undefined {
  const subject = `${name}; ${type}`;
  const lines = issues.flatMap((issue) => mergeMessage(issue) ?? []);
  if (lines.length === 0) {
    if (!issues.some((issue) => issue.kind === 'quantity')) return undefined;
    return `failed to convert new object (${subject}) to proper version: unable to convert unstructured object to ${type}: ${QUANTITY_RULE}`;
  }
  const text = lines.length === 1 ? lines[0] : `errors:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return `failed to create typed patch object (${subject}): ${text}`;
}

/** `spec.containers[0].foo`, as field validation and strict decoding print paths. */
export function fieldPath(path: readonly Step[]): string {
  const text = path.map((one) => (typeof one === 'string' ? `.${one}` : `[${one.index}]`)).join('');
  return text.replace(/^\./, '');
}

/** The server's words where a body cannot be decoded with fieldValidation=Strict (HTTP 400). */
export function decodeMessage(issues: readonly SchemaIssue[], kind: string, version: string): string | undefined {
  const head = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}`;
  const wrong = issues.find((issue) => issue.kind === 'type');
  if (wrong) {
    const got =
      typeof wrong.value === 'object' ? (Array.isArray(wrong.value) ? 'array' : 'object') : typeof wrong.value;
    return `${head}: json: cannot unmarshal ${got === 'boolean' ? 'bool' : got} into Go struct field .${fieldPath(wrong.path)} of type ${wrong.expected}`;
  }
  if (issues.some((issue) => issue.kind === 'quantity')) return `${head}: ${QUANTITY_RULE}`;
  const unknown = unknownFields(issues);
  return unknown === undefined ? undefined : `${head}: ${unknown}`;
}

function unknownFields(issues: readonly SchemaIssue[]): string | undefined {
  const unknown = issues
    .filter((issue) => issue.kind === 'unknown')
    .map((issue) => `unknown field ${JSON.stringify(fieldPath(issue.path))}`);
  return unknown.length === 0 ? undefined : `strict decoding error: ${unknown.join(', ')}`;
}

/** The server's words, after the whole patch, where what a strategic merge patch makes cannot be read (HTTP 422). */
export function mergePatchMessage(issues: readonly SchemaIssue[]): string | undefined {
  const wrong = issues.find((issue) => issue.kind === 'type');
  if (wrong) return `cannot convert ${goType(wrong.value)} to ${wrong.expected}`;
  return issues.some((issue) => issue.kind === 'quantity') ? QUANTITY_RULE : unknownFields(issues);
}
