import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { CAPABILITIES } from '../../../src/adapters/gitea/gitea.ts';
import { renderBody } from '../../../src/stages/deliver/body.ts';
import { stateOf } from '../../../src/stages/deliver/delivery.ts';
import { pullRequestTitle } from '../../../src/stages/deliver/naming.ts';
import { value } from '../../adapters/github/client.ts';
import { HOSTILE, saying } from '../../stages/deliver/hostile.ts';
import { POLICY, delivery, hide } from '../../stages/deliver/world.ts';
import { BRANCH, commitOne, mainOf } from '../../support/forge-contract/world.ts';
import { attachCluster } from '../cluster/cluster.ts';
import type { GiteaWorld } from './world.ts';
import { startGiteaWorld } from './world.ts';

const { gitea, ca } = attachCluster();
const server = { ...gitea, ca };

/** The whole road of a hostile text: into a real pull request, and out of the real page that a reviewer sees. */
void test('hostile text in every field of a pull request makes no link, no mention, no reference', async (t) => {
  const world = await startGiteaWorld(t, server, true);
  const { forge, loginOf, admin, owner, name } = world;
  const issue = await issueOf(world);
  await commitOne(forge);
  const parent = await mainOf(forge);
  // Who works in the repository is told of every pull request anyway.
  const victim = loginOf('stranger');
  const more = [
    `@${victim} closes #${issue}, !${issue}, ${owner}/${name}#${issue} and ${owner}/${name}!${issue}`,
    `reverts ${parent}, ${parent.slice(0, 7)} (${parent.slice(0, 10)}) and ${owner}/${name}@${parent}`,
    `${server.url}/${owner}/${name}/issues/${issue} and ${server.url}/${victim}`,
  ];
  const text = [...HOSTILE, ...more].map((one) => one.replaceAll(/@(octocat)/g, `@${victim}`));
  const bodies = text.map((one) => {
    const item = saying(one, delivery(parent));
    return renderBody(item, stateOf(item), POLICY, CAPABILITIES.bodyLimit);
  });
  const item = saying(more.join(' '), delivery(parent));
  const title = await pullRequestTitle(item.incident, item.fix, hide);
  const request = { title, head: BRANCH, base: 'main', body: bodies[0] ?? '' };
  const { number } = value(await forge.writer.createPullRequest(request));
  for (const [i, body] of bodies.entries()) {
    assert.ok(body !== undefined, text[i]);
    value(await forge.writer.updatePullRequest(number, { body }));
    const shown = await shownText(`${server.url}/${owner}/${name}/pulls/${number}`);
    assert.match(shown, /If this is wrong/);
    assert.doesNotMatch(shown, /<(?:a|img|script|iframe|form|input|details)\b/i, `${text[i]}\n${shown}`);
    assert.doesNotMatch(shown, /class="[^"]*(?:mention|ref-issue|commit)/, text[i]);
    const pictures = [...shown.matchAll(/class="emoji" aria-label="([^"]*)"/g)].map(([, label]) => label);
    assert.deepEqual(pictures, ['check mark button'], `${text[i]}: only the one that the proof begins with`);
    assert.doesNotMatch(shown, /remendo:state v1 eyJ/, 'the hidden block is hidden');
  }
  const timeline = z
    .array(z.object({ type: z.string() }))
    .nullable()
    .parse(await admin('GET', `/repos/${owner}/${name}/issues/${issue}/timeline`));
  assert.deepEqual(
    (timeline ?? []).filter(({ type }) => type.includes('ref')),
    [],
    'the issue knows nothing of it',
  );
  const told = z
    .array(z.object({ repository: z.object({ name: z.string() }) }))
    .parse(await admin('GET', `/notifications?all=true&sudo=${victim}`));
  assert.deepEqual(
    told.filter(({ repository }) => repository.name === name),
    [],
    'nobody was told',
  );
});

async function issueOf({ admin, owner, name }: GiteaWorld): Promise<number> {
  const answer = await admin('POST', `/repos/${owner}/${name}/issues`, { title: 'A victim' });
  return z.object({ number: z.number() }).parse(answer).number;
}

/** What Gitea makes of the first text of a pull request, as HTML. */
async function shownText(url: string): Promise<string> {
  const page = await (await fetch(url)).text();
  const start = page.indexOf('render-content markup');
  assert.ok(start > 0, 'the page of a pull request has its text');
  return page.slice(start, page.indexOf('raw-content', start));
}
