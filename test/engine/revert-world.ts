import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createGit } from '../../src/adapters/git/git.ts';
import { createNoRegistry } from '../../src/adapters/registry/registry.ts';
import { createDirectoryRenderer } from '../../src/adapters/render/directory.ts';
import { createStore } from '../../src/adapters/sqlite/store.ts';
import { project } from '../../src/domain/kubernetes/project.ts';
import type { Application } from '../../src/domain/kubernetes/application.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { ok } from '../../src/domain/result.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { pass } from '../../src/engine/pass.ts';
import type { EnginePorts } from '../../src/engine/ports.ts';
import type { FollowReport } from '../../src/engine/report.ts';
import type { DryRun } from '../../src/ports/cluster.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { git } from '../../src/sandbox/github/git.ts';
import type { PullView } from '../../src/sandbox/github/api.ts';
import type { End } from '../../src/stages/deliver/state-block.ts';
import { indexApplications } from '../../src/stages/locate/applications.ts';
import { createSources } from '../../src/stages/locate/sources.ts';
import { createTestLog, forgeOn, mainOf } from '../adapters/github/client.ts';
import type { TestGitHub } from '../sandbox/github/world.ts';
import { startGitHub } from '../sandbox/github/world.ts';
import { PATH, POLICY, changeSet, delivery, end, hide, redact, run, stoppedAt } from '../stages/deliver/world.ts';
import { snapshotWith } from '../stages/prove/scene.ts';

const URL_OF = 'https://forge.example/acme/shop';
const DANA = { name: 'Dana', email: 'dana@example.com' };

/** What fails: `64Mi` is too little; so is `128Mi`. */
export const MANIFEST = `# Owner: team web
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: "shop/web:1.0.0"
        resources:
          limits:
            memory: 64Mi   # measured
            cpu: 200m
`;
export const MERGED = MANIFEST.replace('64Mi', '128Mi');

export interface PassOptions {
  readonly forge?: Forge;
  readonly time?: string;
  readonly policy?: Partial<Policy>;
  /** Revision that Argo CD has compared and applied; the head of main unless given. */
  readonly applied?: string;
  readonly dryRun?: Partial<DryRun>;
}

/** A repository whose pull request 1 was merged and ended, on a forge that speaks GitHub's protocol. */
export interface RevertWorld {
  readonly github: TestGitHub;
  readonly forge: Forge;
  /** One pass that follows pull requests, as `verify` of the Action makes it. */
  follow(options?: PassOptions): Promise<readonly FollowReport[]>;
  comment(body: string, by?: string): Promise<number>;
  /** As a person pushes it. */
  push(content: string | null): Promise<string>;
  merge(number: number): Promise<string>;
  pulls(): Promise<readonly PullView[]>;
  pull(number: number): Promise<PullView>;
  /** Remendo's one comment on a pull request. */
  said(number: number): Promise<string>;
  file(revision: string): Promise<string>;
}

export async function startRevertWorld(t: TestContext, as: End = 'not-fixed'): Promise<RevertWorld> {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  const push = (content: string | null): Promise<string> =>
    sandbox.commitFiles('acme', 'shop', {
      branch: 'main',
      files: { [PATH]: content },
      message: 'by hand',
      author: DANA,
    });
  await push(MANIFEST);
  await run(forge, {}, (base) => delivery(base, { changeSet: changeSet(base, MANIFEST, MERGED) }));
  await sandbox.merge('acme', 'shop', 1, { method: 'squash' });
  await end(forge, 1, as);
  const pulls = (): Promise<readonly PullView[]> => sandbox.pulls('acme', 'shop');
  const pull = async (number: number): Promise<PullView> => {
    const found = (await pulls()).find((one) => one.number === number);
    assert.ok(found, `#${number}`);
    return found;
  };
  return {
    github,
    forge,
    push,
    pulls,
    pull,
    comment: (body, by = sandbox.reviewer.login) => sandbox.comment('acme', 'shop', 1, by, body),
    merge: (number) => sandbox.merge('acme', 'shop', number, { method: 'squash' }),
    async said(number) {
      const { comments } = await pull(number);
      const own = comments.filter(({ author }) => author === sandbox.bot.login);
      assert.ok(own.length <= 1, 'one sticky comment');
      return own[0]?.body ?? '';
    },
    file: (revision) => git(sandbox.repositoryPath('acme', 'shop'), ['show', `${revision}:${PATH}`]),
    async follow(options = {}) {
      const ports = await portsOf(github, options, options.applied ?? (await mainOf(forge)));
      const report = await pass(ports, undefined, { only: 'follow' });
      assert.ok(report.ok);
      return report.value.followed;
    },
  };
}

async function portsOf(github: TestGitHub, options: PassOptions, applied: string): Promise<EnginePorts> {
  const { forge = forgeOn(github), time = new Date(Date.now() + 5000).toISOString(), policy, dryRun } = options;
  const log = createTestLog();
  const clock = stoppedAt(time);
  const never = (): never => assert.fail('not asked in this test');
  const unavailable = async () => ({ kind: 'unavailable' as const, reason: 'offline' });
  const repositories = createGit({
    cacheDirectory: join(github.directory, 'cache'),
    local: new Map([[URL_OF, github.sandbox.repositoryPath('acme', 'shop')]]),
    credentials: async () => undefined,
    log,
  });
  return {
    cluster: { snapshot: async () => ok(clusterAt(applied)), logs: never, watch: never, close: async () => undefined },
    dryRun: { apply: unavailable, create: unavailable, ...dryRun },
    git: repositories,
    forgeOf: () => forge,
    registry: createNoRegistry(),
    store: await createStore({ file: ':memory:', log, clock }),
    audit: { append: () => undefined, records: () => [] },
    clock,
    log,
    policy: { ...POLICY, mode: 'propose', ...policy },
    hide,
    redact,
    proposers: () => [],
    sourcesOf: (snapshot) =>
      createSources({
        git: repositories,
        renderers: [createDirectoryRenderer()],
        applications: indexApplications(snapshot),
        log,
      }),
  };
}

function clusterAt(revision: string): Snapshot {
  const application: Application = {
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      destination: { namespace: 'shop' },
      source: { repoURL: URL_OF, path: 'apps/web' },
      syncPolicy: { automated: {} },
    },
    status: {
      resources: [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' }],
      sync: { status: 'Synced', revision },
      reconciledAt: new Date(Date.now() + 3_600_000).toISOString(),
      history: [{ revision, deployedAt: new Date().toISOString() }],
    },
  };
  const deployment = project('Deployment', {
    metadata: {
      name: 'web',
      namespace: 'shop',
      annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' },
    },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [{ name: 'web' }] } } },
  });
  assert.ok(deployment.ok);
  return { ...snapshotWith({ Deployment: [deployment.value], Application: [application] }), cluster: 'test' };
}
