import { distance } from 'fastest-levenshtein';
import { isMap, isNode } from 'yaml';
import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import { secrecyOf } from '../domain/redact/secret-name.ts';
import { placed, redact } from './place.ts';
import { ConfigFile } from './schema.ts';

/** A configuration file that was read, to point into. */
interface Written {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly text: string;
  readonly file: string;
}

/** What a configuration is refused for, in the order of its lines, each with its place. Error code: `config-invalid`. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], written: Written): readonly Problem[] {
  return issues
    .flatMap((issue) => mistakesOf(issue))
    .map(({ path, message, hint }) => ({ offset: offsetOf(written.document, path), path, message, hint }))
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, path, message, hint }) => {
      const at = placed(written.text, written.file, written.lines.linePos(offset));
      return problem('config-invalid', `${nameOf(path)}${redact(message)}`, hint === undefined ? at : { ...at, hint });
    });
}

interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string | undefined;
}

function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: `unknown key ${key}`,
    hint: hintFor(key, issue.path),
  }));
}

/** `limits.perWorkload: `, `proof.tolerateUnknown[0]: `. */
function nameOf(path: readonly PropertyKey[]): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return name === '' ? '' : `${name.replace(/^\./, '')}: `;
}

/** Offset of the key at a path, or of the nearest part of it that exists. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isNode(key) && key.toJSON() === last);
      if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node.range?.[0] ?? 0;
  }
  return 0;
}

/** What was probably meant by a key that is not known where it stands. */
function hintFor(key: string, path: readonly PropertyKey[]): string | undefined {
  const elsewhere = pathsTo(key, ConfigFile, []);
  if (elsewhere.length > 0) return `it is written as ${elsewhere.join(' or ')}`;
  let schema: unknown = ConfigFile;
  for (const step of path) schema = childOf(schema, step);
  const [best] = Object.keys(shapeOf(schema))
    .map((name) => ({ name, far: distance(name.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  if (best && best.far <= Math.max(2, key.length / 3)) return `did you mean ${best.name}?`;
  return secrecyOf(key) === 'secret'
    ? 'secrets come from the environment: docs/configuration.md names the variables'
    : undefined;
}

/** Where in the whole file a key of this name is known, whatever its upper and lower case. */
function pathsTo(key: string, schema: unknown, path: readonly string[]): readonly string[] {
  return Object.entries(shapeOf(schema)).flatMap(([name, child]) => [
    ...(name.toLowerCase() === key.toLowerCase() ? [[...path, name].join('.')] : []),
    ...pathsTo(key, child, [...path, name]),
  ]);
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (typeof inner === 'object' && inner !== null && 'unwrap' in inner && typeof inner.unwrap === 'function') {
    inner = inner.unwrap();
  }
  return inner;
}

function shapeOf(schema: unknown): Record<string, unknown> {
  const inner = unwrap(schema);
  if (typeof inner !== 'object' || inner === null || !('shape' in inner)) return {};
  return typeof inner.shape === 'object' && inner.shape !== null ? { ...inner.shape } : {};
}

function childOf(schema: unknown, step: PropertyKey): unknown {
  const inner = unwrap(schema);
  // Arrays unwrap to their element.
  return typeof step === 'number' ? inner : shapeOf(inner)[String(step)];
}
