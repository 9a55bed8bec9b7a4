import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PullView } from './hosts/host.ts';
import { deployment, lines } from './manifests.ts';
import type { Team, World } from './world.ts';
import { endOf, incidentOf, startWorld, until } from './world.ts';

/** What does not simply go well: each ends with a name, and Remendo says why. */
let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
  await world.cluster.images.push('shop/stock', '1.0.1');
  world.watch();
});
after(() => world.close());

const hungry = (name: string, mebibytes: number, limit: string, metadata = ''): string =>
  deployment(
    name,
    `${world.cluster.registry}/shop/app:1`,
    lines(`env: [{name: ALLOCATE_MIB, value: "${mebibytes}"}]`, `resources: {limits: {memory: ${limit}}}`),
  ).replace('spec:\n', `${metadata}spec:\n`);
const seen =
  (team: Team): (() => unknown) =>
  () =>
    incidentOf(world.last(), team.name);

async function opened(team: Team): Promise<PullView> {
  return until(`a pull request for ${team.name}`, 400, async () => (await team.pulls())[0], seen(team));
}

async function ended(team: Team, number: number, seconds = 400): Promise<PullView> {
  return until(
    `the end of #${number} of ${team.name}`,
    seconds,
    async () => (await team.pulls()).find((pull) => pull.number === number && endOf(pull) !== undefined),
    () => JSON.stringify(seen(team)()),
  );
}

const words = (pull: PullView | undefined): string => (pull?.comments ?? []).map(({ body }) => body).join('\n');

/** What `argocd app sync` writes. */
async function syncByHand(team: Team): Promise<void> {
  const operation = {
    initiatedBy: { username: 'dana' },
    sync: { syncStrategy: { hook: {} }, syncOptions: ['CreateNamespace=true'] },
  };
  const path = `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${team.name}`;
  const { status } = await world.cluster.admin.send('PATCH', path, { operation }, 'application/merge-patch+json');
  assert.equal(status, 200);
}

describe('what does not simply go well', { concurrency: 5 }, () => {
  test('a fix that does not help is told, and its pattern is not trusted', () =>
    world.scenario('a fix that does not help', 'not-fixed', async () => {
      const team = await world.team('billing', { 'app/billing.yaml': hungry('billing', 900, '32Mi') });
      await team.deploy();
      const pull = await opened(team);
      await team.merge(pull.number);
      const end = await ended(team, pull.number);
      assert.equal(endOf(end), 'not-fixed', words(end));
      assert.match(words(end), /still fails: .*memory limit is 64Mi/);
    }));

  test('an Application without automated sync: waiting, and the reason', () =>
    world.scenario('manual sync application', 'waiting, then verified', async () => {
      const team = await world.team('invoice', { 'app/invoice.yaml': hungry('invoice', 40, '32Mi') });
      await team.deploy({ manual: true });
      await until('the first comparison', 200, async () =>
        (await world.cluster.admin.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/invoice'))?.status
          ?.sync?.status === 'OutOfSync'
          ? true
          : undefined,
      );
      await syncByHand(team);
      const pull = await opened(team);
      await team.merge(pull.number);
      await until(
        'the reason why nothing happens',
        300,
        async () => (words((await team.pulls())[0]).includes('no automated sync') ? true : undefined),
        () => JSON.stringify(seen(team)()),
      );
      await syncByHand(team);
      const end = await ended(team, pull.number);
      assert.equal(endOf(end), 'verified', words(end));
    }));

  test('a sync that waits for the broken workload blocks its own fix: never-applied, and what to do', () =>
    world.scenario('stuck operation', 'never-applied, with the remedy', async () => {
      const later =
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later, annotations: {argocd.argoproj.io/sync-wave: "1"}}\n';
      // Never ready, not for a moment: Argo CD waits in the first wave.
      const team = await world.team('stock', {
        'app/stock.yaml': deployment('stock', `${world.cluster.registry}/shop/stock:1.0.l`),
        'app/later.yaml': later,
      });
      await team.deploy();
      const pull = await opened(team);
      await team.merge(pull.number);
      const end = await ended(team, pull.number);
      assert.equal(endOf(end), 'never-applied', words(end));
      assert.match(words(end), /terminated by hand/);
    }));

  test('a person mends the same field meanwhile: the pull request goes, the change of the person stays', () =>
    world.scenario('a human who changes the same field', 'pull request closed as resolved', async () => {
      const team = await world.team('basket', { 'app/basket.yaml': hungry('basket', 40, '32Mi') });
      await team.deploy();
      await opened(team);
      await team.push({ 'app/basket.yaml': hungry('basket', 40, '96Mi') }, 'basket: more memory');
      const end = await until(
        'the pull request is closed',
        400,
        async () => (await team.pulls()).find(({ state }) => state === 'closed'),
        seen(team),
      );
      assert.equal(endOf(end), 'resolved', words(end));
      assert.equal(await team.file('app/basket.yaml'), hungry('basket', 40, '96Mi'));
      assert.equal((await team.pulls()).length, 1);
    }));

  test('a value that stands in an Application of an app-of-apps', () =>
    world.scenario('values in the Application', 'verified', async () => {
      const team = await world.team('tickets', {
        'chart/Chart.yaml': 'apiVersion: v2\nname: tickets\nversion: 0.1.0\n',
        'chart/values.yaml': 'memory: 256Mi\n',
        'chart/templates/deployment.yaml': hungry('tickets', 40, '{{ .Values.memory }}'),
      });
      const child = (memory: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: tickets-live, namespace: argocd}
spec:
  project: default
  source:
    repoURL: ${team.repoURL}
    targetRevision: main
    path: chart
    helm:
      valuesObject:
        memory: ${memory}  # measured in spring
  destination: {server: https://kubernetes.default.svc, namespace: tickets}
  syncPolicy:
    automated: {selfHeal: true}
    syncOptions: [CreateNamespace=true]
`;
      await team.push({ 'apps/tickets.yaml': child('32Mi') }, 'the live Application');
      await team.deploy({ source: { path: 'apps' } });
      const pull = await opened(team);
      await team.merge(pull.number);
      assert.equal(await team.file('apps/tickets.yaml'), child('64Mi'));
      const end = await ended(team, pull.number);
      assert.equal(endOf(end), 'verified', words(end));
    }));
});
