import type { JsonValue } from '../../domain/json.ts';
import { plainScalar, quotedScalar } from './printed-scalar.ts';

/** Thrown and caught inside this file's reader only: the text is not in the printed subset. */
class NotPrinted extends Error {}

/** Line breaks that only YAML 1.1 knows, byte order marks and control characters. */
// oxlint-disable-next-line no-control-regex
const ODD = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

const MARKER = /^(?:---|\.\.\.)/m;

interface Line {
  readonly indent: number;
  /** Offset of the first character after the indentation. */
  readonly start: number;
  /** Offset of the line feed, or of the text's end. */
  readonly end: number;
}

/**
 * Reads the block style that `kubectl get -o yaml` prints, some fifty times faster than a full YAML reader: block mappings and
 * sequences, one-line and folded scalars, literal blocks, empty `{}` and `[]`. Undefined for everything outside that
 * subset (anchors, tags, flow collections, comments behind values, words and numbers that YAML 1.1 and 1.2 read
 * differently, duplicate keys, errors): the caller then asks the full reader. Line ends must be `\n`.
 */
export function readPrintedYaml(text: string): JsonValue | undefined {
  if (ODD.test(text) || MARKER.test(text)) return undefined;
  try {
    return createReader(text).document();
  } catch (error) {
    if (error instanceof NotPrinted) return undefined;
    throw error;
  }
}

