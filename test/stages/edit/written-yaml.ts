import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';

/** Endless choices that a generator of texts draws from; `pick(n)` is 0 to n-1. */
export type Pick = (count: number) => number;

export function picker(choices: readonly number[]): Pick {
  let at = 0;
  return (count) => ((choices[at++ % choices.length] ?? 0) + Math.floor(at / choices.length)) % count;
}

const STRINGS = [
  'web',
  'a b',
  '',
  'yes',
  '0644',
  '1.10',
  'null',
  '2020-01-01',
  '1:30',
  '--port=80',
  'x: y',
  'a #b',
  "it's",
];
const MORE = [
  'say "hi"',
  '@x',
  '*a',
  'é😀',
  'a,b',
  '{x}',
  ' lead',
  'trail ',
  '- x',
  'http://h:80/p?q=1#f',
  '<<',
  '~',
  '256Mi',
];
const MULTI = ['one\ntwo', 'one\n\n  two\n', '  lead\nx\n', 'a\n\n', '# no comment\nb: c\n', 'tab\there\nx'];
const KEYS = ['name', 'image', 'a.b/c', 'on', '1', 'x y', 'port', 'env', 'data', 'key: z', 'resources', '-d'];

/** A scalar that is awkward to write more often than not. */
export function someScalar(pick: Pick): Exclude<JsonValue, object> {
  const kind = pick(8);
  if (kind === 0) return [0, 1, -5, 8080, 1.5, 1e21][pick(6)] ?? 0;
  if (kind === 1) return pick(2) === 0;
  if (kind === 2) return null;
  if (kind === 3) return MULTI[pick(MULTI.length)] ?? '';
  return [...STRINGS, ...MORE][pick(STRINGS.length + MORE.length)] ?? '';
}

export function someValue(pick: Pick, depth: number): JsonValue {
  const kind = depth > 0 ? pick(5) : 0;
  if (kind < 2) return someScalar(pick);
  if (kind === 2) return Array.from({ length: pick(4) }, () => someValue(pick, depth - 1));
  if (kind === 3) {
    return Array.from({ length: pick(3) + 1 }, (_, i) => ({ name: `n${i}`, ...someMap(pick, depth - 1) }));
  }
  return someMap(pick, depth - 1);
}

export function someMap(pick: Pick, depth: number): JsonObject {
  const size = pick(5);
  return Object.fromEntries(Array.from({ length: size }, () => [someKey(pick), someValue(pick, depth)]));
}

export function someKey(pick: Pick): string {
  return KEYS[pick(KEYS.length)] ?? 'k';
}

/** Writes documents by hand, so to say: in mixed styles, with comments, blanks and the line ends of `eol`. */
export function writeStream(values: readonly JsonValue[], pick: Pick): string {
  const eol = pick(3) === 0 ? '\r\n' : '\n';
  const documents = values.map((value) => writeDocument(value, pick));
  let text = pick(4) === 0 ? '# head of the file\n' : '';
  if (pick(4) === 0) text += '---\n';
  const breaks = ['---\n', '--- # next\n', '...\n---\n', '---\n# about the next\n', '---  \n---\n'];
  text += documents.reduce((all, one) => all + (breaks[pick(breaks.length)] ?? '---\n') + one);
  if (pick(5) === 0) text = text.replace(/\n$/, '');
  if (pick(5) === 0) text += text.endsWith('\n') ? '# the end\n' : '';
  return (pick(8) === 0 ? '\uFEFF' : '') + text.replaceAll('\n', eol);
}

function writeDocument(value: JsonValue, pick: Pick): string {
  const mode = pick(10);
  if (mode === 0) return `${JSON.stringify(value, null, pick(3))}\n`;
  if ((isObject(value) && Object.keys(value).length > 0) || (isArray(value) && value.length > 0)) {
    return `${block(value, 0, pick, { step: [2, 2, 4, 3][pick(4)] ?? 2, lists: pick(2) === 0 }).join('\n')}\n`;
  }
  return `${flow(value, pick)}\n`;
}

interface Manner {
  readonly step: number;
  readonly lists: boolean;
}

