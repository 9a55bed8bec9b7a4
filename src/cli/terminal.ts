import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes: results to `out`, everything about the way there to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns; 120 where there is no terminal. */
  readonly width: number;
  /** Whether standard output is a terminal. Elsewhere lines are as long as what they say. */
  readonly live: boolean;
  readonly paint: Paint;
}

type Style = Parameters<typeof styleText>[0];

/** Puts a text into colours or styles, where they are shown. */
export type Paint = (style: Style, text: string) => string;

/** Standard output and error; colours obey NO_COLOR and FORCE_COLOR and are left out where nobody looks. */
export function createTerminal(): Terminal {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    width: process.stdout.columns ?? 120,
    live: process.stdout.isTTY,
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  };
}

/** Which column of a table gives way where rows are too long, and which end of its text says more. */
export interface Flexible {
  readonly column: number;
  readonly keep: 'start' | 'end';
}

const SHORTEST = 12;

/** A table with aligned columns; the flexible column is cut so that rows fit the width. */
export function table(rows: readonly (readonly string[])[], width: number, { column, keep }: Flexible): string {
  const widths = columnWidths(rows);
  const others = widths.reduce((sum, value, i) => sum + (i === column ? 0 : value + 2), 0);
  widths[column] = Math.max(SHORTEST, Math.min(widths[column] ?? 0, width - others));
  return rows
    .map((row) =>
      row
        .map((cell, i) => fit(cell, widths[i] ?? 0, i === widths.length - 1, keep))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns that the rows take when nothing is cut. */
export function tableWidth(rows: readonly (readonly string[])[]): number {
  return columnWidths(rows).reduce((sum, value) => sum + value + 2, -2);
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => visible(row[i] ?? ''))));
}

function visible(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

function fit(cell: string, width: number, last: boolean, keep: 'start' | 'end'): string {
  const length = visible(cell);
  if (length <= width) return last ? cell : cell + ' '.repeat(width - length);
  const characters = Array.from(stripVTControlCharacters(cell));
  const room = Math.max(0, width - 1);
  return keep === 'start' ? `${characters.slice(0, room).join('')}…` : `…${characters.slice(length - room).join('')}`;
}

/** Text broken at spaces to lines of at most `width`: the first after `indent`, the others after `hanging`. */
export function wrap(text: string, width: number, indent = '', hanging = indent): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \t\n]+/)) {
    const before = lines.length === 0 ? indent : hanging;
    if (line !== '' && visible(line) + 1 + visible(word) > width - before.length) {
      lines.push(before + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, (lines.length === 0 ? indent : hanging) + line].join('\n');
}
