import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { IncidentOut } from '../../../src/app/scan-contract.ts';
import { deployment, lines } from '../scenarios/manifests.ts';
import type { Team, World } from '../scenarios/world.ts';
import { incidentOf, startWorld, until } from '../scenarios/world.ts';
import type { Mutation, Patch } from './mutating.ts';
import { install } from './mutating.ts';

/** Mutating webhooks between Git and what runs: what they add is accepted, what they decide is not Git's to mend. */
let world: World;
const undo: (() => unknown)[] = [];
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
  await world.cluster.images.push('mirror/shop/app', '1');
  world.watch();
});
after(async () => {
  // Webhooks go before the namespaces: a pod that cannot be made is never gone.
  for (const task of undo.toReversed()) await task();
  await world.close();
});

const app = (name: string, limit: string): string =>
  deployment(
    name,
    `${world.cluster.registry}/shop/app:1`,
    lines('env: [{name: ALLOCATE_MIB, value: "40"}]', `resources: {limits: {memory: ${limit}}}`),
  );

async function play(
  name: string,
  limit: string,
  mutation: Pick<Mutation, 'kind' | 'patch' | 'sideEffects'>,
): Promise<Team> {
  const team = await world.team(name, { [`app/${name}.yaml`]: app(name, limit) });
  const later = (task: () => unknown): void => void undo.push(task);
  await install({ cluster: world.cluster, later }, { name: `bad-input-${name}`, namespace: name, ...mutation });
  await team.deploy();
  return team;
}

/** The incident of a team's workload when its decision is one of these. */
async function decided(name: string, ...outcomes: readonly string[]): Promise<IncidentOut> {
  const seen = (): IncidentOut | undefined => incidentOf(world.last(), name);
  return until(
    `${name}: ${outcomes.join(' or ')}`,
    300,
    async () => (outcomes.includes(seen()?.decision.outcome ?? '') ? seen() : undefined),
    seen,
  );
}

/** Requests as well: they must not be larger than the limit. */
const limitOf = (memory: string): Patch => [
  { op: 'replace', path: '/spec/containers/0/resources', value: { limits: { memory }, requests: { memory: '8Mi' } } },
];
const check = (incident: IncidentOut, name: string) => incident.proof?.checks.find((one) => one.name === name);

describe('mutating webhooks', { concurrency: 7 }, () => {
  test('a sidecar, annotations and requests that a webhook adds are accepted', () =>
    world.scenario('webhook adds sidecar and annotations', 'accepted, pull request', async () => {
      const container = { name: 'mesh', image: `${world.cluster.registry}/shop/app:1` };
      const team = await play('meshed', '32Mi', {
        kind: 'pods',
        patch: ({ metadata }) => [
          ...(metadata.annotations ? [] : [{ op: 'add', path: '/metadata/annotations', value: {} } as const]),
          { op: 'add', path: '/metadata/annotations/mesh.example~1injected', value: 'true' },
          { op: 'add', path: '/spec/containers/0', value: container },
        ],
      });
      const incident = await decided('meshed', 'opened', 'already-open');
      assert.equal(check(incident, 'pod-admission')?.result, 'pass', JSON.stringify(incident.proof));
      const [pull] = await team.pulls();
      assert.match(pull?.title ?? '', /64Mi/);
    }));

  test('a webhook that takes images from a mirror', () =>
    world.scenario('webhook rewrites the registry', 'accepted, pull request', async () => {
      const image = `${world.cluster.registry}/mirror/shop/app:1`;
      const patch = (): Patch => [{ op: 'replace', path: '/spec/containers/0/image', value: image }];
      const team = await play('mirrored', '32Mi', { kind: 'pods', patch });
      const incident = await decided('mirrored', 'opened', 'already-open');
      assert.equal(check(incident, 'pod-admission')?.result, 'pass', JSON.stringify(incident.proof));
      assert.match((await team.pulls())[0]?.title ?? '', /64Mi/);
    }));

  test('a webhook on Deployments that sets the very field back: no pull request', () =>
    world.scenario('webhook sets the edited field back', 'refused, in words', async () => {
      const team = await play('undone', '32Mi', {
        kind: 'deployments',
        patch: () => [
          { op: 'replace', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '32Mi' },
        ],
      });
      const { decision } = await decided('undone', 'refused-by-proof');
      assert.match(decision.reason, /api-server: Deployment undone\/undone: .*memory would be "32Mi", not "64Mi"/);
      assert.match(decision.reason, /a mutating webhook.*would not take effect/);
      assert.deepEqual(await team.pulls(), []);
    }));

  test('a webhook on pods that caps memory, where Git and the Deployment agree: no pull request', () =>
    world.scenario('webhook caps memory of pods', 'refused, in words', async () => {
      const team = await play('capped', '32Mi', { kind: 'pods', patch: () => limitOf('32Mi') });
      const { decision } = await decided('capped', 'refused-by-proof');
      assert.match(decision.reason, /pod-admission: A pod of Deployment capped\/capped: .*would be "32Mi", not "64Mi"/);
      assert.deepEqual(await team.pulls(), []);
    }));

  test('a limit that only a webhook knows: it is not in Git, and that is said', () =>
    world.scenario('webhook lowers memory of pods', 'not in Git: said', async () => {
      const team = await play('lowered', '512Mi', { kind: 'pods', patch: () => limitOf('32Mi') });
      const incident = await decided('lowered', 'no-fix');
      assert.match(JSON.stringify(incident), /Git is not what set the limit that failed/);
      assert.deepEqual(await team.pulls(), []);
    }));

  test('an image that only a webhook knows: it is not in Git, and that is said', () =>
    world.scenario('webhook sets a missing image', 'not in Git: said', async () => {
      const image = `${world.cluster.registry}/shop/app:gone`;
      const team = await play('swapped', '512Mi', {
        kind: 'pods',
        patch: () => [{ op: 'replace', path: '/spec/containers/0/image', value: image }],
      });
      const incident = await decided('swapped', 'no-fix');
      assert.match(JSON.stringify(incident), /the image that fails is not the one in Git/);
      assert.deepEqual(await team.pulls(), []);
    }));

  test('a webhook that fails whenever it is only asked: the check is open, with its name', () =>
    world.scenario('webhook with NoneOnDryRun fails', 'API server: unknown, with its name', async () => {
      await play('broken', '32Mi', {
        kind: 'deployments',
        sideEffects: 'NoneOnDryRun',
        patch: (_, dryRun) => {
          if (dryRun) throw new Error('this one cannot be asked');
          return [];
        },
      });
      const incident = await decided('broken', 'opened', 'already-open');
      const server = check(incident, 'api-server');
      assert.equal(server?.result, 'unknown', JSON.stringify(incident.proof));
      assert.match(server.detail, /failed calling webhook "bad-input-broken\.example\.com"/);
    }));
});
