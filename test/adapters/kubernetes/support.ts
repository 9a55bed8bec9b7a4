import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import type { Connection } from '../../../src/adapters/kubernetes/connect.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (asked: Asked, response: ServerResponse) => void;

export interface ApiServer {
  readonly url: string;
  readonly asked: Asked[];
  handler: Handler;
  close(): Promise<void>;
}

/** An HTTP server that answers as `handler` says and keeps what it was asked. */
export async function startApi(handler: Handler): Promise<ApiServer> {
  const asked: Asked[] = [];
  const state = { handler };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const one = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body,
      };
      asked.push(one);
      state.handler(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

export function send(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** meta/v1 Status of a failure, as the API server words it. */
export function failure(code: number, reason: string, message: string, causes: readonly object[] = []): JsonObject {
  return JSON.parse(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details: { causes } }),
  );
}

export function list(kind: string, items: readonly object[], metadata: object = { resourceVersion: '100' }): object {
  return { kind: `${kind}List`, apiVersion: 'v1', metadata, items };
}

export function configMap(name: string, resourceVersion = '1'): object {
  return { metadata: { name, namespace: 'a', resourceVersion }, data: { key: 'value' } };
}

export const folder = mkdtempSync(join(tmpdir(), 'remendo-kube-'));

let files = 0;
/** Writes a kubeconfig with one context; `user` and `cluster` are merged into its entries. */
export function kubeconfig(server: string, user: object = {}, cluster: object = {}): string {
  const file = join(folder, `config-${files++}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'ctx',
    contexts: [{ name: 'ctx', context: { cluster: 'test-cluster', user: 'me' } }],
    clusters: [{ name: 'test-cluster', cluster: { server, ...cluster } }],
    users: [{ name: 'me', user }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

export async function connected(server: string, user: object = {}, cluster: object = {}): Promise<Connection> {
  const connection = await connect({ kubeconfig: kubeconfig(server, user, cluster), env: {} });
  assert.ok(connection.ok, connection.ok ? '' : JSON.stringify(connection.error));
  return connection.value;
}

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

/** Milliseconds that a snapshot waits for the first lists of a watch: the one wait that no test wants to be over. */
const SYNC = 180_000;

/** A clock whose sleeps pass at once and are kept; with `moves`, time goes on by what was slept. */
export function turned(moves = true): Clock & { readonly slept: number[]; advance(milliseconds: number): void } {
  let now = Date.parse('2026-11-21T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    advance(milliseconds) {
      now += milliseconds;
    },
    now: () => new Date(now),
    sleep(milliseconds, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      if (milliseconds === SYNC) return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
      slept.push(milliseconds);
      if (moves) now += milliseconds;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Waits until something is so; fails after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`never happened: ${what}`);
}
