import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { createNoRegistry } from '../../src/adapters/registry/registry.ts';
import { createStore } from '../../src/adapters/sqlite/store.ts';
import type { Application } from '../../src/domain/kubernetes/application.ts';
import { project } from '../../src/domain/kubernetes/project.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { problem } from '../../src/domain/problem.ts';
import { err } from '../../src/domain/result.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { follow } from '../../src/engine/follow.ts';
import { remember } from '../../src/engine/forge-memory.ts';
import { learnFrom } from '../../src/engine/lessons.ts';
import type { EnginePorts } from '../../src/engine/ports.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { indexApplications } from '../../src/stages/locate/applications.ts';
import { createSources } from '../../src/stages/locate/sources.ts';
import type { Git } from '../../src/ports/git.ts';
import { createTestLog, forgeOn, value } from '../adapters/github/client.ts';
import type { TestGitHub } from '../sandbox/github/world.ts';
import { startGitHub } from '../sandbox/github/world.ts';
import { snapshotWith } from '../stages/prove/scene.ts';
import { BRANCH, POLICY, delivery, hide, incident, redact, run, stoppedAt } from '../stages/deliver/world.ts';

const URL_OF = 'https://forge.example/acme/shop';
const SOON = new Date(Date.now() + 60_000).toISOString();
const LATER = new Date(Date.now() + 3_600_000).toISOString();

/** An Application that has applied a revision a moment ago, and a healthy Deployment. */
function healthy(revision: string): Snapshot {
  const application: Application = {
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      destination: { namespace: 'shop' },
      source: { repoURL: URL_OF, path: 'apps/web' },
      syncPolicy: { automated: {} },
    },
    status: {
      sync: { status: 'Synced', revision },
      reconciledAt: LATER,
      history: [{ revision, deployedAt: new Date().toISOString() }],
    },
  };
  const deployment = project('Deployment', {
    metadata: { name: 'web', namespace: 'shop', generation: 1 },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [{ name: 'web' }] } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  });
  assert.ok(deployment.ok);
  return { ...snapshotWith({ Deployment: [deployment.value], Application: [application] }), cluster: 'test' };
}

const contains: Pick<Git, 'open'> = {
  open: async () => {
    const no = async () => err(problem('not-asked', 'not asked'));
    const isAncestor = async (ancestor: string, revision: string) => ({
      ok: true as const,
      value: ancestor === revision,
    });
    const rest = { resolve: no, checkout: no, log: no, readFile: no, diff: no, refresh: no };
    return { ok: true, value: { url: URL_OF, ...rest, isAncestor } };
  },
};

async function portsAt(time: string): Promise<EnginePorts> {
  const log = createTestLog();
  const clock = stoppedAt(time);
  const never = (): never => assert.fail('not asked in this test');
  return {
    cluster: { snapshot: never, logs: never, watch: never, close: async () => undefined },
    dryRun: { apply: never, create: never },
    git: contains,
    forgeOf: never,
    registry: createNoRegistry(),
    store: await createStore({ file: ':memory:', log, clock }),
    audit: { append: () => undefined, records: () => [] },
    clock,
    log,
    policy: POLICY,
    hide,
    redact,
    proposers: () => [],
    sourcesOf: never,
  };
}

async function once(forge: Forge, snapshot: Snapshot, time: string, incidents: readonly Incident[] = []) {
  const ports = await portsAt(time);
  const memory = value(await remember(URL_OF, forge));
  const [own] = memory.ledger;
  assert.ok(own);
  const sources = createSources({
    git: contains,
    renderers: [],
    applications: indexApplications(snapshot),
    log: ports.log,
  });
  const report = await follow(ports, memory, own, { snapshot, incidents, sources });
  const again = value(await remember(URL_OF, forge));
  learnFrom(ports, again.ledger);
  return { decision: report?.decision, patterns: ports.store.patterns() };
}

async function merged(t: TestContext): Promise<{ github: TestGitHub; snapshot: Snapshot }> {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  const sha = await github.sandbox.merge('acme', 'shop', 1);
  const snapshot = healthy(sha);
  assert.equal((await once(forgeOn(github), snapshot, SOON)).decision?.outcome, 'verifying');
  return { github, snapshot };
}

/** A forge whose process ends before its nth write. */
function cut(github: TestGitHub, nth: number): Forge {
  let left = nth;
  return forgeOn(github, {
    fetch: async (url, init) => {
      if ((init?.method ?? 'GET') !== 'GET' && left-- <= 0) throw new Error('killed');
      return left < 0 ? Promise.reject(new Error('killed')) : fetch(url, init);
    },
  });
}

