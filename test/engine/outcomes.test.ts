import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import { proveAgain } from '../../src/app/prove-again.ts';
import type { DecisionOutcome } from '../../src/domain/outcome.ts';
import { createRecorder } from '../../src/adapters/recorder/recorder.ts';
import type { PassReport } from '../../src/engine/report.ts';
import { git } from '../../src/sandbox/github/git.ts';
import type { Behaviour } from '../../src/sandbox/cluster/kubelet/behaviour.ts';
import { deployment, HUNGRY, VERY_HUNGRY, args, behaviours, memory } from '../support/shop-manifests.ts';
import { NAME, OWNER } from '../support/shop.ts';
import { startRevertWorld } from './revert-world.ts';
import type { World, WorldOptions } from './world.ts';
import { outcomeOf, passOf, passUntil, passUntilAll, reasonOf, startWorld } from './world.ts';

const ORDERS: WorldOptions = {
  files: { orders: deployment('orders', memory('64Mi')) },
  behaviours: behaviours({ orders: HUNGRY }),
};
const CRASHES: Behaviour = { exit: 1, log: ['no idea what happened'] };

/** How each member of the union is reached; `reached` gives the outcome that was seen. */
const ROADS: Readonly<Record<DecisionOutcome, (t: TestContext) => Promise<unknown>>> = {
  opened: async (t) => open(await startWorld(t, ORDERS)),

  'would-open': async (t) => {
    const world = await startWorld(t, ORDERS);
    const observing = await world.app({ mode: 'observe' });
    await passUntil(observing, (report) => outcomeOf(report, 'orders') === 'would-open');
    const blindfold = await world.app({}, { ...world.env, GITHUB_TOKEN: '' });
    const report = await passOf(blindfold);
    assert.match(reasonOf(report, 'orders'), /no forge is configured/);
    assert.equal((await world.pulls()).length, 0);
    assert.ok(world.github.requests.every(({ method, path }) => method === 'GET' || path.startsWith('git:')));
    return outcomeOf(report, 'orders');
  },

  'already-open': async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    return seen(app, 'orders', 'already-open');
  },

  updated: async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    await seen(app, 'orders', 'already-open');
    await world.push({ orders: `# Somebody wrote this line.\n${deployment('orders', memory('64Mi'))}` });
    await seen(app, 'orders', 'updated');
    const [pull, ...more] = await world.pulls();
    assert.ok(pull && more.length === 0);
    await world.merge(1);
    return 'updated';
  },

  'closed-resolved': async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    await world.push({ orders: deployment('orders', memory('512Mi')) });
    await seen(app, 'orders', 'closed-resolved');
    const [pull] = await world.pulls();
    assert.deepEqual([pull?.state, pull?.labels.toSorted()], ['closed', ['remendo', 'remendo/resolved']]);
    const report = await passOf(app);
    assert.deepEqual([report.incidents.length, report.followed.length], [0, 0]);
    return 'closed-resolved';
  },

  'rejected-before': async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    await world.close(1);
    await seen(app, 'orders', 'rejected-before');
    assert.ok((await world.pulls())[0]?.labels.includes('remendo/rejected'));
    const [pattern] = app.ports.store.patterns();
    assert.deepEqual([pattern?.verified, pattern?.rejected], [0, 1]);
    return outcomeOf(await passOf(app), 'orders');
  },

  'refuted-before': async (t) => {
    const world = await startWorld(t, {
      files: { orders: deployment('orders', args('--prot=8080')) },
      behaviours: behaviours({ orders: CRASHES }),
      answers: ({ user }) => ({
        json: {
          decision: 'fix',
          reason: 'A guess.',
          evidence: [...user.matchAll(/\bE\d+\b/g)].slice(0, 1).map(([id]) => id),
          changes: [
            {
              object: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
              operations: [
                { op: 'replace', field: 'spec.template.spec.containers[name=orders].args[0]', value: '"--port=8080"' },
              ],
            },
          ],
        },
      }),
    });
    const app = await open(world);
    await world.merge(1);
    await seen(app, 'orders', 'not-fixed');
    // A person puts it back; the model can only repeat itself.
    await world.push({ orders: deployment('orders', args('--prot=8080')) });
    await seen(app, 'orders', 'refuted-before');
    assert.equal((await world.pulls()).length, 1);
    return 'refuted-before';
  },

  'limit-reached': async (t) => {
    const world = await startWorld(t, {
      files: { orders: deployment('orders', memory('64Mi')), bills: deployment('bills', memory('64Mi')) },
      behaviours: behaviours({ orders: HUNGRY, bills: HUNGRY }),
      config: { limits: { openPullRequests: 1, pullRequestsPerHour: 50 } },
    });
    const app = await world.app();
    const report = await passUntil(app, ({ incidents }) => incidents.length === 2);
    const outcomes = report.incidents.map(({ decision }) => decision.outcome);
    assert.equal((await world.pulls()).length, 1);
    return outcomes.at(-1);
  },

  'human-change-in-progress': async (t) => {
    const world = await startWorld(t, ORDERS);
    await world.push({ orders: deployment('orders', memory('96Mi')) }, 'mine');
    await world.github.openPull(OWNER, NAME, { by: 'reviewer', title: 'More memory', head: 'mine' });
    return seen(await world.app(), 'orders', 'human-change-in-progress');
  },

  'human-edited': async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    const [pull] = await world.pulls();
    const files = { 'shop/orders.yaml': deployment('orders', memory('200Mi')) };
    const author = { name: 'Dana', email: 'dana@example.com' };
    await world.github.commitFiles(OWNER, NAME, {
      branch: pull?.head.ref ?? '',
      files,
      message: 'better',
      author,
    });
    await seen(app, 'orders', 'human-edited');
    assert.deepEqual((await world.pulls())[0]?.comments, []);
    return 'human-edited';
  },

  'no-fix': async (t) => {
    const world = await startWorld(t, {
      files: { orders: deployment('orders') },
      behaviours: behaviours({ orders: CRASHES }),
    });
    const app = await world.app();
    await seen(app, 'orders', 'no-fix');
    const report = await passOf(app);
    const answers = report.incidents[0]?.answers ?? [];
    assert.ok(
      answers.some((answer) => answer.kind === 'declined' && answer.origin === 'llm'),
      'it says that no model is configured',
    );
    return outcomeOf(report, 'orders');
  },

  'not-located': async (t) => {
    const world = await startWorld(t, { files: { 'README.md': '' }, behaviours: behaviours({ stray: CRASHES }) });
    const template = {
      metadata: { labels: { app: 'stray' } },
      spec: { containers: [{ name: 'stray', image: 'img/stray:1' }] },
    };
    const spec = { replicas: 1, selector: { matchLabels: { app: 'stray' } }, template };
    world.cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'stray', namespace: 'shop' },
      spec,
    });
    return seen(await world.app(), 'stray', 'not-located');
  },

  'not-editable': async (t) => {
    const shared = deployment(
      'orders',
      '        resources: {limits: {memory: &size 64Mi}, requests: {memory: *size}}\n',
    );
    const world = await startWorld(t, { files: { orders: shared }, behaviours: behaviours({ orders: HUNGRY }) });
    return seen(await world.app(), 'orders', 'not-editable');
  },

  'refused-by-proof': async (t) => {
    const world = await startWorld(t, { ...ORDERS, config: { guardrails: { kinds: ['StatefulSet'] } } });
    const app = await world.app();
    await seen(app, 'orders', 'refused-by-proof');
    assert.equal((await world.pulls()).length, 0);
    return outcomeOf(await passOf(app), 'orders');
  },

  'proof-incomplete': async (t) => {
    const world = await startWorld(t, { ...ORDERS, config: { proof: { tolerateUnknown: [] } } });
    world.cluster.faults.set({ writesForbidden: true });
    return seen(await world.app(), 'orders', 'proof-incomplete');
  },

  verifying: async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    world.cluster.gitops.neverSync.add('shop');
    await world.merge(1);
    await seen(app, 'orders', 'verifying');
    assert.match((await world.pulls())[0]?.comments[0]?.body ?? '', /Following this change/);
    return 'verifying';
  },

  verified: async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await open(world);
    await world.merge(1);
    return seen(app, 'orders', 'verified');
  },

  'not-fixed': async (t) => {
    const world = await startWorld(t, { ...ORDERS, behaviours: behaviours({ orders: VERY_HUNGRY }) });
    const app = await open(world);
    await world.merge(1);
    await seen(app, 'orders', 'not-fixed');
    const [pattern] = app.ports.store.patterns();
    assert.deepEqual([pattern?.verified, pattern?.refuted], [0, 1]);
    return 'not-fixed';
  },

  'made-worse': async (t) => {
    const world = await startWorld(t, { ...ORDERS, config: { verify: { propagation: 8, soak: 3 } } });
    const app = await open(world);
    world.cluster.gitops.neverSync.add('shop');
    await world.merge(1);
    await world.push({ broken: 'kind: [unclosed\n' });
    return seen(app, 'orders', 'made-worse');
  },

  'never-applied': async (t) => {
    const world = await startWorld(t, { ...ORDERS, config: { verify: { propagation: 6, soak: 3 } } });
    const app = await open(world);
    world.cluster.gitops.neverSync.add('shop');
    await world.merge(1);
    await seen(app, 'orders', 'never-applied');
    const report = await passOf(app);
    assert.equal(outcomeOf(report, 'orders'), 'never-applied', 'it stays so, and nothing is proposed on top');
    assert.equal((await world.pulls()).length, 1);
    return outcomeOf(report, 'orders');
  },

  'timed-out': async (t) => {
    const world = await startWorld(t, { ...ORDERS, config: { verify: { propagation: 8, soak: 3 } } });
    const app = await open(world);
    const [pull] = await world.pulls();
    await world.merge(1);
    assert.ok(pull);
    // Somebody upgrades to an image that does not exist, before the fix was seen to hold.
    await world.push({ orders: deployment('orders', memory('128Mi'), 'nowhere/orders:2.0.0') });
    return seen(app, 'orders', 'timed-out');
  },

  'revert-opened': async (t) => {
    const world = await startRevertWorld(t);
    await world.comment('/remendo revert');
    return (await world.follow())[0]?.decision.outcome;
  },

  'would-revert': async (t) => {
    const world = await startRevertWorld(t);
    await world.comment('/remendo revert');
    const forge = { ...world.forge, writer: createRecorder().writer };
    return (await world.follow({ forge, policy: { mode: 'observe' } }))[0]?.decision.outcome;
  },

  'revert-refused': async (t) => {
    const world = await startRevertWorld(t);
    await world.push(null);
    await world.comment('/remendo revert');
    return (await world.follow())[0]?.decision.outcome;
  },

  reverting: async (t) => {
    const world = await startRevertWorld(t);
    await world.comment('/remendo revert');
    await world.follow();
    const before = (await world.pull(2)).base.sha;
    await world.merge(2);
    return (await world.follow({ applied: before }))[0]?.decision.outcome;
  },

  reverted: async (t) => {
    const world = await startWorld(t, { ...ORDERS, behaviours: behaviours({ orders: VERY_HUNGRY }) });
    const app = await open(world);
    await world.merge(1);
    await seen(app, 'orders', 'not-fixed');
    await world.github.comment(OWNER, NAME, 1, world.github.reviewer.login, '/remendo revert');
    const ended = (outcome: DecisionOutcome) => (report: PassReport) =>
      report.followed.some(({ decision }) => decision.outcome === outcome);
    await passUntil(app, ended('revert-opened'));
    assert.equal(outcomeOf(await passOf(app), 'orders'), 'reverting', 'no other fix until that is over');
    const proof = await proveAgain(app.ports, { repoURL: world.repoURL, number: 2 });
    assert.equal(proof.ok && proof.value.verdict, 'proven');
    await world.merge(2);
    await passUntil(app, ended('reverted'));
    const { incidents } = await passUntil(app, (report) => outcomeOf(report, 'orders') !== undefined);
    assert.ok(incidents.every(({ decision }) => decision.outcome !== 'opened'));
    const path = world.github.repositoryPath(OWNER, NAME);
    assert.equal(await git(path, ['show', 'main:shop/orders.yaml']), deployment('orders', memory('64Mi')));
    const [pattern] = app.ports.store.patterns();
    assert.deepEqual([pattern?.verified, pattern?.refuted, app.ports.store.patterns().length], [0, 1, 1]);
    return 'reverted';
  },

  failed: async (t) => {
    const world = await startWorld(t, ORDERS);
    const app = await world.app();
    world.github.fault({ kind: 'forbidden', method: 'POST', path: /\/git\/blobs/, times: 1000 });
    return seen(app, 'orders', 'failed');
  },
};

async function open(world: World) {
  const app = await world.app();
  await passUntil(app, (report) => outcomeOf(report, 'orders') === 'opened');
  return app;
}

async function seen(
  app: Awaited<ReturnType<World['app']>>,
  name: string,
  outcome: DecisionOutcome,
): Promise<DecisionOutcome> {
  await passUntilAll(app, { [name]: outcome });
  return outcome;
}

// Most of the time is spent waiting for the embedded clusters.
void suite('every outcome has a road', { concurrency: 4 }, () => {
  for (const [outcome, reach] of Object.entries(ROADS)) {
    void test(`the road to ${outcome}`, async (t) => {
      const reached = await reach(t);
      if (typeof reached === 'string') assert.equal(reached, outcome);
    });
  }
});
