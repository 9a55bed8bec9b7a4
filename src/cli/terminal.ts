import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes: results to `out`, everything about the way there to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns; 100 where there is no terminal. */
  readonly width: number;
  readonly paint: Paint;
}

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Standard output and error; colours obey NO_COLOR and FORCE_COLOR and are left out where nobody looks. */
export function createTerminal(): Terminal {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    width: process.stdout.columns ?? 100,
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  };
}

/** A table with aligned columns; the column named by `flexible` is cut so that rows fit the width. */
export function table(rows: readonly (readonly string[])[], width: number, flexible: number): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => visible(row[i] ?? ''))));
  const others = widths.reduce((sum, value, i) => sum + (i === flexible ? 0 : value + 2), 0);
  widths[flexible] = Math.max(12, Math.min(widths[flexible] ?? 0, width - others));
  return rows
    .map((row) => row.map((cell, i) => fit(cell, widths[i] ?? 0, i === columns - 1)).join('  ').trimEnd())
    .join('\n');
}

function visible(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function fit(cell: string, width: number, last: boolean): string {
  const length = visible(cell);
  if (length <= width) return last ? cell : cell + ' '.repeat(width - length);
  return `${[...stripVTControlCharacters(cell)].slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Text broken at spaces to lines of at most `width`, each after `indent`. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && visible(line) + 1 + visible(word) > width - indent.length) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((item) => indent + item).join('\n');
}
