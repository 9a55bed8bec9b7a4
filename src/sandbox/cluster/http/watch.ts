import type { ServerResponse } from 'node:http';
import { badRequest, expired } from '../api-status.ts';
import type { KubeObject } from '../objects.ts';
import { apiVersionOf } from '../resources.ts';
import type { ObjectStore, StoreEvent } from '../store.ts';
import { failure, send } from './reply.ts';
import type { Filter } from './selectors.ts';
import { parseSelectors } from './selectors.ts';
import type { Target } from './target.ts';

/** Serves watches as streams of JSON lines. */
export interface Watcher {
  watch(target: Target, query: URLSearchParams, response: ServerResponse, gone: boolean): void;
  /** Cuts every open watch, cleanly (the stream ends) or as a dying connection does. */
  cut(cleanly: boolean): void;
}

/** What a watch begins with, and the version after which events are new to it. */
interface Resumed {
  readonly past: readonly StoreEvent[];
  readonly after: number;
}

/** `bookmarkMs`: real milliseconds between bookmarks for those who asked for them. */
export function createWatcher(store: ObjectStore, bookmarkMs: number): Watcher {
  const open = new Set<(cleanly: boolean) => void>();

  const stream = (
    target: Target,
    query: URLSearchParams,
    response: ServerResponse,
    filter: Filter,
    { past, after }: Resumed,
  ): void => {
    const sent = new Set<string>();
    const inScope = (object: KubeObject): boolean =>
      object.kind === target.resource.kind &&
      (target.namespace === undefined || object.metadata.namespace === target.namespace);
    const line = (type: string, object: unknown): void => void response.write(`${JSON.stringify({ type, object })}\n`);
    const pass = ({ type, object, version }: StoreEvent): void => {
      if (!inScope(object) || (version !== 0 && version <= after)) return;
      const { uid } = object.metadata;
      if (type === 'DELETED' || !filter(object)) {
        // An object that leaves the selection is a deletion to this client.
        if (type === 'DELETED' ? filter(object) || sent.has(uid) : sent.has(uid)) line('DELETED', object);
        sent.delete(uid);
        return;
      }
      line(type, object);
      sent.add(uid);
    };
    const bookmark = (): void => {
      const { resource } = target;
      line('BOOKMARK', {
        kind: resource.kind,
        apiVersion: apiVersionOf(resource),
        metadata: { resourceVersion: String(store.version()), creationTimestamp: null },
      });
    };
    const bookmarks = query.get('allowWatchBookmarks') === 'true' ? setInterval(bookmark, bookmarkMs) : undefined;
    const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800;
    const timeout = setTimeout(() => end(true), seconds * 1000);
    const unsubscribe = store.subscribe(pass);
    const end = (cleanly: boolean): void => {
      if (!open.delete(end)) return;
      clearInterval(bookmarks);
      clearTimeout(timeout);
      unsubscribe();
      if (cleanly) response.end();
      else response.destroy();
    };
    open.add(end);
    response.on('close', () => end(true));
    for (const event of past) pass(event);
  };

  return {
    watch: (target, query, response, gone) => {
      const selectors = parseSelectors(query);
      if ('problem' in selectors) {
        send(response, failure(badRequest(selectors.problem)));
        return;
      }
      const version = query.get('resourceVersion') ?? '';
      if (!/^\d*$/.test(version)) {
        send(response, failure(badRequest(`invalid resource version: ${version}`)));
        return;
      }
      const after = Number(version);
      // A version that is still to come is waited for in silence, as the real server does.
      const past =
        after === 0
          ? current(store, target)
          : gone
            ? undefined
            : after > store.version()
              ? []
              : store.since(after, target.resource.kind);
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
        'Cache-Control': 'no-cache, private',
      });
      response.flushHeaders();
      if (!past) {
        response.end(`${JSON.stringify({ type: 'ERROR', object: expired(tooOld(target, version, store)) })}\n`);
        return;
      }
      stream(target, query, response, selectors.filter, { past, after });
    },
    cut: (cleanly) => {
      for (const end of open) end(cleanly);
    },
  };
}

/** Events are served from etcd itself, in its own words; all other kinds from the watch cache. */
function tooOld({ resource }: Target, version: string, store: ObjectStore): string {
  return resource.kind === 'Event'
    ? 'The resourceVersion for the provided watch is too old.'
    : `too old resource version: ${version} (${store.version()})`;
}

function current(store: ObjectStore, target: Target): StoreEvent[] {
  return store.list(target.resource.kind, target.namespace).map((object) => ({ type: 'ADDED', object, version: 0 }));
}
