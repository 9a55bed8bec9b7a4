import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/domain/json.ts';
import { createSandboxClock } from '../../../src/sandbox/clock.ts';
import type { SandboxClock } from '../../../src/sandbox/clock.ts';
import type { Behaviour } from '../../../src/sandbox/cluster/kubelet/behaviour.ts';
import type { Pod } from '../../../src/sandbox/cluster/objects.ts';
import type { Deployment } from '../../../src/sandbox/cluster/workload-objects.ts';
import { createClusterWorld } from '../../../src/sandbox/cluster/world.ts';
import type { ClusterWorld, ClusterWorldOptions } from '../../../src/sandbox/cluster/world.ts';

export const WEB: Behaviour = {
  tags: ['1', '2'],
  listens: [8080],
  healthPaths: ['/healthz'],
  log: ['listening on :8080'],
};

export interface Kit {
  readonly world: ClusterWorld;
  readonly clock: SandboxClock;
  /** Lets this many seconds pass. */
  pass(seconds: number): Promise<void>;
  /** A request with the world's token. */
  call(path: string, init?: RequestInit): Promise<Response>;
  json(path: string, init?: RequestInit): Promise<Answer>;
  pods(app: string): Pod[];
  deployment(name: string): Deployment;
  events(reason: string): { message: string; count: number; object: string }[];
}

/** The parts of an answer that tests look at. */
export interface Answer {
  readonly code: number;
  readonly warnings: string | null;
  readonly body: {
    readonly kind: string;
    readonly message: string;
    readonly reason?: string;
    readonly code?: number;
    readonly details?: {
      readonly causes?: readonly { readonly field?: string; readonly reason?: string; readonly message: string }[];
    };
    readonly gitVersion?: string;
    readonly groups: readonly { readonly name: string }[];
    readonly resources: readonly { readonly name: string }[];
    readonly items: readonly { readonly kind?: string; readonly metadata: { readonly name: string } }[];
    readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly continue?: string };
    readonly spec: JsonObject;
  };
}

export async function kit(
  t: TestContext,
  options: Partial<ClusterWorldOptions> & { images?: Record<string, Behaviour> } = {},
): Promise<Kit> {
  const clock = options.clock ?? createSandboxClock({ manual: true, start: '2026-11-21T06:00:00Z' });
  const behaviours = new Map(Object.entries({ 'reg.example/web': WEB, 'reg.example/task': {}, ...options.images }));
  const world = createClusterWorld({ namespaces: ['shop'], behaviours, ...options, clock });
  t.after(async () => {
    await world.stop();
    clock.stop();
  });
  const { url, token } = await world.listen();
  world.start();
  const call: Kit['call'] = (path, init = {}) =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    });
  return {
    world,
    clock,
    call,
    pass: (seconds) => clock.advance(seconds * 1000),
    json: async (path, init) => {
      const response = await call(path, init);
      return {
        code: response.status,
        warnings: response.headers.get('warning'),
        body: (await response.json()) as Answer['body'],
      };
    },
    pods: (app) => (world.list('Pod') as Pod[]).filter(({ metadata }) => metadata.labels?.app === app),
    deployment: (name) => world.get('Deployment', 'shop', name) as Deployment,
    events: (reason) =>
      world.store
        .list('Event')
        .map(
          (event) =>
            event as unknown as {
              reason: string;
              message: string;
              count?: number;
              series?: { count: number };
              involvedObject: { kind: string; name: string };
            },
        )
        .filter((event) => event.reason === reason)
        .map(({ message, count, series, involvedObject }) => ({
          message,
          count: count ?? series?.count ?? 1,
          object: `${involvedObject.kind}/${involvedObject.name}`,
        })),
  };
}

/** A Deployment manifest of one container named after it. */
export function deployment(
  name: string,
  container: JsonObject = {},
  pod: JsonObject = {},
  spec: JsonObject = {},
): JsonObject {
  const labels = { app: name };
  const containers = [{ name, image: 'reg.example/web:1', ...container }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: labels },
      ...spec,
      template: { metadata: { labels }, spec: { containers, ...pod } },
    },
  };
}

export function object(kind: string, name: string, rest: JsonObject = {}, apiVersion = 'v1'): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest };
}

/** Sends a server-side apply dry-run as Remendo does. */
export function applyInit(body: unknown): RequestInit {
  return { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' }, body: JSON.stringify(body) };
}
export const DRY = 'dryRun=All&fieldManager=argocd-controller&force=true&fieldValidation=Strict';

export interface TestRepository {
  readonly bare: string;
  /** Writes files and pushes one commit to main; returns its SHA. */
  commit(files: Record<string, string>): string;
}

/** A bare repository with a checkout beside it, removed after the test. */
export function repository(t: TestContext): TestRepository {
  const root = mkdtempSync(join(tmpdir(), 'remendo-world-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [bare, work] = [join(root, 'bare.git'), join(root, 'work')];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const git = (...args: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args],
      { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).trim();
  git('init', '--quiet', '--bare', '-b', 'main', bare);
  git('init', '--quiet', '-b', 'main', work);
  return {
    bare,
    commit: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), text);
      }
      git('-C', work, 'add', '-A');
      git('-C', work, 'commit', '--quiet', '-m', 'change');
      git('-C', work, 'push', '--quiet', bare, 'HEAD:main');
      return git('-C', work, 'rev-parse', 'HEAD');
    },
  };
}
