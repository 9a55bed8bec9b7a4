import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGitHub } from '../../sandbox/github/world.ts';
import { code, forgeOn, openOne, value } from './client.ts';

void test('only who may write is trusted, whatever the association says', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  const number = await openOne(forge);
  const people = {
    stranger: undefined,
    member: 'read',
    collaborator: 'triage',
    maintainer: 'maintain',
    writer: 'write',
  } as const;
  for (const [login, role] of Object.entries(people)) {
    sandbox.addUser(login, login === 'member' ? { memberOf: ['acme'] } : {});
    if (role !== undefined) sandbox.grant('acme', 'shop', login, role);
    await sandbox.comment('acme', 'shop', number, login, '/remendo close');
  }
  const comments = value(await forge.reader.comments(number));
  assert.deepEqual(
    comments.map(({ author, trusted }) => [author, trusted]),
    [
      ['stranger', false],
      ['member', false],
      ['collaborator', false],
      ['maintainer', true],
      ['writer', true],
    ],
  );
  assert.equal(comments[0]?.body, '/remendo close');
});

void test('who could not be asked about is an error, who must not be asked about is not trusted', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  const number = await openOne(forge);
  await sandbox.comment('acme', 'shop', number, 'reviewer', '/remendo close');
  sandbox.fault({ kind: 'secondary-rate-limit', path: /permission$/ });
  assert.equal(code(await forge.reader.comments(number)), 'rate-limited');
  sandbox.fault({ kind: 'forbidden', path: /permission$/ });
  assert.deepEqual(
    value(await forge.reader.comments(number)).map(({ trusted }) => trusted),
    [false],
  );
});

void test('a label that cannot be made in colour is put on all the same', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  github.sandbox.fault({ kind: 'forbidden', method: 'POST', path: /\/shop\/labels$/ });
  value(await forge.writer.setLabels(number, ['remendo']));
  assert.deepEqual(value(await forge.reader.pullRequest(number)).labels, ['remendo']);
});
