import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, value } from '../../adapters/github/client.ts';
import type { StartWorld } from './world.ts';
import { BRANCH, FILES, losingWrite, mainOf, numberingWrites, openOne } from './world.ts';

const MARKER = '<!-- remendo:sticky -->';

/** Comments, labels, and what the credential may do. */
export function conversationContract(name: string, start: StartWorld): void {
  void test(`${name}: the sticky comment is made once, edited in place, and left alone when it says so already`, async (t) => {
    const world = await start(t);
    const { forge, login } = world;
    const { number } = await openOne(forge);
    await world.comment(number, 'writer', `I quote: ${MARKER}`);
    const own = async () => value(await forge.reader.comments(number)).filter(({ author }) => author === login);
    // Its answer is lost: it is found, and not written twice.
    value(await world.over(losingWrite()).writer.stickyComment(number, MARKER, 'one'));
    value(await forge.writer.stickyComment(number, MARKER, 'one'));
    const [first, ...more] = await own();
    assert.deepEqual([first?.body.trim(), more.length], [`${MARKER}\none`, 0]);
    const { send, writes } = numberingWrites();
    value(await world.over(send).writer.stickyComment(number, MARKER, 'one\r\n'));
    assert.deepEqual(writes, []);
    value(await forge.writer.stickyComment(number, MARKER, `two ${MARKER}`));
    assert.deepEqual(
      (await own()).map(({ id, body }) => [id, body.trim()]),
      [[first?.id, `two ${MARKER}`]],
    );
    assert.ok(Date.parse(first?.createdAt ?? '') > 0);
  });

  void test(`${name}: two processes that comment at the same moment leave one comment, the first`, async (t) => {
    const world = await start(t);
    const { forge, login } = world;
    const { number } = await openOne(forge);
    let other: Promise<unknown> | undefined;
    const late: typeof fetch = async (url, init) => {
      // The other one comments between this one's look and its own comment.
      if (init?.method === 'POST') await (other ??= forge.writer.stickyComment(number, MARKER, 'first'));
      return fetch(url, init);
    };
    value(await world.over(late).writer.stickyComment(number, MARKER, 'second'));
    const own = value(await forge.reader.comments(number)).filter(({ author }) => author === login);
    assert.deepEqual(
      own.map(({ body }) => body.trim()),
      [`${MARKER}\nfirst`],
    );
  });

  void test(`${name}: only who may write is trusted`, async (t) => {
    const world = await start(t);
    const { number } = await openOne(world.forge);
    for (const person of ['reader', 'writer'] as const) await world.comment(number, person, '/remendo close');
    const forge = await world.trusting();
    assert.deepEqual(
      value(await forge.reader.comments(number)).map(({ author, trusted, body }) => [author, trusted, body]),
      [
        [world.loginOf('reader'), false, '/remendo close'],
        [world.loginOf('writer'), true, '/remendo close'],
      ],
    );
  });

  void test(`${name}: Remendo’s labels are set exactly, other people’s stay`, async (t) => {
    const world = await start(t);
    const { forge } = world;
    const { number } = await openOne(forge);
    const labels = async () => [...value(await forge.reader.pullRequest(number)).labels].sort();
    await world.label(number, 'team/payments');
    value(await forge.writer.setLabels(number, ['remendo']));
    value(await forge.writer.setLabels(number, ['remendo', 'remendo/verified']));
    assert.deepEqual(await labels(), ['remendo', 'remendo/verified', 'team/payments']);
    value(await forge.writer.setLabels(number, ['remendo/rejected']));
    assert.deepEqual(await labels(), ['remendo/rejected', 'team/payments']);
    const { send, writes } = numberingWrites();
    value(await world.over(send).writer.setLabels(number, ['Remendo/rejected']));
    assert.deepEqual(writes, [], 'nothing to do');
  });

  void test(`${name}: the repository says what may be done and by whom`, async (t) => {
    const world = await start(t);
    const info = value(await world.forge.reader.repository());
    const { defaultBranch, archived, canPush, login, startsChecks } = info;
    assert.deepEqual([defaultBranch, archived, canPush, login, startsChecks], ['main', false, true, world.login, true]);
    const reader = await world.as('reader');
    assert.equal(value(await reader.reader.repository()).canPush, false);
    const parent = await mainOf(reader);
    assert.equal(code(await reader.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES })), 'forbidden');
    const stranger = await world.as('stranger');
    assert.equal(code(await stranger.reader.repository()), 'not-found');
    assert.equal(code(await stranger.reader.branch('main')), 'not-found', 'not: there is no such branch');
    assert.equal(code(await stranger.reader.branchCommit('main')), 'not-found');
    await world.archive();
    const after = value(await world.forge.reader.repository());
    assert.deepEqual([after.archived, after.canPush], [true, false]);
  });

  void test(`${name}: names that lead elsewhere are no branches`, async (t) => {
    const { forge } = await start(t);
    for (const branch of ['none', '../main', 'remendo/../main', 'main/', 'v1.*', 'a b', 'main?x', 'main#x', '%2e%2e']) {
      assert.equal(value(await forge.reader.branch(branch)), undefined, branch);
    }
  });
}