void test('an end is written once, wherever a process ends between its comment and its label', async (t) => {
  for (let nth = 0; nth < 4; nth++) {
    const { github, snapshot } = await merged(t);
    await once(cut(github, nth), snapshot, LATER).catch(() => undefined);
    const { decision, patterns } = await once(forgeOn(github), snapshot, LATER);
    const [pull] = await github.sandbox.pulls('acme', 'shop');
    assert.deepEqual([pull?.labels.toSorted(), pull?.comments.length], [['remendo', 'remendo/verified'], 1], `${nth}`);
    assert.match(pull?.comments[0]?.body ?? '', /Verified/);
    assert.ok(decision === undefined || decision.outcome === 'verified');
    assert.equal(patterns[0]?.verified, 1);
    assert.equal((await once(forgeOn(github), snapshot, LATER)).decision, undefined, 'nothing more to do');
  }
});

void test('an end that was written is not judged again, though its label is missing', async (t) => {
  const { github, snapshot } = await merged(t);
  await once(forgeOn(github), snapshot, LATER);
  await forgeOn(github).writer.setLabels(1, ['remendo']);
  const now = { ...snapshot, objects: { ...snapshot.objects, Application: [] } };
  assert.equal((await once(forgeOn(github), now, LATER)).decision?.outcome, 'verified');
  assert.ok((await github.sandbox.pulls('acme', 'shop'))[0]?.labels.includes('remendo/verified'));
});

void test('a rejection is noted once, and keeps the label that asks for a retry', async (t) => {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  await github.sandbox.closePull('acme', 'shop', 1);
  const snapshot = healthy('x');
  const first = await once(forgeOn(github), snapshot, SOON);
  assert.deepEqual([first.decision?.outcome, first.patterns[0]?.rejected], ['rejected-before', 1]);
  assert.equal((await once(forgeOn(github), snapshot, SOON)).decision, undefined);
  assert.equal((await github.sandbox.pulls('acme', 'shop'))[0]?.comments.length, 1);
});

void test('closed and to be asked again at once: no rejection is noted', async (t) => {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  await github.sandbox.closePull('acme', 'shop', 1);
  await forgeOn(github).writer.setLabels(1, ['remendo', 'remendo/retry']);
  const { decision, patterns } = await once(forgeOn(github), healthy('x'), SOON);
  assert.deepEqual([decision, patterns.length], [undefined, 0]);
  assert.equal((await run(forgeOn(github))).outcome, 'opened');
});

void test('reopened and merged after all: it is followed like any other', async (t) => {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  await forgeOn(github).writer.setLabels(1, ['remendo', 'remendo/rejected']);
  const sha = await github.sandbox.merge('acme', 'shop', 1);
  await once(forgeOn(github), healthy(sha), SOON);
  const { decision, patterns } = await once(forgeOn(github), healthy(sha), LATER);
  assert.deepEqual([decision?.outcome, patterns[0]?.verified, patterns[0]?.rejected], ['verified', 1, 0]);
});

void test('what was never applied is looked at again while its failure is there', async (t) => {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  await github.sandbox.merge('acme', 'shop', 1);
  const old = healthy('not the merge');
  assert.equal((await once(forgeOn(github), old, LATER)).decision?.outcome, 'never-applied');
  assert.equal((await once(forgeOn(github), old, LATER)).decision, undefined);
  assert.equal((await run(forgeOn(github))).outcome, 'never-applied');
});

void test('a label that somebody else put on ends nothing and teaches nothing', async (t) => {
  const { github, snapshot } = await merged(t);
  const forge = forgeOn(github);
  await forge.writer.setLabels(1, ['remendo', 'remendo/verified']);
  const { decision, patterns } = await once(forge, snapshot, SOON);
  assert.deepEqual([decision?.outcome, patterns.length], ['verifying', 0]);
  const end = await once(forge, snapshot, LATER);
  assert.deepEqual([end.decision?.outcome, end.patterns[0]?.verified], ['verified', 1]);
  await forge.writer.setLabels(1, ['remendo', 'remendo/not-fixed']);
  assert.deepEqual((await once(forge, snapshot, LATER)).patterns[0]?.refuted, 0, 'nor can an end be turned round');
  assert.ok((await github.sandbox.pulls('acme', 'shop'))[0]?.labels.includes('remendo/verified'), 'it is mended');
});

