/** A position in a text that a person can open: 1-based line and column. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * Something that went wrong or cannot be done, told so that a person can act on it.
 * `code` is stable kebab-case and part of the output contract; `message` is one sentence.
 */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** The source lines around `place`, with a caret line, ready to print in a fixed-width font. */
  readonly excerpt?: string;
  readonly hint?: string;
}

/** Makes a problem. */
export function problem(code: string, message: string, more: Omit<Problem, 'code' | 'message'> = {}): Problem {
  return { code, message, ...more };
}

/** `file:line:column`, as editors and CI annotations understand it. */
export function formatPlace(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}`;
}

/** Prints a problem for a terminal: place, code, sentence, excerpt and hint, each on lines of its own. */
export function formatProblem(p: Problem): string {
  const head = p.place ? `${formatPlace(p.place)}: ${p.message} [${p.code}]` : `${p.message} [${p.code}]`;
  return [head, p.excerpt, p.hint && `hint: ${p.hint}`].filter(Boolean).join('\n');
}

/** Columns of an excerpt; of longer lines (minified JSON) the part around the position is shown. */
const WIDTH = 160;

/** The line of `text` at a 1-based position with its neighbours and a caret below the column. */
export function excerptAt(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  const left = column > WIDTH ? column - WIDTH / 2 : 0;
  const first = Math.max(1, line - 1);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    out.push(`${String(n).padStart(width)} | ${(lines[n - 1] ?? '').slice(left, left + WIDTH)}`);
    if (n === line) out.push(`${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1 - left))}^`);
  }
  return out.join('\n');
}
