import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { runLoop } from '../../src/engine/loop.ts';
import { git } from '../../src/sandbox/github/git.ts';
import type { GitHubSandbox } from '../../src/sandbox/github/sandbox.ts';
import type { PassReport } from '../../src/engine/report.ts';
import { HUNGRY, VERY_HUNGRY, application, behaviours, deployment, memory } from '../support/shop-manifests.ts';
import { NAME, OWNER } from '../support/shop.ts';
import type { WorldOptions } from './world.ts';
import { outcomeOf, passOf, passUntil, passUntilAll, reasonOf, startWorld } from './world.ts';

const ORDERS: WorldOptions = {
  files: { orders: deployment('orders', memory('64Mi')) },
  behaviours: behaviours({ orders: HUNGRY }),
};

/** Requests that write through the API; git's own are POST as well. */
const writesTo = ({ requests }: GitHubSandbox): number =>
  requests.filter(({ method, path }) => method !== 'GET' && !path.startsWith('git:')).length;

void suite('troubles', { concurrency: 4 }, () => {
  void test('a forge that cannot be read: nothing is decided, opened or closed, and later it goes on', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    for (const kind of ['secondary-rate-limit', 'html', 'unauthorized'] as const) {
      world.github.fault({ kind, method: 'GET', path: /\/pulls$/, retryAfter: 1, times: 3 });
      const report = await passOf(app);
      assert.deepEqual([report.unreadable.length, report.followed.length], [1, 0], kind);
      assert.equal(outcomeOf(report, 'orders'), 'failed', kind);
      await passUntil(app, (one) => one.unreadable.length === 0);
    }
    const pulls = await world.pulls();
    assert.deepEqual([pulls.length, pulls[0]?.state], [1, 'open']);
  });

  void test('a forge that wants to be left alone is left alone', async (t) => {
    const world = await startWorld(t, { ...ORDERS, speed: 2 });
    const app = await world.app();
    await passUntil(app, (report) => report.incidents.length === 1);
    world.github.fault({ kind: 'secondary-rate-limit', method: 'GET', path: /^\/repos/, retryAfter: 3000 });
    await passOf(app);
    const before = world.github.requests.filter(({ path }) => !path.startsWith('git:')).length;
    const report = await passOf(app);
    assert.match(report.unreadable[0]?.reason ?? '', /left alone until/);
    assert.equal(world.github.requests.filter(({ path }) => !path.startsWith('git:')).length, before);
  });

  void test('kinds that may not be read: blind, and a failure that is not seen is not gone', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    world.cluster.faults.set({ forbidden: ['Pod'] });
    for (let i = 0; i < 4; i++) {
      const report = await passOf(app);
      assert.ok(report.blind.some(({ kind }) => kind === 'Pod'));
      assert.deepEqual([report.incidents.length, report.followed.length], [0, 0]);
    }
    await world.merge(1);
    await passUntil(app, (report) => reasonOf(report, 'orders').includes('cannot be read'));
    assert.ok(!(await world.pulls())[0]?.labels.includes('remendo/verified'));
    world.cluster.faults.clear();
    await passUntilAll(app, { orders: 'verified' });
  });

  void test('a cluster that cannot be read at all is an error, not silence', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    world.cluster.faults.set({ unreachable: true });
    const reports: PassReport[] = [];
    const end = new AbortController();
    const running = runLoop(
      app.ports,
      { intervalSeconds: 1, debounceSeconds: 0.2 },
      (one) => void reports.push(one),
      end.signal,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(reports.length, 0);
    world.cluster.faults.clear();
    while (reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    end.abort();
    await running;
    assert.equal((await world.pulls())[0]?.state, 'open');
  });

  void test('a failure that comes and goes is not resolved: the looks must be in a row', async (t) => {
    const world = await startWorld(t, {
      ...ORDERS,
      config: { verify: { propagation: 30, soak: 0, resolvedObservations: 3 } },
    });
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    await world.push({ orders: deployment('orders', memory('512Mi')) });
    await passUntil(app, (report) => reasonOf(report, 'orders').includes('in 1 of 3 looks'));
    await world.push({ orders: deployment('orders', memory('64Mi')) });
    await passUntil(app, (report) => report.incidents.length === 1);
    assert.match((await world.pulls())[0]?.comments[0]?.body ?? '', /seen again/);
    await world.push({ orders: deployment('orders', memory('512Mi')) });
    await passUntil(app, (report) => reasonOf(report, 'orders').includes('in 1 of 3 looks'));
    assert.match(reasonOf(await passOf(app), 'orders'), /in 2 of 3 looks/);
    assert.equal(outcomeOf(await passOf(app), 'orders'), 'closed-resolved');
  });

  void test('a workload that was scaled away, or deleted, does not prove that its failure is gone', async (t) => {
    const world = await startWorld(t, {
      ...ORDERS,
      config: { verify: { propagation: 30, soak: 0, resolvedObservations: 1 } },
    });
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    await world.push({ orders: deployment('orders', memory('64Mi')).replace('replicas: 1', 'replicas: 0') });
    await passUntil(app, (report) => report.incidents.length === 0);
    for (let i = 0; i < 2; i++) assert.equal((await passOf(app)).followed.length, 0);
    await world.push({ orders: null, other: deployment('other') });
    await passUntil(app, () => world.cluster.get('Deployment', 'shop', 'orders') === undefined);
    for (let i = 0; i < 2; i++) assert.equal((await passOf(app)).followed.length, 0);
    assert.equal((await world.pulls())[0]?.state, 'open');
  });

  void test('a stop lets the step in hand finish, and begins no other', async (t) => {
    const files = { orders: deployment('orders', memory('64Mi')), bills: deployment('bills', memory('64Mi')) };
    const end = new AbortController();
    const world = await startWorld(t, {
      files,
      behaviours: behaviours({ orders: HUNGRY, bills: HUNGRY }),
      onGitHubRequest: (_, { method, path }) => {
        if (method === 'POST' && path.endsWith('/git/blobs')) end.abort();
      },
    });
    const watching = await world.app({ mode: 'observe' });
    await passUntil(watching, (report) => report.incidents.length === 2);
    const report = await passOf(await world.app(), end.signal);
    assert.equal(report.incidents.length, 1);
    assert.equal(report.incidents[0]?.decision.outcome, 'opened');
    const [pull, ...more] = await world.pulls();
    assert.deepEqual([pull?.labels, more.length], [['remendo'], 0]);
    assert.equal(report.incidents[0]?.proof?.checks.find(({ name }) => name === 'api-server')?.result, 'pass');
  });

  void test('a clock that goes back loses nothing and opens nothing twice', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    let back = 0;
    const clock: Clock = { ...app.ports.clock, now: () => new Date(world.clock.now().getTime() - back) };
    const turned = { ...app, ports: { ...app.ports, clock } };
    await passUntil(turned, (report) => outcomeOf(report, 'orders') === 'opened');
    await world.merge(1);
    await passUntil(turned, (report) => reasonOf(report, 'orders').includes('gone since'));
    back = 3_600_000;
    await passUntilAll(turned, { orders: 'verified' });
    assert.equal((await world.pulls()).length, 1);
  });

  void test('a model that is down leaves rules at work, and is said to be down', async (t) => {
    const world = await startWorld(t, {
      files: { orders: deployment('orders', memory('64Mi')), riddle: deployment('riddle') },
      behaviours: behaviours({ orders: HUNGRY, riddle: { exit: 1 } }),
      answers: () => ({ misbehave: 'server-error' }),
    });
    const app = await world.app();
    const seen = await passUntilAll(app, { orders: 'opened', riddle: 'no-fix' });
    assert.ok(seen.get('orders')?.includes('opened'));
    const report = await passOf(app);
    const riddle = report.incidents.find(({ incident }) => incident.object.name === 'riddle');
    const model = riddle?.answers.find(({ origin }) => origin === 'llm');
    assert.ok(model?.kind === 'declined' && /server-error|circuit/.test(model.reason), JSON.stringify(model));
  });

  void test('a learned pattern that cannot be proven here gives way to the other sources', async (t) => {
    const world = await startWorld(t, {
      files: { orders: deployment('orders', memory('64Mi')) },
      behaviours: behaviours({ orders: HUNGRY }),
      config: { guardrails: { maxResourceFactor: 2.5 } },
    });
    const app = await world.app();
    app.ports.store.putPattern({
      id: 'p',
      kind: 'Deployment',
      cause: 'memory/oom-killed',
      shape: ['containerType=container'],
      change: [{ kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 3 }],
      verified: 5,
      refuted: 0,
      rejected: 0,
      lastOutcomeAt: world.clock.now().toISOString(),
      sources: [],
    });
    const report = await passUntil(app, (one) => outcomeOf(one, 'orders') === 'opened');
    assert.equal(report.incidents[0]?.chosen?.origin, 'rule');
    assert.match((await world.pulls())[0]?.title ?? '', /128Mi/);
  });

  void test('a base on which the proof does not hold any more: said once on the pull request, and taken back', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    const number = await world
      .push({ orders: deployment('orders', memory('96Mi')) }, 'mine')
      .then(() => world.github.openPull(OWNER, NAME, { by: 'reviewer', title: 'mine', head: 'mine' }));
    await passUntil(app, (report) => reasonOf(report, 'orders').includes('on the present head'));
    const said = (await world.pulls())[0]?.comments ?? [];
    assert.match(said[0]?.body ?? '', /does not hold any more/);
    const before = writesTo(world.github);
    await passOf(app);
    assert.equal(writesTo(world.github), before);
    await world.close(number);
    await passUntil(app, (report) => !reasonOf(report, 'orders').includes('on the present head'));
    assert.match((await world.pulls())[0]?.comments[0]?.body ?? '', /holds again/);
  });

  void test('a rejection can be taken back with the retry label, whoever comes first', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    await world.close(1);
    await passUntil(app, (report) => report.followed.some(({ decision }) => decision.outcome === 'rejected-before'));
    const forge = app.ports.forgeOf(world.repoURL);
    await forge?.writer.setLabels(1, ['remendo', 'remendo/rejected', 'remendo/retry']);
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    assert.equal((await world.pulls()).length, 2);
  });

  void test('an open pull request is left as it is when its Application follows another branch', async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    const before = (await world.pulls())[0]?.head.sha;
    await world.push({ orders: `# Release.\n${deployment('orders', memory('64Mi'))}` }, 'release');
    const own = application(world.repoURL);
    const spec = own['spec'] as JsonObject;
    const source = { ...(spec['source'] as JsonObject), targetRevision: 'release' };
    world.cluster.apply({ ...own, spec: { ...spec, source } });
    await passUntil(app, (report) => reasonOf(report, 'orders').includes('the Application follows release now'));
    const [pull, ...more] = await world.pulls();
    assert.deepEqual([pull?.head.sha, more.length], [before, 0]);
    assert.match(pull?.comments[0]?.body ?? '', /does not hold any more/);
  });

  void test('what an open pull request replaces was changed: the same pull request gets the fix of what is there now', async (t) => {
    const world = await startWorld(t, {
      ...ORDERS,
      behaviours: behaviours({ orders: VERY_HUNGRY }),
      config: { limits: { openPullRequests: 20, pullRequestsPerHour: 50, humanChange: 5 } },
    });
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    await world.push({ orders: deployment('orders', memory('48Mi')) });
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'updated');
    const [pull, ...more] = await world.pulls();
    assert.deepEqual([pull?.title, more.length], ['orders: set limits.memory to 64Mi', 0]);
    const sha = await world.merge(1);
    const path = world.github.repositoryPath(OWNER, NAME);
    assert.equal(await git(path, ['show', `${sha}:shop/orders.yaml`]), deployment('orders', memory('64Mi')));
  });

  void test('a merged fix that somebody has replaced since teaches nothing', async (t) => {
    const world = await startWorld(t, { ...ORDERS, behaviours: behaviours({ orders: VERY_HUNGRY }) });
    const app = await world.app();
    await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
    // Both arrive together.
    world.cluster.gitops.neverSync.add('shop');
    await world.merge(1);
    await world.push({ orders: deployment('orders', memory('2Gi')) });
    world.cluster.gitops.neverSync.delete('shop');
    await passUntilAll(app, { orders: 'timed-out' });
    assert.match((await world.pulls())[0]?.comments[0]?.body ?? '', /limits\.memory was changed after the merge/);
    assert.deepEqual(app.ports.store.patterns(), []);
  });
});
