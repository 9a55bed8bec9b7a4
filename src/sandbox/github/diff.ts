import type { BareRepository } from './bare-repository.ts';
import { git } from './git.ts';

/** One changed file, in the words of "List pull requests files". */
export interface FileDiff {
  readonly filename: string;
  readonly previous?: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string;
}

const STATUS: Readonly<Record<string, FileDiff['status']>> = { A: 'added', D: 'removed', R: 'renamed' };

/** Files that differ between two commits, with renames, as GitHub's `diff-entry`. */
export async function diffFiles(repository: BareRepository, from: string, to: string): Promise<readonly FileDiff[]> {
  const raw = await git(repository.directory, ['diff-tree', '-r', '-z', '-M', '--no-commit-id', from, to]);
  const parts = raw.split('\0');
  const files: FileDiff[] = [];
  for (let at = 0; at + 1 < parts.length;) {
    const [, , before = '', after = '', letter = ''] = (parts[at++] ?? '').split(' ');
    const first = parts[at++] ?? '';
    const renamed = letter.startsWith('R');
    const filename = renamed ? (parts[at++] ?? '') : first;
    const status = STATUS[letter.slice(0, 1)] ?? 'modified';
    const paths = renamed ? [first, filename] : [filename];
    const text = await git(repository.directory, ['diff', '-M', from, to, '--', ...paths]);
    const hunks = text.slice(Math.max(0, text.indexOf('\n@@ ') + 1));
    const count = (sign: string): number => hunks.split('\n').filter((line) => line.startsWith(sign)).length;
    const entry = { filename, status, sha: status === 'removed' ? before : after, patch: hunks.replace(/\n$/, '') };
    files.push({ ...entry, additions: count('+'), deletions: count('-'), ...(renamed ? { previous: first } : {}) });
  }
  return files;
}