void test('closed as resolved, wherever a process ends; and if the failure is back meanwhile, nothing says resolved', async (t) => {
  const pullOf = async (github: TestGitHub) => (await github.sandbox.pulls('acme', 'shop'))[0];
  for (let nth = 0, done = false; !done; nth++) {
    // Without the failure: with everything but the closing done.
    for (const back of nth === 4 ? [true, false] : [true]) {
      const github = await startGitHub(t);
      await run(forgeOn(github));
      for (const time of [SOON, LATER]) await once(forgeOn(github), healthy('x'), time);
      const requests = github.sandbox.requests.length;
      await once(cut(github, nth), healthy('x'), LATER).catch(() => undefined);
      const writes = github.sandbox.requests.slice(requests).filter(({ method }) => method !== 'GET').length;
      done = writes < nth;
      const incidents = back ? [incident()] : [];
      await once(forgeOn(github), healthy('x'), LATER, incidents);
      const pull = await pullOf(github);
      if (!back || pull?.state === 'closed') {
        assert.deepEqual([pull?.state, pull?.labels.toSorted()], ['closed', ['remendo', 'remendo/resolved']], `${nth}`);
        continue;
      }
      assert.deepEqual([pull?.state, pull?.labels], ['open', ['remendo']], `${nth}`);
      await github.sandbox.closePull('acme', 'shop', 1);
      const { decision } = await once(forgeOn(github), healthy('x'), LATER, incidents);
      assert.equal(decision?.outcome, 'rejected-before', `${nth}`);
      assert.equal((await run(forgeOn(github))).outcome, 'rejected-before');
    }
  }
});

void test('the third fix that did not help says that a person is needed', async (t) => {
  const github = await startGitHub(t);
  for (let n = 1; n <= 3; n++) {
    await run(forgeOn(github), {}, (base) => delivery(base, {}, `try: ${n}\n`));
    const sha = await github.sandbox.merge('acme', 'shop', n);
    const failing = incident({ since: LATER, affected: [] });
    assert.equal((await once(forgeOn(github), healthy(sha), LATER, [failing])).decision?.outcome, 'not-fixed');
    const said =
      (await github.sandbox.pulls('acme', 'shop')).find(({ number }) => number === n)?.comments[0]?.body ?? '';
    assert.equal(/this needs a person/.test(said), n === 3, said);
  }
  assert.equal((await run(forgeOn(github), {}, (base) => delivery(base, {}, 'try: 4\n'))).outcome, 'refuted-before');
});

void test('of two comments that processes left at the same moment, the one is read that is written', async (t) => {
  const { github, snapshot } = await merged(t);
  const [first] = (await github.sandbox.pulls('acme', 'shop'))[0]?.comments ?? [];
  const stale = (first?.body ?? '').replaceAll(/remendo:outcome v1 [^ ]+/g, () => {
    const waiting = { version: 1, end: 'waiting', phase: 'propagation', detail: 'Not applied yet.' };
    return `remendo:outcome v1 ${Buffer.from(JSON.stringify(waiting)).toString('base64')}`;
  });
  await github.sandbox.comment('acme', 'shop', 1, github.sandbox.bot.login, stale);
  assert.equal((await once(forgeOn(github), snapshot, LATER)).decision?.outcome, 'verified');
});

void test('what somebody pushes while a pull request is closed as resolved is not deleted with its branch', async (t) => {
  const github = await startGitHub(t);
  await run(forgeOn(github));
  for (const time of [SOON, LATER]) await once(forgeOn(github), healthy('x'), time);
  let pushed = '';
  const forge = forgeOn(github, {
    fetch: async (url, init) => {
      if (init?.method === 'POST' && pushed === '') {
        const author = { name: 'Dana', email: 'dana@example.com' };
        const commit = { branch: BRANCH, files: { 'mine.txt': 'mine' }, message: 'mine', author };
        pushed = await github.sandbox.commitFiles('acme', 'shop', commit);
      }
      return fetch(url, init);
    },
  });
  assert.equal((await once(forge, healthy('x'), LATER)).decision?.outcome, 'closed-resolved');
  assert.ok(pushed !== '');
  assert.equal(value(await forge.reader.branch(BRANCH)), pushed);
});

void test('an Application that was renamed is followed by the object that it deploys', async (t) => {
  const { github, snapshot } = await merged(t);
  const tracking = 'store:apps/Deployment:shop/web';
  const now = {
    ...snapshot.objects,
    Application: snapshot.objects.Application.map((one) => ({ ...one, metadata: { ...one.metadata, name: 'store' } })),
    Deployment: snapshot.objects.Deployment.map((one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: { 'argocd.argoproj.io/tracking-id': tracking } },
    })),
  };
  const { decision } = await once(forgeOn(github), { ...snapshot, objects: now }, LATER);
  assert.equal(decision?.outcome, 'verified');
});
