import type { Place, Problem } from '../problem.ts';
import { excerptAt, problem } from '../problem.ts';

/** Codes of the problems that the reader finds. */
export type YamlCode =
  'yaml-syntax' | 'yaml-duplicate-key' | 'yaml-template' | 'yaml-too-large' | 'yaml-alias-bomb' | 'yaml-not-json';

/** The 1-based line and column (in UTF-16 code units) of an offset. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

/** A problem at an offset of a file's text, with file, line, column and the lines around it. */
export function problemAt(
  code: string,
  message: string,
  at: { readonly text: string; readonly offset: number; readonly file?: string | undefined },
  hint?: string,
): Problem {
  const { line, column } = positionOf(at.text, Math.min(at.offset, at.text.length));
  const place: Place = { file: at.file ?? '<text>', line, column };
  const excerpt = excerptAt(at.text, line, column);
  return problem(code, message, hint === undefined ? { place, excerpt } : { place, excerpt, hint });
}
