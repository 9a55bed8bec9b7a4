import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import { problemAt } from '../../domain/yaml/problems.ts';

/** Why an edit is not made. */
export type EditCode =
  | 'edit-anchor'
  | 'edit-not-found'
  | 'edit-ambiguous'
  | 'edit-unsupported'
  | 'edit-no-change'
  | 'generated-file'
  | 'document-not-found'
  | 'document-ambiguous';

/** Carries a refusal out of the planning functions; `editText` turns it into a Problem. Never leaves this folder. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Text of one document and where it stands in its file, for places in refusals. */
export interface TextAt {
  readonly text: string;
  readonly file: string;
  readonly lineOffset: number;
}

/** A refusal with line, column and excerpt of an offset. */
export function refusalAt(code: EditCode, message: string, at: TextAt, offset: number, hint?: string): Refusal {
  const made = problemAt(code, message, { text: at.text, offset, file: at.file }, hint);
  const { line = 1, column = 1 } = made.place ?? {};
  return new Refusal({ ...made, place: { file: at.file, line: line + at.lineOffset, column } });
}

/** A refusal that is about a whole file. */
export function refusal(code: EditCode, message: string, file: string, hint?: string): Refusal {
  return new Refusal(problem(code, message, hint === undefined ? { place: { file } } : { place: { file }, hint }));
}
