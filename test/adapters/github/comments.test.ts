import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGitHub } from '../../sandbox/github/world.ts';
import { code, forgeOn, openOne, value } from './client.ts';

const MARKER = '<!-- remendo:sticky -->';

void test('the sticky comment is made once, edited in place, and left alone when it says so already', async (t) => {
  const github = await startGitHub(t);
  const { sandbox } = github;
  const forge = forgeOn(github);
  const number = await openOne(forge);
  await sandbox.comment('acme', 'shop', number, 'reviewer', `I quote: ${MARKER}`);
  const bodies = async (): Promise<readonly string[]> => {
    const [pull] = await sandbox.pulls('acme', 'shop');
    return (pull?.comments ?? []).filter(({ author }) => author === 'remendo-bot').map(({ body }) => body);
  };
  value(await forge.writer.stickyComment(number, MARKER, 'one'));
  assert.deepEqual(await bodies(), [`${MARKER}\none`]);
  const writes = (): number => sandbox.requests.filter(({ method }) => method !== 'GET').length;
  const before = writes();
  value(await forge.writer.stickyComment(number, MARKER, 'one\r\n'));
  assert.equal(writes(), before);
  value(await forge.writer.stickyComment(number, MARKER, `two ${MARKER}`));
  assert.deepEqual(await bodies(), [`two ${MARKER}`]);
});

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

void test('Remendo’s labels are set exactly, other people’s stay', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  const labels = async (): Promise<readonly string[]> =>
    [...value(await forge.reader.pullRequest(number)).labels].sort();
  value(await forge.writer.setLabels(number, ['team/payments', 'remendo']));
  value(await forge.writer.setLabels(number, ['remendo', 'remendo:verified']));
  assert.deepEqual(await labels(), ['remendo', 'remendo:verified', 'team/payments']);
  value(await forge.writer.setLabels(number, ['remendo:rejected']));
  assert.deepEqual(await labels(), ['remendo:rejected', 'team/payments']);
  const writes = (): number => github.sandbox.requests.filter(({ method }) => method !== 'GET').length;
  const before = writes();
  value(await forge.writer.setLabels(number, ['Remendo:rejected']));
  assert.equal(writes(), before, 'nothing to do');
});

void test('a label that cannot be made in colour is put on all the same', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const number = await openOne(forge);
  github.sandbox.fault({ kind: 'forbidden', method: 'POST', path: /\/shop\/labels$/ });
  value(await forge.writer.setLabels(number, ['remendo']));
  assert.deepEqual(value(await forge.reader.pullRequest(number)).labels, ['remendo']);
});