function block(value: JsonValue, column: number, pick: Pick, manner: Manner): string[] {
  const pad = ' '.repeat(column);
  const lines: string[] = [];
  const aside = (): void => {
    if (pick(6) === 0) lines.push(`${pad}# about this`);
    if (pick(12) === 0) lines.push(pick(2) === 0 ? '' : `${pad}  `);
    if (pick(15) === 0) lines.push(`${pad}  # deeper`);
  };
  if (isArray(value)) {
    for (const item of value) {
      aside();
      const gap = ' '.repeat(pick(5) === 0 ? 3 : 1);
      const inner = column + 1 + gap.length;
      if (isBlockable(item) && pick(4) > 0) {
        const [first = '', ...rest] = block(item, inner, () => Math.max(1, pick(20)) % 20 || 1, manner);
        lines.push(`${pad}-${gap}${first.trimStart()}`, ...rest);
      } else lines.push(...lead(`${pad}-${gap}`, item, inner, pick));
    }
    return lines;
  }
  for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
    aside();
    const head = `${pad}${writtenKey(key, pick)}:`;
    if (isBlockable(item) && pick(5) > 0) {
      const comment = pick(6) === 0 ? '  # of the block' : '';
      const deeper = isArray(item) && !manner.lists ? column : column + manner.step;
      lines.push(head + comment, ...block(item, deeper, pick, manner));
    } else lines.push(...lead(`${head}${pick(9) === 0 ? '   ' : ' '}`, item, column + manner.step, pick));
  }
  return lines;
}

function isBlockable(value: JsonValue): boolean {
  return isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
}

/** A value on the line of its key or dash, with what may follow it there. */
function lead(head: string, value: JsonValue, column: number, pick: Pick): string[] {
  const comment = pick(5) === 0 ? '   # why' : pick(10) === 0 ? '  ' : '';
  if (value === null && pick(2) === 0) return [head.trimEnd() + comment];
  if (typeof value === 'string' && value.includes('\n') && pick(3) > 0) return literal(head, value, column, pick);
  if (isBlockable(value) && pick(2) === 0) return tallFlow(head, value, column, pick);
  return [head + flowOrScalar(value, pick) + comment];
}

function literal(head: string, value: string, column: number, pick: Pick): string[] {
  const chomp = value.endsWith('\n\n') ? '+' : value.endsWith('\n') ? '' : '-';
  const explicit = /^[ \n]/.test(value);
  if (explicit) return [head + JSON.stringify(value)];
  const content = value.replace(/\n$/, '').split('\n');
  const pad = ' '.repeat(column + (pick(4) === 0 ? 1 : 0));
  const lines = content.map((line) => (line === '' ? (pick(2) === 0 ? '' : pad) : pad + line));
  return [`${head}|${chomp}${pick(6) === 0 ? ' # text' : ''}`, ...lines];
}

function tallFlow(head: string, value: JsonValue, column: number, pick: Pick): string[] {
  const pad = ' '.repeat(column + 1);
  const entries = isArray(value)
    ? value.map((item) => flow(item, pick))
    : Object.entries(isObject(value) ? value : {}).map(([key, item]) => `${flowKey(key, pick)}: ${flow(item, pick)}`);
  const trailing = pick(3) === 0;
  const lines = entries.map((entry, i) => {
    const comma = trailing || i < entries.length - 1 ? ',' : '';
    return `${pad}${entry}${comma}${pick(6) === 0 ? ' # flow note' : ''}`;
  });
  return [`${head}${isArray(value) ? '[' : '{'}`, ...lines, `${pad}${isArray(value) ? ']' : '}'}`];
}

function flow(value: JsonValue, pick: Pick): string {
  const blank = pick(3) === 0 ? ' ' : '';
  if (isArray(value)) return `[${blank}${value.map((item) => flow(item, pick)).join(', ')}${blank}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${flowKey(key, pick)}: ${flow(item, pick)}`);
    return `{${blank}${entries.join(', ')}${blank}}`;
  }
  return written(value, pick, true);
}

function flowOrScalar(value: JsonValue, pick: Pick): string {
  return isArray(value) || isObject(value) ? flow(value, pick) : written(value, pick, false);
}

function flowKey(key: string, pick: Pick): string {
  return /^[a-z]+$/.test(key) && pick(3) > 0 ? key : JSON.stringify(key);
}

function writtenKey(key: string, pick: Pick): string {
  if (pick(8) === 0) return JSON.stringify(key);
  return /: |^-/.test(key) ? `'${key}'` : key;
}

function written(value: Exclude<JsonValue, object>, pick: Pick, flow: boolean): string {
  if (typeof value !== 'string') return value === null ? (['null', '~'][pick(2)] ?? '~') : String(value);
  const plain = /^[A-Za-z][A-Za-z0-9./]*(?: [a-z]+)?$|^[0-9.:]+[A-Za-z]*$|^--[a-z]+=[0-9]+$/.test(value);
  if (plain && pick(3) > 0) return value;
  const single = !/[\n\t]/.test(value) && pick(2) === 0;
  if (single && !flow && pick(6) === 0 && /^[a-z]+ [a-z]+$/.test(value)) return value;
  return single ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
}
