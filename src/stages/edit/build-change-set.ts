import { createTwoFilesPatch } from 'diff';
import type { ChangeSet, FileChange, SourceEdit } from '../../domain/change-set.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { positionOf } from '../../domain/yaml/problems.ts';
import type { EditedText } from './edit-text.ts';
import { editText } from './edit-text.ts';
import { refusePath } from './generated.ts';

/** All edits of one fix, and the files they are about. */
export interface ChangeSetInput {
  readonly repoURL: string;
  /** Full SHA of the commit that `read` reads from. */
  readonly baseRevision: string;
  readonly edits: readonly SourceEdit[];
  /** Where it is written and why there, for a reviewer. */
  readonly place: string;
  /** Text of a file by its path in the repository; undefined where there is none. */
  read(path: string): string | undefined;
}

/**
 * Carries out all edits and gives the changed files with their diffs. Error codes: those of `editText`, `file-missing`,
 * `yaml-template` and `generated-file` by the file's path, `edit-no-change` where the files say already what is wanted.
 */
export function buildChangeSet(input: ChangeSetInput): Result<ChangeSet, Problem> {
  const { repoURL, baseRevision, place } = input;
  const byPath = new Map<string, SourceEdit[]>();
  for (const edit of input.edits) byPath.set(edit.path, [...(byPath.get(edit.path) ?? []), edit]);
  const files: FileChange[] = [];
  for (const [path, edits] of byPath) {
    const before = input.read(path);
    if (before === undefined) return err(problem('file-missing', 'the file is not there', { place: { file: path } }));
    const refused = refusePath(path, (other) => input.read(other));
    if (refused) return err(refused);
    const edited = editText(before, edits, path);
    if (!edited.ok) return edited;
    if (edited.value.spans.length > 0) files.push(fileChange(path, before, edited.value));
  }
  if (files.length === 0) return err(problem('edit-no-change', 'the files say already what is wanted'));
  return ok({ repoURL, baseRevision, files, edits: input.edits, place });
}

function fileChange(path: string, before: string, { text, spans }: EditedText): FileChange {
  return { path, before, after: text, spans, diff: unifiedDiff(path, before, text), line: firstLine(before, spans) };
}

/** Lines that are put in below a line count from the next. */
function firstLine(before: string, spans: EditedText['spans']): number {
  const [span] = spans;
  if (!span) return 1;
  const { line } = positionOf(before, span.start);
  return span.start === span.end && /^\r?\n/.test(span.text) ? line + 1 : line;
}

/** A unified diff with three lines of context and `a/`, `b/` before the path, as `git diff` prints it. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context: 3 });
  return patch.replace(/^=+\r?\n/, '');
}
