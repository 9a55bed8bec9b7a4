import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { LogRequest } from '../../ports/cluster.ts';

/** Bytes of a log that are read, from its end: the bound of ports/cluster.ts. */
const MAX_LOG_BYTES = 64 * 1024;
/** Names come from the objects of a dump: only what Kubernetes allows as a name may become part of a path. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/;

/** Where a container's log lies in a snapshot folder; undefined for names that Kubernetes would not allow. */
export function logFile(directory: string, request: Omit<LogRequest, 'tailLines'>): string | undefined {
  const { namespace, pod, container, previous } = request;
  if (![namespace, pod, container].every((name) => NAME.test(name) && !name.includes('..'))) return undefined;
  return join(directory, 'logs', namespace, pod, `${container}${previous ? '.previous' : ''}.log`);
}

/** The last lines of a container's log. Error code: `log-unavailable`. */
export async function readLog(directory: string, request: LogRequest): Promise<Result<string, Problem>> {
  const path = logFile(directory, request);
  const missing = problem('log-unavailable', `the snapshot holds no log of ${request.pod}/${request.container}`);
  if (path === undefined) return err(missing);
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return err(missing);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MAX_LOG_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return ok(lastLines(buffer.toString('utf8', 0, bytesRead), request.tailLines));
  } catch {
    return err(missing);
  } finally {
    await file.close();
  }
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  const open = lines.at(-1) === '' ? 1 : 0;
  return lines.slice(-Math.max(1, count) - open).join('\n');
}
