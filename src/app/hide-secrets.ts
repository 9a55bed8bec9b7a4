import type { FieldPath } from '../domain/field-path.ts';
import type { JsonValue } from '../domain/json.ts';
import { isArray, isObject } from '../domain/json.ts';
import { createRedactor, REDACTED } from '../domain/redact.ts';
import type { Redact } from '../domain/redact.ts';
import type { RenderedObject } from '../domain/source.ts';

/** What the output of `trace` and `render` passes before it is printed. */
export interface Hide {
  /** Texts: diffs, errors, reasons. */
  readonly text: Redact;
  /** A value of an object, by where it is: entries of Secrets, and values whose name says that they are secret. */
  readonly value: (kind: string, path: FieldPath, value: JsonValue) => JsonValue;
  /** A diff of an edit for an object; one for a Secret shows which lines change, and no value. */
  readonly diff: (kind: string, diff: string) => string;
}

/** Shorter entries of Secrets are too likely to be ordinary words: hiding each `admin` would destroy what is shown. */
const SHORTEST_ENTRY = 8;

/** Hides what Remendo's own credentials are, what Secrets among the objects hold, and what looks secret. */
export function createHide(redact: Redact, objects: readonly RenderedObject[], more: readonly string[] = []): Hide {
  const entries = [...objects.flatMap(entriesOf), ...more.flatMap(formsOf)].filter(
    (text) => text.length >= SHORTEST_ENTRY,
  );
  const shown = JSON.stringify(objects.filter(({ ref }) => ref.kind !== 'Secret').map(({ object }) => object));
  // What stands openly in other objects is no secret; what has a telling name there is still hidden by that.
  const known = createRedactor(entries.filter((text) => !shown.includes(JSON.stringify(text).slice(1, -1))));
  const text: Redact = (given) => redact(known(given));
  const value: Hide['value'] = (kind, path, given) => {
    const [first] = path;
    if (isArray(given)) return given.map((item, i) => value(kind, [...path, i], item));
    if (isObject(given)) {
      const named = typeof given.name === 'string' ? given.name : undefined;
      const hidden = Object.entries(given).map(([key, item]): [string, JsonValue] => {
        const at =
          key === 'value' && named !== undefined ? [...path, { key: 'name', value: named }, key] : [...path, key];
        return [key, value(kind, at, item)];
      });
      return Object.fromEntries(hidden);
    }
    if (kind === 'Secret' && (first === 'data' || first === 'stringData')) return given === null ? null : REDACTED;
    if (typeof given !== 'string' && typeof given !== 'number') return given;
    const name = nameOf(path);
    const line = text(`${name}: ${JSON.stringify(String(given))}`);
    const kept = line.includes(JSON.stringify(String(given)));
    return kept ? given : isWhole(String(given)) ? REDACTED : text(String(given));
  };
  const diff: Hide['diff'] = (kind, given) => text(kind === 'Secret' ? withoutValues(given) : given);
  return { text, value, diff };
}

/** One word or line is hidden whole; of longer texts only what is secret. */
function isWhole(text: string): boolean {
  return !text.trim().includes('\n');
}

/** The name that tells what a value is: the last map key, or the name of an environment variable. */
function nameOf(path: FieldPath): string {
  const last = path.at(-1);
  const before = path.at(-2);
  if (last === 'value' && typeof before === 'object') return before.value;
  const key = path.findLast((segment) => typeof segment === 'string');
  return typeof key === 'string' ? key : 'value';
}

function entriesOf({ ref, object }: RenderedObject): string[] {
  if (ref.kind !== 'Secret') return [];
  const maps = [object.data, object.stringData].filter(isObject);
  return maps
    .flatMap((map) => Object.values(map))
    .flatMap((entry) => (typeof entry === 'string' ? formsOf(entry) : []));
}

/** A text, and what it says decoded. */
function formsOf(text: string): string[] {
  const plain = Buffer.from(text, 'base64').toString('utf8');
  const encoded = Buffer.from(plain, 'utf8').toString('base64') === text.trim();
  return encoded ? [text, plain] : [text];
}

/** A diff whose lines keep their keys only; headers and the names that tell which object it is stay. */
function withoutValues(diff: string): string {
  const keep =
    /^[-+ ]\s*(?:- )?["']?(?:apiVersion|kind|name|namespace|metadata|type|data|stringData|secretGenerator|literals|envs|files)["']?:/;
  return diff
    .split('\n')
    .map((line) => {
      if (/^(---|\+\+\+|@@|\\)/.test(line) || keep.test(line) || line.trim().length < 2) return line;
      const [, head = '', rest = ''] =
        /^([-+ ]\s*(?:- )?(?:["']?[\w.-]+["']?\s*(?::(?=\s|$)|=)\s*)?)(.*)$/s.exec(line) ?? [];
      return rest.trim() === '' ? line : `${head}${REDACTED}`;
    })
    .join('\n');
}
