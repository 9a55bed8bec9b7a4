import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PullView } from './hosts/host.ts';
import { deployment, lines } from './manifests.ts';
import type { Team, World } from './world.ts';
import { incidentOf, startWorld, until } from './world.ts';

/**
 * One story of learning, without any model: a fix that is verified, the same failure elsewhere that the pattern answers,
 * where it does not help, is put back at a reviewer's word, and is not trusted again.
 */
let world: World;
before(async () => {
  world = await startWorld();
  await world.cluster.images.push('shop/app', '1');
  world.watch();
});
after(() => world.close());

const hungry = (name: string, mebibytes: number): string =>
  deployment(
    name,
    `${world.cluster.registry}/shop/app:1`,
    lines(
      `env: [{name: ALLOCATE_MIB, value: "${mebibytes}"}]`,
      'resources: {limits: {memory: 32Mi}} # measured in spring',
    ),
  );

const words = (pull: PullView | undefined): string => (pull?.comments ?? []).map(({ body }) => body).join('\n');

/** What a team's pull requests and its incident look like now, for a message that tells why something did not come. */
async function state(team: Team): Promise<unknown> {
  const pulls = (await team.pulls()).map((pull) => [pull.number, pull.state, pull.title, pull.labels, words(pull)]);
  return { pulls, incident: incidentOf(world.last(), team.name) };
}

async function teamOf(name: string, mebibytes: number): Promise<Team> {
  const team = await world.team(name, { [`app/${name}.yaml`]: hungry(name, mebibytes) });
  await team.deploy();
  return team;
}

/** The pull request of a team that is as wanted. */
function pullThat(team: Team, what: string, wanted: (pull: PullView) => boolean): Promise<PullView> {
  return until(
    `${team.name}: ${what}`,
    300,
    async () => (await team.pulls()).find(wanted),
    () => state(team),
  );
}

const labelled = (team: Team, number: number, label: string): Promise<PullView> =>
  pullThat(team, `${label} on #${number}`, (pull) => pull.number === number && pull.labels.includes(label));

const opened = (team: Team): Promise<PullView> => pullThat(team, 'a pull request', ({ state }) => state === 'open');

describe('what is learned from how fixes end', () => {
  test('a fix that helps is verified, and teaches a pattern', () =>
    world.scenario('a rule’s fix helps', 'verified', async () => {
      const team = await teamOf('wallet', 40);
      const pull = await opened(team);
      assert.match(pull.body, /Found by a deterministic rule \(`memory`\)/);
      await team.merge(pull.number);
      await labelled(team, pull.number, 'remendo/verified');
    }));

  test('the pattern answers the same failure; it does not help here, and is put back at a reviewer’s word', () =>
    world.scenario('a learned pattern that does not help', 'not-fixed, reverted', async () => {
      const team = await teamOf('purse', 900);
      const pull = await opened(team);
      assert.match(pull.body, /Found by a learned pattern that was verified before/);
      await team.merge(pull.number);
      assert.match(await team.file('app/purse.yaml'), /memory: 64Mi/);
      const failed = await labelled(team, pull.number, 'remendo/not-fixed');
      assert.match(words(failed), /comment `\/remendo revert` on a line of its own/);

      await world.host.letCommand(team.name);
      await team.comment(pull.number, 'That was not it.\n\n/remendo revert');
      const revert = await pullThat(team, 'a revert', ({ labels }) => labels.includes('remendo/revert'));
      assert.equal(revert.title, `Revert "${pull.title}"`);
      assert.match(revert.body, new RegExp(`put back what #${pull.number} changed`));
      assert.match(revert.body, /\| api-server \| ✅ pass/);
      await team.merge(revert.number);
      await labelled(team, revert.number, 'remendo/reverted');
      assert.equal(await team.file('app/purse.yaml'), hungry('purse', 900), 'every byte is back');
      await pullThat(team, 'the end of the revert is told', (one) =>
        words(one).includes(`#${revert.number}. Merged and applied`),
      );
    }));

  test('a pattern that failed as often as it helped is not used any more', () =>
    world.scenario('a pattern that lost its trust', 'the rule answers instead', async () => {
      const pull = await opened(await teamOf('chest', 40));
      assert.match(pull.body, /Found by a deterministic rule \(`memory`\)/);
    }));
});