function createReader(text: string): { document(): JsonValue } {
  let line: Line | undefined;
  advance(0);

  /** Moves to the next line that holds something, from offset `at`. Blank lines and whole-line comments are skipped. */
  function advance(at: number): void {
    let start = at;
    while (start < text.length) {
      const feed = text.indexOf('\n', start);
      const end = feed < 0 ? text.length : feed;
      let first = start;
      while (first < end && text.charCodeAt(first) === 0x20) first++;
      const code = text.charCodeAt(first);
      if (first < end && code !== 0x23) {
        if (code === 0x09) throw new NotPrinted();
        line = { indent: first - start, start: first, end };
        return;
      }
      start = end + 1;
    }
    line = undefined;
  }

  function isItem(at: Line, column = 0): boolean {
    const start = at.start + column;
    return text.charCodeAt(start) === 0x2d && (start + 1 === at.end || text.charCodeAt(start + 1) === 0x20);
  }

  function document(): JsonValue {
    if (line === undefined) return null;
    const value = block(line.indent);
    if (line !== undefined) throw new NotPrinted();
    return value;
  }

  function block(indent: number): JsonValue {
    if (line === undefined) return null;
    return isItem(line) ? sequence(indent) : mapping(indent);
  }

  function sequence(indent: number): JsonValue[] {
    const items: JsonValue[] = [];
    while (line !== undefined && line.indent === indent && isItem(line)) {
      let start = line.start + 1;
      while (start < line.end && text.charCodeAt(start) === 0x20) start++;
      if (start >= line.end) {
        const end = line.end;
        advance(end + 1);
        items.push(line !== undefined && line.indent > indent ? block(line.indent) : null);
        continue;
      }
      // What follows the dash is a block of its own, indented by the dash and its spaces.
      const inner: Line = { indent: indent + start - line.start, start, end: line.end };
      line = inner;
      items.push(isItem(inner) || keyEnd(inner) >= 0 ? block(inner.indent) : scalar(start, indent));
    }
    return items;
  }

  /** Offset of the colon that ends this line's key; -1 where the line has none. */
  function keyEnd(at: Line): number {
    const first = text.charCodeAt(at.start);
    if (first === 0x22 || first === 0x27) {
      const close = closingQuote(at.start);
      return close < at.end && text.charCodeAt(close + 1) === 0x3a && endsKey(close + 1, at.end) ? close + 1 : -1;
    }
    for (let colon = text.indexOf(':', at.start); colon >= 0 && colon < at.end; colon = text.indexOf(':', colon + 1)) {
      if (endsKey(colon, at.end)) return colon;
    }
    return -1;
  }

  function endsKey(colon: number, end: number): boolean {
    return colon + 1 === end || text.charCodeAt(colon + 1) === 0x20;
  }

  function mapping(indent: number): JsonValue {
    const out: Record<string, JsonValue> = {};
    while (line !== undefined && line.indent === indent && !isItem(line)) {
      const colon = keyEnd(line);
      if (colon < 0) throw new NotPrinted();
      const source = text.slice(line.start, colon);
      const quoted = source.startsWith('"') || source.startsWith("'");
      const key = quoted ? quotedScalar(source) : plainScalar(source);
      if (typeof key !== 'string' || source.endsWith(' ') || key === '__proto__' || Object.hasOwn(out, key))
        throw new NotPrinted();
      let start = colon + 1;
      while (start < line.end && text.charCodeAt(start) === 0x20) start++;
      if (start < line.end) {
        out[key] = scalar(start, indent);
        continue;
      }
      advance(line.end + 1);
      const next: Line | undefined = line;
      if (next !== undefined && (next.indent > indent || (next.indent === indent && isItem(next)))) {
        out[key] = block(next.indent);
      } else out[key] = null;
    }
    if (line !== undefined && line.indent > indent) throw new NotPrinted();
    return out;
  }

  /** The scalar that begins at `start` on the current line, inside a block indented by `indent`. Moves behind it. */
  function scalar(start: number, indent: number): JsonValue {
    if (line === undefined) throw new NotPrinted();
    const first = text[start] ?? '';
    if (first === '"' || first === "'") {
      const close = closingQuote(start);
      const feed = text.indexOf('\n', close);
      const end = feed < 0 ? text.length : feed;
      const source = text.slice(start, close + 1);
      const shallow = source
        .split('\n')
        .slice(1)
        .some((more) => more.trim() !== '' && more.search(/[^ ]/) <= indent);
      const value = shallow ? undefined : quotedScalar(source);
      if (value === undefined || text.slice(close + 1, end).trim() !== '') throw new NotPrinted();
      advance(end + 1);
      return value;
    }
    if (first === '|') return literal(text.slice(start, line.end).trimEnd(), indent);
    let source = text.slice(start, line.end).trimEnd();
    advance(line.end + 1);
    if (source === '{}') return {};
    if (source === '[]') return [];
    while (line !== undefined && line.indent > indent) {
      const more: string = text.slice(line.start, line.end).trimEnd();
      // A blank or comment line between two pieces is more than folding.
      if (/\n *\n|#/.test(text.slice(start, line.start))) throw new NotPrinted();
      source = `${source} ${more}`;
      advance(line.end + 1);
    }
    const value = plainScalar(source);
    if (value === undefined) throw new NotPrinted();
    return value;
  }

  function closingQuote(start: number): number {
    const quote = text.charCodeAt(start);
    for (let at = start + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x5c && quote === 0x22) at++;
      else if (code === quote) {
        if (quote === 0x22 || text.charCodeAt(at + 1) !== quote) return at;
        at++;
      }
    }
    throw new NotPrinted();
  }

  function literal(header: string, indent: number): string {
    const match = /^\|(?:([1-9])([-+]?)|([-+]?))$/.exec(header);
    if (!match || line === undefined) throw new NotPrinted();
    const chomp = match[2] ?? match[3] ?? '';
    let width = match[1] === undefined ? 0 : indent + Number(match[1]);
    const lines: string[] = [];
    let widestBlank = 0;
    let at = line.end + 1;
    while (at < text.length) {
      const feed = text.indexOf('\n', at);
      const end = feed < 0 ? text.length : feed;
      let first = at;
      while (first < end && text.charCodeAt(first) === 0x20) first++;
      if (first < end) {
        if (width === 0 && first - at > indent) width = first - at;
        if (width === 0 || first - at < width) break;
      } else widestBlank = width === 0 ? Math.max(widestBlank, first - at) : widestBlank;
      lines.push(width === 0 ? '' : text.slice(Math.min(at + width, end), end));
      at = end + 1;
    }
    advance(at);
    if (widestBlank > width && width > 0) throw new NotPrinted();
    if (line !== undefined && line.indent > indent) throw new NotPrinted();
    return chomped(lines, chomp);
  }

  return { document };
}

/** A literal block's text: its final line feeds kept (`+`), dropped (`-`), or made one. */
function chomped(lines: readonly string[], chomp: string): string {
  const length = lines.findLastIndex((content) => content !== '') + 1;
  const body = lines.slice(0, length).join('\n');
  const feeds = lines.length - length;
  if (chomp === '+') return body === '' ? '\n'.repeat(feeds) : `${body}\n${'\n'.repeat(feeds)}`;
  return body === '' || chomp === '-' ? body : `${body}\n`;
}
