import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Kind } from '../../domain/kubernetes/kinds.ts';
import { isKind } from '../../domain/kubernetes/kinds.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { findJsonFault } from './json-fault.ts';

/** Name of the optional file at the root of a snapshot folder that says what the objects themselves cannot. */
export const SNAPSHOT_FILE = 'snapshot.json';

const KindName = z.custom<Kind>(
  (value) => typeof value === 'string' && isKind(value),
  'not a kind that a snapshot holds',
);

/** `snapshot.json`: when and where a snapshot was taken, and which kinds could not be read. */
export const SnapshotFile = z.object({
  takenAt: z.iso.datetime({ offset: true }).optional(),
  cluster: z.string().min(1).optional(),
  blind: z.array(z.object({ kind: KindName, reason: z.string() })).default([]),
});
export type SnapshotFile = z.infer<typeof SnapshotFile>;

/** Reads `snapshot.json`; `present` is false for a folder without one. Error code: `snapshot-invalid`. */
export async function readSnapshotFile(
  directory: string,
): Promise<Result<SnapshotFile & { present: boolean }, Problem>> {
  const file = join(directory, SNAPSHOT_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return ok({ blind: [], present: false });
  const broken = findJsonFault(text);
  if (broken !== undefined) {
    const line = text.slice(0, broken.position ?? 0).split('\n').length;
    return err(problem('snapshot-invalid', `not JSON: ${broken.message}`, { place: { file, line } }));
  }
  const value: unknown = JSON.parse(text);
  // A list of objects that happens to have this name is read with the other files.
  if (typeof value === 'object' && value !== null && 'kind' in value) return ok({ blind: [], present: false });
  const parsed = SnapshotFile.safeParse(value);
  if (parsed.success) return ok({ ...parsed.data, present: true });
  const [issue] = parsed.error.issues;
  const message = `${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'not readable'}`;
  return err(problem('snapshot-invalid', message, { place: { file, line: 1 } }));
}
