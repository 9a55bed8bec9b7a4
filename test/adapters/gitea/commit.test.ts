import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, value } from '../github/client.ts';
import type { Answer } from './server.ts';
import { SHA, answering, forgeAt, json, serve } from './server.ts';

const BRANCH = 'remendo/web-1';
const REQUEST = { branch: BRANCH, parent: SHA.main, message: 'Fix', files: [{ path: 'a.yaml', content: 'a: 1\n' }] };
const PERSON = { email: 'x' };

function commitAt(sha: string, parent = SHA.main): object {
  return { sha, commit: { author: PERSON, committer: PERSON, message: 'Fix\n' }, parents: [{ sha: parent }] };
}

const branchAt = (id: string): object => ({
  commit: { id },
  protected: false,
  enable_status_check: false,
  status_check_contexts: null,
  effective_branch_protection_name: '',
});

/** A branch at `old` that is to be moved; the stand is made and the commit is done. */
const moving =
  (more: Answer): Answer =>
  (asked, response) => {
    more(asked, response);
    if (response.headersSent || response.destroyed) return;
    const key = `${asked.method} ${asked.path.replace(/^\/repos\/shop\/web/, '').replace(/\?.*/, '')}`;
    if (key === `GET /branches/${BRANCH}`) json(response, 200, branchAt(SHA.old));
    if (key === `GET /git/commits/${SHA.main}`) json(response, 200, commitAt(SHA.main));
    if (key === 'POST /contents') json(response, 201, { commit: { sha: SHA.made } });
  };

for (const [status, text] of [
  [404, '404 page not found'],
  [405, ''],
] as const) {
  void test(`a server that cannot move branches (${status}) is called so, and nothing is left behind`, async (t) => {
    const { url, asked } = await serve(
      t,
      answering(
        moving(({ method }, response) => {
          if (method === 'PUT') response.writeHead(status).end(text);
        }),
      ),
    );
    const made = await forgeAt(url).writer.commit({ ...REQUEST, expectedHead: SHA.old });
    assert.equal(code(made), 'invalid');
    assert.match(made.ok ? '' : made.error.message, /since 1\.26/);
    assert.equal(asked.at(-1)?.method, 'DELETE');
    const put = asked.find(({ method }) => method === 'PUT');
    assert.deepEqual(JSON.parse(put?.body ?? ''), { new_commit_id: SHA.made, old_commit_id: SHA.old, force: true });
  });
}

void test('a lease that does not hold is a conflict, in whatever words', async (t) => {
  for (const status of [422, 500]) {
    let head = SHA.old;
    const { url } = await serve(
      t,
      answering(
        moving(({ method, path }, response) => {
          if (method === 'PUT') {
            head = SHA.main;
            return json(response, status, { message: 'branch commit does not match' });
          }
          if (path.startsWith(`/repos/shop/web/branches/${BRANCH}`) && method === 'GET') {
            json(response, 200, branchAt(head));
          }
        }),
      ),
    );
    assert.equal(code(await forgeAt(url).writer.commit({ ...REQUEST, expectedHead: SHA.old })), 'conflict');
  }
});

void test('a stand that was left over elsewhere is put anew', async (t) => {
  const stand = `/repos/shop/web/branches/${BRANCH}.parent`;
  let there = true;
  const { url, asked } = await serve(
    t,
    answering(
      moving(({ method, path }, response) => {
        if (method === 'POST' && path.endsWith('/branches') && there) {
          return json(response, 409, { message: 'The branch already exists.' });
        }
        if (method === 'GET' && path === stand) return json(response, 200, branchAt(SHA.old));
        if (method === 'DELETE' && path === stand) there = false;
        if (method === 'PUT') json(response, 204, undefined);
      }),
    ),
  );
  assert.equal(value(await forgeAt(url).writer.commit({ ...REQUEST, expectedHead: SHA.old })), SHA.made);
  assert.deepEqual(
    asked.filter(({ path }) => path === stand).map(({ method }) => method),
    ['GET', 'DELETE', 'DELETE'],
  );
});

void test('commits carry the address that the server itself hides accounts behind', async (t) => {
  const { url, asked } = await serve(
    t,
    answering(
      moving(({ method }, response) => {
        if (method === 'PUT') json(response, 204, undefined);
      }),
    ),
  );
  const forge = forgeAt(url);
  value(await forge.writer.commit({ ...REQUEST, expectedHead: SHA.old }));
  const sent = JSON.parse(asked.find(({ path }) => path.endsWith('/contents'))?.body ?? '{}');
  const author = { name: 'Remendo-Bot', email: '3+remendo-bot@hidden.example' };
  assert.deepEqual([sent.author, sent.committer, sent.branch], [author, author, `${BRANCH}.parent`]);
  const { ownEmails, signing } = value(await forge.reader.repository());
  assert.deepEqual([ownEmails.includes(author.email), signing], [true, 'unsigned']);
  assert.equal(asked.filter(({ path }) => path === '/user').length, 1, 'asked once');
});

void test('where strangers are shown nothing, the usual address is taken; a key that signs is taken for Remendo’s too', async (t) => {
  // What `gpg --export -a` gives, cut to its user id: the rest is never read.
  const key = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${Buffer.from('\u0099\u00b4Gitea <sign@git.example>\u0088x', 'latin1').toString('base64')}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n`;
  const { url } = await serve(
    t,
    answering(({ path }, response) => {
      if (path.startsWith('/users/')) json(response, 403, { message: 'sign in' });
      if (path.endsWith('signing-key.gpg')) response.writeHead(200).end(key);
    }),
  );
  const info = value(await forgeAt(url).reader.repository());
  assert.deepEqual(
    [info.ownEmails, info.signing],
    [['3+remendo-bot@noreply.127.0.0.1', 'sign@git.example'], 'unknown'],
  );
});
