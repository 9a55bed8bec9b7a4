import type { FileChange } from '../../domain/change-set.ts';
import { unifiedDiff } from '../edit/build-change-set.ts';

/** The change of a file that is not YAML, as whole lines: only the lines between the equal head and tail are touched. */
export function textChange(path: string, before: string, after: string): FileChange {
  const [old, now] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const start = old.slice(0, head).join('').length;
  const end = before.length - old.slice(old.length - tail).join('').length;
  const span = { start, end, text: now.slice(head, now.length - tail).join('') };
  return { path, kind: 'text', before, after, spans: [span], diff: unifiedDiff(path, before, after), line: head + 1 };
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
