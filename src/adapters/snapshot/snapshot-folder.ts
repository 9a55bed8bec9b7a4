import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterReader, DryRun, DryRunAnswer } from '../../ports/cluster.ts';
import { readLog } from './logs.ts';
import { objectFiles } from './object-files.ts';
import { readObjectFile } from './read-file.ts';
import { createSnapshotBuilder } from './snapshot-builder.ts';
import { SNAPSHOT_FILE, readSnapshotFile } from './snapshot-file.ts';

/** Which folder stands for a cluster, and what is known about it beside its files. */
export interface SnapshotFolderOptions {
  readonly directory: string;
  /** Name of the cluster; else what `snapshot.json` says, else `snapshot`. */
  readonly cluster?: string;
  /** RFC 3339; else what `snapshot.json` says, else the newest time in a dump that holds a heartbeat, else now. */
  readonly takenAt?: string;
  readonly clock: Clock;
}

/** A cluster reader over files; nothing can be dry-run there. */
export interface SnapshotFolder extends ClusterReader {
  readonly dryRun: DryRun;
}

const OFFLINE: DryRunAnswer = { kind: 'unavailable', reason: 'offline snapshot' };

/**
 * Reads a folder of files as `kubectl get -o yaml|json` prints them as if it were a cluster. The folder is read anew by
 * every `snapshot()`. Kinds without a file are empty; kinds that `snapshot.json` lists are blind.
 * Error codes: `snapshot-missing` (also for a folder without any object), `snapshot-invalid`, and `log-unavailable` for logs.
 */
export function createSnapshotFolder(options: SnapshotFolderOptions): SnapshotFolder {
  return {
    snapshot: (signal) => load(options, signal),
    logs: (request) => readLog(options.directory, request),
    // Files do not change by themselves: there is nothing to report until the caller stops.
    watch: (_changed, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    close: () => Promise.resolve(),
    dryRun: { apply: () => Promise.resolve(OFFLINE), create: () => Promise.resolve(OFFLINE) },
  };
}

async function load(options: SnapshotFolderOptions, signal?: AbortSignal): Promise<Result<Snapshot, Problem>> {
  const { directory, clock } = options;
  const folder = await stat(directory).catch(() => undefined);
  if (folder?.isDirectory() !== true) {
    return err(problem('snapshot-missing', `there is no folder ${directory}`, { place: { file: directory } }));
  }
  const about = await readSnapshotFile(directory);
  if (!about.ok) return about;
  const builder = createSnapshotBuilder();
  for (const file of await objectFiles(directory)) {
    if (signal?.aborted === true) return err(problem('snapshot-invalid', 'reading the snapshot was stopped'));
    if (relative(directory, file) === SNAPSHOT_FILE && about.value.present) continue;
    const read = await readObjectFile(file, builder);
    if (!read.ok) return read;
  }
  const objects = builder.objects();
  // A folder of something else would pass for a cluster in which nothing fails.
  if (!about.value.present && Object.values(objects).every((list) => list.length === 0)) {
    const hint = 'name the folder with the files that kubectl get -o yaml printed, or that remendo snapshot wrote';
    return err(
      problem('snapshot-missing', `${directory} holds no Kubernetes objects`, { place: { file: directory }, hint }),
    );
  }
  return ok({
    cluster: options.cluster ?? about.value.cluster ?? 'snapshot',
    takenAt: options.takenAt ?? about.value.takenAt ?? builder.newest() ?? clock.now().toISOString(),
    objects,
    blind: about.value.blind,
  });
}
