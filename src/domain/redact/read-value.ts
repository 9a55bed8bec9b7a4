/** A value found in a text: where it stands, without its quotes. */
export interface FoundValue {
  readonly start: number;
  readonly end: number;
}

/** Longest value that is looked at; longer ones are cut there and the rest is read as ordinary text. */
const LONGEST = 65_536;

/** The end of a text quoted by `quote` with `level` backslashes before it (JSON inside JSON has more of them). */
function endOfQuoted(text: string, from: number, quote: string, level: number): number {
  const limit = Math.min(text.length, from + LONGEST);
  let slashes = 0;
  for (let at = from; at < limit; at++) {
    const char = text[at];
    if (char === '\\') slashes++;
    else {
      if (char === quote && slashes === level) return at - level;
      // A line that ends before the quote does: a cut log line. What is there is the value.
      if (char === '\n') return at;
      slashes = 0;
    }
  }
  return limit;
}

/** The lines below `at` that are indented deeper than the line that `at` is on: a YAML block scalar. */
function blockBelow(text: string, at: number): FoundValue | undefined {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const indent = indentOf(text.slice(lineStart, at));
  const start = text.indexOf('\n', at) + 1;
  if (start === 0) return undefined;
  let end = start;
  while (end < text.length && end - start < LONGEST) {
    const next = text.indexOf('\n', end);
    const line = text.slice(end, next < 0 ? text.length : next);
    if (line.trim() !== '' && indentOf(line) <= indent) break;
    end = next < 0 ? text.length : next + 1;
  }
  const body = text.slice(start, end);
  const first = body.search(/\S/);
  return first < 0 ? undefined : { start: start + first, end: start + body.trimEnd().length };
}

/** Spaces before a line's text; the mark in the first column of a diff counts as one. */
function indentOf(line: string): number {
  return /^[+-]?\s*/.exec(line)?.[0].length ?? 0;
}

const FLOW_END = /[\s,}\]]/;
const BARE_END = /[\s;&"'`<>]|[,)}\]](?=[\s,;)}\]]|$|[\w.-]+\s*[=:])/;

/**
 * The value that begins at `from`, right after a separator. `atLineStart`: its key is the first thing on the line, so
 * an unquoted value goes on to the end of the line (YAML, env files). Undefined where there is no scalar.
 */
export function readValue(text: string, from: number, atLineStart: boolean, colon: boolean): FoundValue | undefined {
  const quoted = /^(\\*)(["'])/.exec(text.slice(from, from + 16));
  if (quoted) {
    const [opening, slashes = '', quote = '"'] = quoted;
    const start = from + opening.length;
    return { start, end: endOfQuoted(text, start, quote, slashes.length) };
  }
  const lineEnd = text.indexOf('\n', from);
  const rest = text.slice(from, Math.min(lineEnd < 0 ? text.length : lineEnd, from + LONGEST));
  if (colon && /^[|>][+-]?\d?[+-]?\s*(?:#.*)?$/.test(rest)) return blockBelow(text, from);
  const list = /^\[[^[\]{}]*\]/.exec(rest);
  if (list) return { start: from, end: from + list[0].length };
  if (rest === '' || /^[[{(&*]/.test(rest)) return undefined;
  // `A=x y` in a log goes on with other words; `A: x y` in YAML is one value.
  const whole = atLineStart && (colon || !/\s/.test(rest)) ? rest.replace(/(?<!\s)\s+#.*$/, '').trimEnd() : undefined;
  const stop = rest.search(colon ? FLOW_END : BARE_END);
  const length = whole?.length ?? (stop < 0 ? rest.length : stop);
  return length === 0 ? undefined : { start: from, end: from + length };
}
