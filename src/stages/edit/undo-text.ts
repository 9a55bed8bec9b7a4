import { diffArrays } from 'diff';
import type { FileChange, Span } from '../../domain/change-set.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { unifiedDiff } from './build-change-set.ts';
import { applySpans } from './splice.ts';

/** One file as it was before a change was merged, right after, and now. */
export interface Undone {
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly now: string;
}

/** A run of lines that differs between two texts: `start` to `end` of the first stand as `lines` in the second. */
interface Hunk {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * Puts back exactly the lines that a merged change replaced, byte by byte, and leaves what was changed elsewhere since.
 * Error codes: `nothing-changed` (the merge did not touch the file), `changed-since` (its lines are not as it left them).
 */
export function undoText({ path, before, after, now }: Undone): Result<FileChange, Problem> {
  const merged = linesOf(after);
  const back = hunksBetween(merged, linesOf(before));
  const since = hunksBetween(merged, linesOf(now));
  const [first] = back;
  if (!first) return err(problem('nothing-changed', `the merge did not change ${path}`));
  const offsets = offsetsOf(linesOf(now));
  const spans: Span[] = [];
  for (const hunk of back) {
    if (since.some((other) => inTheWay(hunk, other))) {
      const message = `line ${hunk.start + 1} of ${path}, or what stood there, was changed since the merge`;
      return err(problem('changed-since', message));
    }
    const shift = since
      .filter(({ end }) => end <= hunk.start)
      .reduce((sum, { start, end, lines }) => sum + lines.length - (end - start), 0);
    const start = offsets[hunk.start + shift] ?? now.length;
    const end = offsets[hunk.end + shift] ?? now.length;
    spans.push({ start, end, text: hunk.lines.join('') });
  }
  const text = applySpans(now, spans);
  const line = now.slice(0, spans[0]?.start ?? 0).split('\n').length;
  return ok({ path, kind: 'text', before: now, after: text, spans, diff: unifiedDiff(path, now, text), line });
}

/** Lines with their ends, so that nothing about them is lost. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function offsetsOf(lines: readonly string[]): readonly number[] {
  const offsets = [0];
  for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length);
  return offsets;
}

function hunksBetween(from: readonly string[], to: readonly string[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: { start: number; end: number; lines: string[] } | undefined;
  for (const { added, removed, value } of diffArrays([...from], [...to])) {
    if (!added && !removed) {
      open = undefined;
      at += value.length;
      continue;
    }
    if (!open) hunks.push((open = { start: at, end: at, lines: [] }));
    if (added) open.lines.push(...value);
    else open.end = at += value.length;
  }
  return hunks;
}

/** Whether two hunks over the same text are about the same lines. Where one takes no lines, its place must be untouched. */
function inTheWay(a: Hunk, b: Hunk): boolean {
  if (a.start === a.end) return b.start <= a.start && a.start <= b.end;
  if (b.start === b.end) return a.start < b.start && b.start < a.end;
  return Math.max(a.start, b.start) < Math.min(a.end, b.end);
}
