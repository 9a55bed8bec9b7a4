import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGitHub } from '../../sandbox/github/world.ts';
import { code, forgeOn, mainOf, openOne, value } from './client.ts';

const BRANCH = 'remendo/web-1';

for (const method of ['merge', 'squash', 'rebase'] as const) {
  void test(`a pull request from commit to ${method}`, async (t) => {
    const github = await startGitHub(t);
    const { reader, writer } = forgeOn(github);
    const number = await openOne({ reader, writer });
    const open = value(await reader.pullRequest(number));
    assert.deepEqual(
      [open.state, open.title, open.body, open.head.ref, open.author],
      ['open', 'Fix web', 'Because.', BRANCH, 'remendo-bot'],
    );
    assert.equal(open.mergeCommitSha, undefined, 'the trial merge is no merge');
    assert.equal(open.head.sha, value(await reader.branch(BRANCH)));
    value(await writer.updatePullRequest(number, { title: 'Fix web again', body: 'More.' }));
    value(await writer.setLabels(number, ['remendo']));
    const sha = await github.sandbox.merge('acme', 'shop', number, { method });
    const merged = value(await reader.pullRequest(number));
    assert.deepEqual([merged.state, merged.mergeCommitSha, merged.labels], ['merged', sha, ['remendo']]);
    assert.deepEqual([merged.title, merged.body], ['Fix web again', 'More.']);
    assert.ok(merged.mergedAt !== undefined && merged.closedAt !== undefined);
    assert.deepEqual(value(await reader.pullRequests({ headPrefix: 'remendo/', state: 'all' })), [merged]);
    value(await writer.deleteBranch(BRANCH));
    assert.equal(value(await reader.branch(BRANCH)), undefined);
    value(await writer.deleteBranch(BRANCH));
  });
}

void test('closed without merge is closed', async (t) => {
  const github = await startGitHub(t);
  const { reader, writer } = forgeOn(github);
  const number = await openOne({ reader, writer });
  value(await writer.updatePullRequest(number, { state: 'closed' }));
  const closed = value(await reader.pullRequest(number));
  assert.deepEqual([closed.state, closed.mergedAt, closed.mergeCommitSha], ['closed', undefined, undefined]);
  assert.deepEqual(value(await reader.pullRequests({ headPrefix: 'remendo/', state: 'open' })), []);
  assert.equal(value(await reader.pullRequests({ headPrefix: 'remendo/', state: 'closed' })).length, 1);
});

void test('a second pull request for the same head exists already', async (t) => {
  const github = await startGitHub(t);
  const { reader, writer } = forgeOn(github);
  await openOne({ reader, writer });
  const again = await writer.createPullRequest({ title: 'T', body: '', head: BRANCH, base: 'main' });
  assert.equal(code(again), 'exists');
  const missing = await writer.createPullRequest({ title: 'T', body: '', head: 'remendo/none', base: 'main' });
  assert.equal(code(missing), 'invalid');
});

void test('only branches of the repository itself are found by their prefix', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  const own = await openOne(forge);
  for (const fork of ['present', 'deleted'] as const) {
    const head = `remendo/evil-${fork}`;
    await sandbox.commitFiles('acme', 'shop', {
      branch: head,
      from: 'main',
      files: { [`${fork}.yaml`]: 'x' },
      message: 'x',
    });
    await sandbox.openPull('acme', 'shop', { by: 'mallory', title: 'Trust me', head, fork });
  }
  const found = value(await forge.reader.pullRequests({ headPrefix: 'remendo/', state: 'all' }));
  assert.deepEqual(
    found.map(({ number }) => number),
    [own],
  );
});

void test('pull requests come newest first, from all pages', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  await sandbox.commitFiles('acme', 'shop', { branch: 'remendo/a', from: 'main', files: { a: 'a' }, message: 'a' });
  for (let n = 0; n < 101; n++) {
    const number = await sandbox.openPull('acme', 'shop', { by: 'reviewer', title: `${n}`, head: 'remendo/a' });
    await sandbox.closePull('acme', 'shop', number);
  }
  const found = value(await forgeOn(github).reader.pullRequests({ headPrefix: 'remendo/a', state: 'closed' }));
  assert.deepEqual(
    found.map(({ number }) => number),
    Array.from({ length: 101 }, (_, i) => 101 - i),
  );
});

void test('files of others are listed with their old names, and not Remendo’s', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  await openOne(forge);
  const files = {
    'apps/web/deployment.yaml': null,
    'apps/web/renamed.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n',
  };
  await sandbox.commitFiles('acme', 'shop', { branch: 'human', from: 'main', files, message: 'rename' });
  const number = await sandbox.openPull('acme', 'shop', { by: 'reviewer', title: 'Rename', head: 'human' });
  const [other, ...more] = value(await forge.reader.openFiles('remendo/'));
  assert.equal(more.length, 0);
  assert.deepEqual([other?.number, other?.author], [number, 'reviewer']);
  assert.deepEqual([...(other?.files ?? [])].sort(), ['apps/web/deployment.yaml', 'apps/web/renamed.yaml']);
});

void test('the repository says what may be done and by whom', async (t) => {
  const github = await startGitHub(t);
  const info = value(await forgeOn(github).reader.repository());
  assert.deepEqual([info.defaultBranch, info.archived, info.canPush, info.login], ['main', false, true, 'remendo-bot']);
  const reader = github.sandbox.addUser('reader');
  assert.equal(value(await forgeOn(github, { auth: { token: reader.token } }).reader.repository()).canPush, false);
  github.sandbox.archive('acme', 'shop');
  const archived = value(await forgeOn(github).reader.repository());
  assert.deepEqual([archived.archived, archived.canPush], [true, false]);
});

void test('commits by others on the branch are seen', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  const author = { name: 'Ana', email: 'ana@example.com' };
  await github.sandbox.commitFiles('acme', 'shop', {
    branch: BRANCH,
    files: { a: 'a' },
    message: 'mine',
    author,
    web: true,
  });
  const { ownEmails } = value(await forge.reader.repository());
  const commits = value(await forge.reader.commits(number));
  assert.deepEqual(
    commits.map(({ message }) => message),
    ['Fix web', 'mine'],
  );
  const own = ({ authorEmail, committerEmail }: (typeof commits)[number]): boolean =>
    [authorEmail, committerEmail].every((email) => ownEmails.includes(email));
  assert.deepEqual(commits.map(own), [true, false]);
  const tip = value(await forge.reader.branchCommit(BRANCH));
  assert.deepEqual(tip, commits[1]);
  assert.equal(value(await forge.reader.branchCommit('none')), undefined);
  assert.notEqual(tip?.sha, await mainOf(forge));
});
