import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../../domain/json.ts';
import { ALL_KINDS, KINDS } from '../../domain/kubernetes/kinds.ts';
import type { Kind, ObjectOf } from '../../domain/kubernetes/kinds.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ClusterReader, LogRequest } from '../../ports/cluster.ts';
import { logFile } from './logs.ts';
import { printItem } from './print-yaml.ts';
import { SNAPSHOT_FILE } from './snapshot-file.ts';

const FLUSH_AT = 1024 * 1024;

/** Which logs go with a snapshot, and what they pass first. */
export interface WriteOptions {
  /** Which logs to add, of the snapshot that is being written. */
  readonly logs: (snapshot: Snapshot) => readonly LogRequest[];
  /** Applied to each log before it is written. */
  readonly scrub?: (text: string) => string;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface WrittenSnapshot {
  readonly snapshot: Snapshot;
  readonly logs: number;
  /** Logs that could not be read; the containers may be gone by now. */
  readonly missing: readonly LogRequest[];
}

/**
 * Writes what a reader sees into a folder that `createSnapshotFolder` reads back as the same snapshot. Only projected
 * fields are written: of ConfigMaps and Secrets the keys, of environment variables the names.
 * The folder must be empty or absent. Error codes: those of `ClusterReader.snapshot`, `snapshot-exists`, `disk-full`,
 * `snapshot-not-written`.
 */
export async function writeSnapshot(
  reader: ClusterReader,
  directory: string,
  options: WriteOptions,
): Promise<Result<WrittenSnapshot, Problem>> {
  const present = await readdir(directory).catch(() => []);
  if (present.length > 0) {
    const hint = 'name a new folder; files of an older snapshot would become part of this one';
    return err(
      problem('snapshot-exists', `the folder ${directory} is not empty`, { place: { file: directory }, hint }),
    );
  }
  const read = await reader.snapshot(options.signal);
  if (!read.ok) return read;
  const snapshot = read.value;
  try {
    await mkdir(directory, { recursive: true });
    for (const kind of ALL_KINDS) await writeKind(directory, snapshot, kind);
    const missing: LogRequest[] = [];
    const requests = options.logs(snapshot);
    for (const request of requests) {
      const log = await reader.logs(request, options.signal);
      const file = logFile(directory, request);
      if (!log.ok || file === undefined) {
        missing.push(request);
        continue;
      }
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, options.scrub === undefined ? log.value : options.scrub(log.value));
    }
    const { cluster, takenAt, blind } = snapshot;
    await writeFile(join(directory, SNAPSHOT_FILE), `${JSON.stringify({ takenAt, cluster, blind }, undefined, 2)}\n`);
    return ok({ snapshot, logs: requests.length - missing.length, missing });
  } catch (error) {
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    const reason = error instanceof Error ? error.message : 'unknown error';
    return err(problem(full ? 'disk-full' : 'snapshot-not-written', `cannot write the snapshot: ${reason}`));
  }
}

/** One list a kind; none for a kind without objects. */
async function writeKind(directory: string, snapshot: Snapshot, kind: Kind): Promise<void> {
  const objects: readonly ObjectOf<Kind>[] = snapshot.objects[kind];
  if (objects.length === 0) return;
  const file = await open(join(directory, `${KINDS[kind].plural}.yaml`), 'w');
  try {
    let text = 'apiVersion: v1\nitems:\n';
    for (const object of objects) {
      text += printItem(toManifest(kind, object));
      if (text.length < FLUSH_AT) continue;
      await file.write(text);
      text = '';
    }
    await file.write(`${text}kind: List\n`);
  } finally {
    await file.close();
  }
}

/** Turns a projected object back into what the API server would print of it. */
function toManifest(kind: Kind, object: ObjectOf<Kind>): JsonObject {
  const { keys, ...fields }: JsonObject = JSON.parse(JSON.stringify(object));
  const data = Array.isArray(keys) ? { data: Object.fromEntries(keys.map((key) => [String(key), ''])) } : {};
  return { apiVersion: KINDS[kind].apiVersion, kind, ...fields, ...data };
}
