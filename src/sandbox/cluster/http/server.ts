import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { apiStatus, notFoundStatus } from '../api-status.ts';
import type { Faults, FaultSwitch } from '../faults.ts';
import type { Pod } from '../objects.ts';
import { qualified } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import { discovery } from './discovery.ts';
import { createLister } from './list.ts';
import { podLog } from './pod-log.ts';
import type { Reply } from './reply.ts';
import { failure, json, send } from './reply.ts';
import type { Target } from './target.ts';
import { parseTarget } from './target.ts';
import { createWatcher } from './watch.ts';
import { serveWrite } from './write-requests.ts';

/** What the API server serves, and to whom. */
export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly faults: FaultSwitch;
  readonly token: string;
  /** Name of the client that the token stands for. */
  readonly user: string;
  readonly bookmarkMs: number;
  /** Dates the answers; the real time when absent. */
  readonly date?: (() => Date) | undefined;
  readonly logOf: (pod: Pod, containerID: string) => readonly string[] | undefined;
  /** Told of every request as `METHOD /path?query`. */
  readonly onRequest: (line: string) => void;
}

/** The API server; `listen` answers with its address. */
export interface ApiServer {
  listen(): Promise<string>;
  close(): Promise<void>;
}

const MAX_BODY = 3 * 1024 * 1024;

/** The Kubernetes API over plain HTTP on a free port of 127.0.0.1. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { store, faults } = options;
  const lister = createLister(store);
  const watcher = createWatcher(store, options.bookmarkMs);
  faults.onChange(({ dropWatches, unreachable }) => {
    if (dropWatches === true || unreachable === true) watcher.cut(false);
  });

  const read = (target: Target, query: URLSearchParams, response: ServerResponse): Reply | undefined => {
    const { resource, name, namespace, subresource } = target;
    if (subresource === 'log') return podLog(store, options.logOf, target, query);
    if (name !== undefined) {
      const object = store.get(resource.kind, namespace, name);
      return object ? json(object) : failure(notFoundStatus(resource, name));
    }
    if (query.get('watch') !== 'true' && query.get('watch') !== '1')
      return lister.list(target, query, faults.current.gone === true);
    if (faults.current.dropWatches === true) response.destroy();
    else watcher.watch(target, query, response, faults.current.gone === true);
    return undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    options.onRequest(`${method} ${request.url ?? ''}`);
    const general = generalFault(faults.current, request, options.token);
    if (general) return general;
    const found = discovery(url.pathname, faults.current.absent ?? []);
    if (found) return found;
    const target = parseTarget(url.pathname);
    if (!target || faults.current.absent?.includes(target.resource.kind) === true) return unknownPath(url.pathname);
    if (faults.current.forbidden?.includes(target.resource.kind) === true)
      return failure(readDenied(target, method, url.searchParams, options.user));
    if (method === 'GET') return read(target, url.searchParams, response);
    const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const body = await bodyOf(request);
    if (body === undefined)
      return failure(apiStatus(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'));
    return serveWrite(store, faults.current, {
      method,
      target,
      query: url.searchParams,
      contentType,
      body,
      user: options.user,
    });
  };
  const server = createServer((request, response) => {
    void (async () => {
      try {
        if (options.date) response.setHeader('Date', options.date().toUTCString());
        if (faults.current.slow !== undefined) await wait(faults.current.slow, undefined, { ref: false });
        if (faults.current.unreachable === true) {
          request.socket.destroy();
          return;
        }
        const reply = await answer(request, response);
        if (reply) send(response, reply);
      } catch (error) {
        if (!response.headersSent)
          send(response, failure(apiStatus(500, 'InternalError', `Internal error occurred: ${String(error)}`)));
        else response.destroy();
      }
    })();
  });
  return {
    listen: () =>
      new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          // Safe: a server that listens on TCP has an AddressInfo.
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        watcher.cut(true);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function generalFault(faults: Faults, request: IncomingMessage, token: string): Reply | undefined {
  if (faults.unauthorized === true || request.headers.authorization !== `Bearer ${token}`)
    return failure(apiStatus(401, 'Unauthorized', 'Unauthorized'));
  if (faults.tooMany !== undefined) {
    const message = 'Too many requests, please try again later.';
    return failure(apiStatus(429, 'TooManyRequests', message, { retryAfterSeconds: faults.tooMany }), [], {
      'Retry-After': String(faults.tooMany),
    });
  }
  return faults.broken === true
    ? failure(apiStatus(500, 'InternalError', 'Internal error occurred: etcdserver: request timed out'))
    : undefined;
}

function unknownPath(path: string): Reply {
  // A group that is not served at all is answered by the router, in plain text.
  if (path.startsWith('/apis/') && !discovery(path.split('/').slice(0, 3).join('/'), []))
    return { code: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' };
  return failure(apiStatus(404, 'NotFound', 'the server could not find the requested resource', {}));
}

function readDenied(
  target: Target,
  method: string,
  query: URLSearchParams,
  user: string,
): ReturnType<typeof apiStatus> {
  const { resource, name, namespace } = target;
  const verb = method !== 'GET' ? 'patch' : name !== undefined ? 'get' : query.get('watch') === null ? 'list' : 'watch';
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const subject =
    name === undefined
      ? qualified(resource.plural, resource)
      : `${qualified(resource.plural, resource)} ${JSON.stringify(name)}`;
  const message = `${subject} is forbidden: User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(resource.plural)} in API group ${JSON.stringify(resource.group)} ${where}`;
  return apiStatus(403, 'Forbidden', message, {
    ...(name === undefined ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
  });
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}
