import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { isObject, parseJson } from '../../domain/json.ts';
import type { KindInfo } from '../../domain/kubernetes/kinds.ts';
import { apiPath, failureText } from './answer.ts';
import type { Connection } from './connect.ts';

/** Longest silence of a watch: bookmarks come about once a minute, so a silent connection is a dead one. */
const SILENCE = 150_000;
/** One event; a pod with its managed fields has some 20 KB, etcd's limit is 1.5 MiB. */
const MAX_EVENT = 16 * 1024 * 1024;

/** Where a watch begins, and who takes its events. */
export interface WatchOptions {
  readonly resourceVersion: string;
  readonly namespace?: string | undefined;
  readonly signal: AbortSignal;
  readonly random?: () => number;
  /** `resourceVersion` of each event is where a new watch may go on. */
  readonly event: (
    type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK',
    raw: JsonObject,
    resourceVersion: string,
  ) => void;
  /** Called once when the server has accepted the watch. */
  readonly opened: () => void;
}

/**
 * How a watch ended. `ended`: go on from the last resourceVersion; `expired`: list again; `failed`: go on after a while;
 * `refused`: the right is gone, or the kind.
 */
export type WatchEnd =
  | { readonly kind: 'ended' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed' | 'refused'; readonly reason: string };

const WatchEvent = z.object({
  type: z.string(),
  object: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
});
const ErrorObject = z.object({
  code: z.number().nullish(),
  message: z.string().nullish(),
  reason: z.string().nullish(),
});

/** One watch request of one kind, from its resourceVersion until it ends. */
export async function watchOnce(connection: Connection, kind: KindInfo, options: WatchOptions): Promise<WatchEnd> {
  const random = options.random ?? Math.random;
  const response = await connection.request({
    method: 'GET',
    path: apiPath(kind.apiVersion, [kind.plural], options.namespace),
    query: {
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: options.resourceVersion,
      // Spread out, so that the watches of all kinds do not end and begin together.
      timeoutSeconds: String(240 + Math.floor(random() * 60)),
    },
    signal: options.signal,
    idleTimeout: SILENCE,
  });
  if (!response.ok) {
    const { code, message } = response.error;
    return { kind: code === 'cluster-unauthorized' ? 'refused' : 'failed', reason: message };
  }
  const { status, body } = response.value;
  if (status !== 200) {
    const { message } = await failureText(body);
    if (status === 410) return { kind: 'expired' };
    const reason = message === '' ? `HTTP ${status}` : message;
    return { kind: status === 403 || status === 404 ? 'refused' : 'failed', reason };
  }
  options.opened();
  try {
    let pending: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) continue;
      let from = 0;
      for (let feed = chunk.indexOf(0x0a); feed >= 0; feed = chunk.indexOf(0x0a, from)) {
        pending.push(chunk.subarray(from, feed));
        from = feed + 1;
        const end = take(Buffer.concat(pending).toString('utf8'), options);
        [pending, size] = [[], 0];
        if (end !== undefined) return end;
      }
      if (from < chunk.length) pending.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > MAX_EVENT) return { kind: 'failed', reason: 'an event of the watch is too large' };
    }
    // What stands behind the last line feed is half an event: the next watch brings it again.
    return { kind: 'ended' };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : 'unknown error' };
  } finally {
    body.destroy();
  }
}

function take(line: string, options: WatchOptions): WatchEnd | undefined {
  if (line.trim() === '') return undefined;
  const event = WatchEvent.safeParse(parseJson(line));
  if (!event.success) return { kind: 'failed', reason: 'the watch sent what is not an event' };
  const { type, object } = event.data;
  if (type === 'ERROR') {
    const error = ErrorObject.safeParse(object);
    const expired =
      error.success && (error.data.code === 410 || error.data.reason === 'Expired' || error.data.reason === 'Gone');
    return expired
      ? { kind: 'expired' }
      : { kind: 'failed', reason: error.data?.message ?? 'the watch ended with an error' };
  }
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') return undefined;
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const version = metadata['resourceVersion'];
  options.event(type, object, typeof version === 'string' ? version : '');
  return undefined;
}
