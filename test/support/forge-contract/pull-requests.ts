import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, value } from '../../adapters/github/client.ts';
import { DEPLOYMENT } from './checkout.ts';
import type { StartWorld } from './world.ts';
import { BRANCH, MANIFEST, commitOne, givingFew, losingWrite, mainOf, openOne } from './world.ts';

const ALL = { headPrefix: 'remendo/', state: 'all' } as const;

/** Pull requests: their life, whose they are, and what is found of them. */
export function pullRequestContract(name: string, start: StartWorld): void {
  for (const method of ['merge', 'squash', 'rebase'] as const) {
    void test(`${name}: a pull request from commit to ${method}`, async (t) => {
      const { forge, login, merge, checkout } = await start(t);
      const { reader, writer } = forge;
      const { number } = await openOne(forge);
      const open = value(await reader.pullRequest(number));
      assert.deepEqual(
        [open.state, open.title, open.body, open.head.ref, open.base.ref, open.author],
        ['open', 'Fix web', 'Because.', BRANCH, 'main', login],
      );
      assert.deepEqual([open.mergeCommitSha, open.mergedAt, open.closedAt], [undefined, undefined, undefined]);
      assert.equal(open.head.sha, value(await reader.branch(BRANCH)));
      assert.deepEqual(value(await reader.pullRequests(ALL)), [open]);
      value(await writer.updatePullRequest(number, { title: 'Fix web again', body: 'More.' }));
      value(await writer.setLabels(number, ['remendo']));
      // Somebody was faster: the merge commit is not the head of the branch.
      await checkout.push({ branch: 'main', files: { other: 'x' }, message: 'other' });
      await merge(number, method);
      const merged = value(await reader.pullRequest(number));
      assert.deepEqual([merged.state, merged.labels], ['merged', ['remendo']]);
      assert.equal(merged.mergeCommitSha, await mainOf(forge), 'what main is at after the merge');
      assert.deepEqual([merged.title, merged.body], ['Fix web again', 'More.']);
      assert.ok(Date.parse(merged.mergedAt ?? '') >= Date.parse(merged.createdAt) && merged.closedAt !== undefined);
      assert.deepEqual(value(await reader.pullRequests(ALL)), [merged]);
      assert.deepEqual(value(await reader.pullRequests({ ...ALL, state: 'open' })), []);
      value(await writer.deleteBranch(BRANCH));
      assert.equal(value(await reader.branch(BRANCH)), undefined);
      value(await writer.deleteBranch(BRANCH));
      const after = value(await reader.pullRequest(number));
      assert.deepEqual([after.head, after.mergeCommitSha], [open.head, merged.mergeCommitSha]);
      assert.deepEqual(value(await reader.pullRequests(ALL))[0]?.head, open.head);
    });
  }

  void test(`${name}: closed without merge is closed`, async (t) => {
    const { forge } = await start(t);
    const { reader, writer } = forge;
    const { number } = await openOne(forge);
    value(await writer.updatePullRequest(number, { state: 'closed' }));
    const closed = value(await reader.pullRequest(number));
    assert.deepEqual([closed.state, closed.mergedAt, closed.mergeCommitSha], ['closed', undefined, undefined]);
    assert.deepEqual(value(await reader.pullRequests({ ...ALL, state: 'open' })), []);
    assert.deepEqual(value(await reader.pullRequests({ ...ALL, state: 'closed' })), [closed]);
  });

  for (const end of ['merged', 'closed'] as const) {
    void test(`${name}: what is pushed to the branch of a ${end} pull request is not taken for its head`, async (t) => {
      const { forge, checkout, merge, close } = await start(t);
      const { number, head } = await openOne(forge);
      await (end === 'merged' ? merge(number, 'merge') : close(number));
      const theirs = await checkout.push({ branch: BRANCH, files: { h: 'h' }, message: 'a person goes on' });
      assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
      assert.equal(value(await forge.reader.pullRequest(number)).head.sha, head.sha);
      assert.equal(value(await forge.reader.pullRequests(ALL))[0]?.head.sha, head.sha);
    });
  }

  void test(`${name}: a second pull request for the same head exists already, one without a head cannot be`, async (t) => {
    const { forge } = await start(t);
    await openOne(forge);
    const request = { title: 'T', body: '', base: 'main' };
    assert.equal(code(await forge.writer.createPullRequest({ ...request, head: BRANCH })), 'exists');
    assert.equal(code(await forge.writer.createPullRequest({ ...request, head: 'remendo/none' })), 'invalid');
    assert.equal(code(await forge.reader.pullRequest(4711)), 'not-found');
  });

  void test(`${name}: a pull request whose answer was lost is found, not opened twice`, async (t) => {
    const world = await start(t);
    await commitOne(world.forge);
    const request = { title: 'T', body: '', head: BRANCH, base: 'main' };
    const made = value(await world.over(losingWrite()).writer.createPullRequest(request));
    assert.deepEqual(
      value(await world.forge.reader.pullRequests(ALL)).map(({ number }) => number),
      [made.number],
    );
  });

  void test(`${name}: the longest text is held as it was written`, async (t) => {
    const { forge } = await start(t);
    const block = '<!-- remendo:state v1 eyJhIjoxfQ== -->';
    const text = '| `a\\|b` | ü “quoted” <b>&amp;</b> 🎉 |\n'
      .repeat(6000)
      .slice(0, forge.capabilities.bodyLimit - block.length);
    const { number } = await openOne(forge, BRANCH, `${text}${block}`);
    assert.equal(value(await forge.reader.pullRequest(number)).body, `${text}${block}`);
    assert.equal(value(await forge.reader.pullRequests(ALL))[0]?.body, `${text}${block}`);
  });

  void test(`${name}: only branches of the repository itself are found by their prefix`, async (t) => {
    const { forge, openFromFork } = await start(t);
    const own = await openOne(forge);
    await openFromFork('remendo/evil-present', 'present');
    await openFromFork('remendo/evil-deleted', 'deleted');
    await openFromFork(BRANCH, 'present');
    const found = value(await forge.reader.pullRequests(ALL));
    assert.deepEqual(
      found.map(({ number }) => number),
      [own.number],
    );
    const others = value(await forge.reader.openFiles('remendo/'));
    // Some forges close what came from a fork that is gone.
    assert.ok(others.length >= 2 && others.every(({ number }) => number !== own.number), 'those of forks are others');
  });

  void test(`${name}: pull requests come newest first, and from all pages, as commits and files do`, async (t) => {
    const world = await start(t);
    const { checkout, open, close } = world;
    const { reader } = world.over(givingFew);
    for (const file of ['a', 'b', 'c']) {
      const from = file === 'a' ? 'main' : 'remendo/a';
      await checkout.push({ branch: 'remendo/a', from, files: { [file]: file }, message: file });
    }
    for (let n = 0; n < 4; n++) await close(await open(`${n}`, 'remendo/a'));
    const number = await open('5', 'remendo/a');
    const found = value(await reader.pullRequests({ headPrefix: 'remendo/a', state: 'all' }));
    assert.deepEqual(
      found.map((pull) => [pull.number, pull.state]),
      [5, 4, 3, 2, 1].map((n) => [n, n === number ? 'open' : 'closed']),
    );
    const commits = value(await reader.commits(number));
    assert.deepEqual(
      commits.map(({ message }) => message.trim()),
      ['a', 'b', 'c'],
    );
    assert.deepEqual([...(value(await reader.openFiles('other/'))[0]?.files ?? [])].sort(), ['a', 'b', 'c']);
  });

  void test(`${name}: files of others are listed with their old names, and not Remendo’s`, async (t) => {
    const { forge, checkout, open, loginOf } = await start(t);
    await openOne(forge);
    const files = { [MANIFEST]: null, 'apps/web/renamed.yaml': DEPLOYMENT };
    await checkout.push({ branch: 'human', from: 'main', files, message: 'rename' });
    const number = await open('Rename', 'human');
    const [other, ...more] = value(await forge.reader.openFiles('remendo/'));
    assert.equal(more.length, 0);
    assert.deepEqual([other?.number, other?.author], [number, loginOf('writer')]);
    assert.deepEqual([...(other?.files ?? [])].sort(), [MANIFEST, 'apps/web/renamed.yaml']);
  });

  void test(`${name}: commits come oldest first, and those of others are seen`, async (t) => {
    const { forge, checkout } = await start(t);
    const { number } = await openOne(forge);
    await checkout.push({ branch: BRANCH, files: { a: 'a' }, message: 'mine' });
    const { ownEmails } = value(await forge.reader.repository());
    const tip = value(await forge.reader.branchCommit(BRANCH));
    assert.equal(tip?.message.trim(), 'mine');
    const commits = value(await forge.reader.commits(number));
    assert.deepEqual(
      commits.map(({ message }) => message.trim()),
      ['Fix web', 'mine'],
    );
    const own = ({ authorEmail, committerEmail }: (typeof commits)[number]): boolean =>
      [authorEmail, committerEmail].every((email) => ownEmails.includes(email));
    assert.deepEqual(commits.map(own), [true, false]);
    assert.deepEqual(tip, commits[1]);
    assert.equal(value(await forge.reader.branchCommit('none')), undefined);
  });
}
