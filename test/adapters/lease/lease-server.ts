import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { createLeaseStore } from '../../../src/adapters/lease/lease.ts';
import type { LeaseSpec, LeaseStore } from '../../../src/adapters/lease/lease.ts';
import { onlyLease } from '../../../src/adapters/lease/lease-guard.ts';
import type { Clock } from '../../../src/ports/clock.ts';

export const LEASE = { namespace: 'ops', name: 'remendo' };
const ALL = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';

const Body = z.object({
  metadata: z.object({
    name: z.literal('remendo'),
    namespace: z.literal('ops'),
    resourceVersion: z.string().optional(),
  }),
  spec: z.looseObject({ holderIdentity: z.string() }),
});

/** An API server that knows one Lease, and compares resourceVersions as a real one does. */
export interface LeaseServer {
  readonly url: string;
  readonly spec: () => LeaseSpec | undefined;
  /** Candidates (by token) whose requests are answered with 500. */
  readonly cut: Set<string>;
  /** Candidates whose writes are done and answered with 500. */
  readonly mute: Set<string>;
  /** Writes that were refused because somebody was faster. */
  conflicts: number;
}

export async function startLeaseServer(t: TestContext): Promise<LeaseServer> {
  let version = 0;
  let spec: LeaseSpec | undefined;
  const cut = new Set<string>();
  const mute = new Set<string>();
  const state = { conflicts: 0 };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const who = (request.headers.authorization ?? '').replace('Bearer ', '');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const failed = (status: number): void =>
      send(status, { kind: 'Status', code: status, message: `status ${status}` });
    const show = (): object => ({ kind: 'Lease', metadata: { resourceVersion: String(version) }, spec });
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (cut.has(who)) return failed(500);
    if (request.method === 'GET' && request.url === `${ALL}/remendo`) return spec ? send(200, show()) : failed(404);
    const body = Body.parse(JSON.parse(text));
    const made = request.method === 'POST' && request.url === ALL && spec === undefined;
    const replaced =
      request.method === 'PUT' && request.url === `${ALL}/remendo` && body.metadata.resourceVersion === String(version);
    if (!made && !replaced) {
      state.conflicts += 1;
      return failed(409);
    }
    version += 1;
    spec = body.spec;
    if (mute.has(who)) return failed(500);
    send(made ? 201 : 200, show());
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  // Safe: a server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, spec: () => spec, cut, mute });
}

/** The store of a candidate; its name is its token. */
export async function storeOf(t: TestContext, server: LeaseServer, name: string): Promise<LeaseStore> {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-lease-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [{ name: 'a', cluster: { server: server.url } }],
    users: [{ name: 'a', user: { token: name } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const connection = await connect({ env: {}, kubeconfig, guard: onlyLease(LEASE) });
  rmSync(folder, { recursive: true });
  if (!connection.ok) throw new Error(connection.error.message);
  t.after(() => connection.value.close());
  return createLeaseStore(connection.value, LEASE);
}

/** A clock that is turned by hand, once everybody who uses it sleeps: requests in between take no time. */
export interface TurnedClock extends Clock {
  /** Waits until so many sleep, then lets seconds pass, one after the other, waiting again after each. */
  turn(seconds: number, sleepers: number): Promise<void>;
  /** Waits until so many sleep. */
  settle(sleepers: number): Promise<void>;
}

export function turnedClock(): TurnedClock {
  let now = Date.parse('2026-11-21T10:00:00Z');
  const sleeping = new Set<{ readonly due: number; readonly wake: () => void }>();
  const settle = async (sleepers: number): Promise<void> => {
    for (let tries = 0; sleeping.size !== sleepers; tries++) {
      if (tries > 20_000) throw new Error(`${sleeping.size} sleep, not ${sleepers}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    now: () => new Date(now),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const entry = {
          due: now + milliseconds,
          wake: () => {
            sleeping.delete(entry);
            signal?.removeEventListener('abort', entry.wake);
            resolve();
          },
        };
        sleeping.add(entry);
        signal?.addEventListener('abort', entry.wake);
      }),
    settle,
    async turn(seconds, sleepers) {
      for (let second = 0; second < seconds; second++) {
        await settle(sleepers);
        now += 1000;
        for (const entry of sleeping) if (entry.due <= now) entry.wake();
      }
      await settle(sleepers);
    },
  };
}
