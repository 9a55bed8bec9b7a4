import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { IncidentOut } from '../../../src/app/scan-contract.ts';
import { deployment, lines } from './manifests.ts';
import { mend, works } from './mend.ts';
import type { Team, World } from './world.ts';
import { incidentOf, startWorld, until } from './world.ts';

/**
 * Programs that start slowly, and programs that must run as a certain user. Where the repository once had what worked, that
 * is put back; where it never had, nobody knows the right time or user: the report says so, and nothing is opened.
 */
let world: World;
let image = '';
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
  image = `${world.cluster.registry}/shop/app:1`;
  world.watch();
});
after(() => world.close());

/** Listens only after so many seconds. */
const slow = (name: string, seconds: number, ...probe: string[]): string =>
  deployment(
    name,
    image,
    lines(
      `env: [{name: START_AFTER, value: "${seconds}"}, {name: PORT, value: "8080"}]`,
      'ports: [{containerPort: 8080}]',
      ...probe,
    ),
  );
/** Exits unless it runs as user 1000. */
const certainUser = (name: string, context: string): string =>
  deployment(name, image, lines('env: [{name: NEEDS_USER, value: "1000"}]', `securityContext: ${context}`));

/** The incident of a team for which nothing can be proposed, once it is told. */
async function reported(team: Team, cause: string): Promise<IncidentOut> {
  const seen = (): IncidentOut | undefined => incidentOf(world.last(), team.name);
  const found = await until(
    `${cause} of ${team.name} without a fix`,
    300,
    () => {
      const now = seen();
      return Promise.resolve(now?.cause === cause && now.decision.outcome === 'no-fix' ? now : undefined);
    },
    seen,
  );
  assert.deepEqual(await team.pulls(), []);
  return found;
}

/** What a source said why it has no fix. */
function declined({ proposals }: IncidentOut, name: string): string {
  const answer = proposals.find((one) => one.name === name);
  return answer !== undefined && 'declined' in answer ? (answer.declined ?? '') : '';
}

describe('programs that start slowly, or must run as a certain user', { concurrency: 4 }, () => {
  test('a startup probe that was made too short', () =>
    world.scenario('slow start, startup probe shortened', 'verified', async () => {
      const file = (failures: number): string =>
        slow(
          'boiler',
          12,
          'startupProbe:',
          '  httpGet: {path: /healthz, port: 8080}',
          '  periodSeconds: 1',
          `  failureThreshold: ${failures}`,
        );
      const team = await world.team('boiler', { 'app/boiler.yaml': file(120) });
      await works(world, team);
      await team.push({ 'app/boiler.yaml': file(4) }, 'boiler: notice failures sooner');
      await mend(world, team, {
        cause: /^probe\/startup$/,
        file: 'app/boiler.yaml',
        from: 'failureThreshold: 4',
        to: 'failureThreshold: 120',
        by: 'squash',
      });
    }));

  test('a liveness probe that never let it start: how long it takes is not known', () =>
    world.scenario('slow start, liveness probe too short from the first day', 'reported, nothing opened', async () => {
      const probe = ['livenessProbe:', '  httpGet: {path: /healthz, port: 8080}', '  periodSeconds: 2'];
      const team = await world.team('kettle', { 'app/kettle.yaml': slow('kettle', 600, ...probe) });
      await team.deploy();
      const incident = await reported(team, 'probe/liveness');
      assert.match(incident.summary, /kettle is restarted by its liveness probe \(httpGet \/healthz port 8080\)/);
      assert.match(
        declined(incident, 'start-time'),
        /^the liveness probe gives a start about 6 s, and the last one was ended after \d+ s without an answer/,
      );
      assert.match(declined(incident, 'put-back'), /nothing shows that this workload worked before/);
    }));

  test('a user that the program does not accept', () =>
    world.scenario('another user than the program needs', 'verified', async () => {
      const team = await world.team('locker', { 'app/locker.yaml': certainUser('locker', '{runAsUser: 1000}') });
      await works(world, team);
      await team.push({ 'app/locker.yaml': certainUser('locker', '{runAsUser: 1001}') }, 'locker: one user for all');
      await mend(world, team, {
        cause: /^crash\/exit-error$/,
        file: 'app/locker.yaml',
        from: 'runAsUser: 1001',
        to: 'runAsUser: 1000',
        by: 'rebase',
      });
    }));

  test('no user at all where root is refused: another is never chosen by guess', () =>
    world.scenario('image runs as root, runAsNonRoot from the first day', 'reported, nothing opened', async () => {
      const team = await world.team('drawer', { 'app/drawer.yaml': certainUser('drawer', '{runAsNonRoot: true}') });
      await team.deploy();
      const incident = await reported(team, 'config/run-as-non-root');
      assert.match(incident.summary, /drawer must not run as root, and its image does/);
      assert.match(declined(incident, 'run-as-user'), /another user is never chosen by guess/);
      assert.match(declined(incident, 'put-back'), /nothing shows that this workload worked before/);
    }));
});
