import type { Problem } from '../domain/problem.ts';
import { excerptAt } from '../domain/problem.ts';
import { createRedactor } from '../domain/redact.ts';

// A credential in the file is a mistake that is told, and telling it must not show it.
/** Hides what looks like a secret. */
export const redact = createRedactor([]);

/** Place and excerpt of a position in the configuration; what looks like a secret is hidden in the excerpt. */
export function placed(
  text: string,
  file: string,
  { line, col }: { readonly line: number; readonly col: number },
): Pick<Problem, 'place' | 'excerpt'> {
  return { place: { file, line, column: col }, excerpt: redact(excerptAt(text, line, col)) };
}
