import { readFileSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';
import { LineCounter, isMap, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { excerptAt, problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import type { Config } from './config.ts';
import { completeConfig } from './config.ts';
import { ConfigFile } from './schema.ts';

/** Where Remendo looks when no file is named. */
export const DEFAULT_FILE = 'remendo.yaml';

/**
 * Reads the configuration. Without `file`, `remendo.yaml` in the working directory is used where it exists, and defaults
 * where not. Error codes: `config-missing`, `config-unreadable`, `config-syntax`, `config-invalid`; all problems of the file at once.
 */
export function loadConfig(file: string | undefined): Result<Config, readonly Problem[]> {
  const path = file ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && file === undefined) return ok(completeConfig({}));
    const place = { file: path };
    return missing
      ? err([
          problem('config-missing', 'there is no such configuration file', {
            place,
            hint: 'leave --config out to use remendo.yaml, or none',
          }),
        ])
      : err([problem('config-unreadable', `cannot read the configuration: ${String(error)}`, { place })]);
  }
  return parseConfig(text, path);
}

/** The same from a text. */
export function parseConfig(text: string, file: string): Result<Config, readonly Problem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return err(
      document.errors.slice(0, 5).map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return problem('config-syntax', error.message, {
          place: { file, line, column: col },
          excerpt: excerptAt(text, line, col),
        });
      }),
    );
  }
  const parsed = ConfigFile.safeParse(document.toJS() ?? {});
  if (parsed.success) return ok(completeConfig(parsed.data));
  return err(parsed.error.issues.flatMap((issue) => problemsOf(issue, document, lines, text, file)));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  lines: LineCounter,
  text: string,
  file: string,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearKey(key, issue.path);
      const hint = near === undefined ? undefined : `did you mean ${near}?`;
      return at([...issue.path, key], `unknown key ${key}`, hint);
    });
  }
  return [at(issue.path, issue.message, undefined)];

  function at(path: readonly PropertyKey[], message: string, hint: string | undefined): Problem {
    const name = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
    const offset = offsetOf(document, path);
    const { line, col } = lines.linePos(offset);
    const more = { place: { file, line, column: col }, excerpt: excerptAt(text, line, col) };
    return problem('config-invalid', `${name}${message}`, hint === undefined ? more : { ...more, hint });
  }
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

/** The known key that an unknown one was probably meant to be. */
function nearKey(key: string, path: readonly PropertyKey[]): string | undefined {
  let schema: unknown = ConfigFile;
  for (const step of path) schema = childOf(schema, step);
  const known = Object.keys(shapeOf(schema));
  const ranked = known
    .map((name) => ({ name, far: distance(name.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(2, key.length / 3) ? best.name : undefined;
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
