import assert from 'node:assert/strict';
import type { MergeMethod } from './hosts/host.ts';
import type { ApplicationOptions, Team, World } from './world.ts';
import { endOf, incidentOf, until } from './world.ts';

/** What a pull request is to mend, and how. */
export interface Mended {
  readonly cause: RegExp;
  /** Path of the file, and the one line that changes: as it was, as it is to be. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** How the reviewer merges. */
  readonly by: MergeMethod;
}

/** The whole road: pull request with the one intended change, merge, verified. */
export async function mend(world: World, team: Team, { cause, file, from, to, by }: Mended): Promise<void> {
  const seen = (): unknown => incidentOf(world.last(), team.name);
  const before = await team.file(file);
  assert.ok(before.includes(from), `${file} does not hold ${from}`);
  const opened = await until(`a pull request for ${team.name}`, 400, async () => (await team.pulls())[0], seen);
  const incident = incidentOf(world.last(), team.name);
  if (incident) assert.match(incident.cause, cause);
  assert.match(opened.body, /proven|Proof|proof/);
  await team.merge(opened.number, by);
  assert.equal(await team.file(file), before.replace(from, to));
  const ended = await until(
    `the end of ${opened.title}`,
    300,
    async () => {
      const [now] = await team.pulls();
      return now && endOf(now);
    },
    seen,
  );
  const comments = (await team.pulls())[0]?.comments.map(({ body }) => body).join('\n');
  assert.equal(ended, 'verified', comments);
}

/** A workload that works, and then somebody pushes what breaks it. */
export async function works(world: World, team: Team, options?: ApplicationOptions): Promise<void> {
  await team.deploy(options);
  await until(
    `${team.name} runs`,
    300,
    async () => {
      const found = await team.get('/apis/apps/v1', `deployments/${team.name}`);
      return found?.status?.availableReplicas >= 1 ? true : undefined;
    },
    () => incidentOf(world.last(), team.name),
  );
}
