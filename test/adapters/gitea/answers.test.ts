import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import type { Forge } from '../../../src/ports/forge.ts';
import { code, value } from '../github/client.ts';
import { SHA, answering, forgeAt, json, serve } from './server.ts';

const FIXTURES = new URL('../../../fixtures/gitea/', import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'));
}

/** A forge whose answers are the fixtures, by the end of the path that is asked for. */
async function forgeWith(t: TestContext, answers: Readonly<Record<string, string>>): Promise<Forge> {
  const { url } = await serve(
    t,
    answering(({ path }, response) => {
      const asked = path.replace(/\?.*/, '').replace('/repos/shop/web', '');
      const name = answers[asked];
      if (name !== undefined) json(response, 200, fixture(name));
    }),
  );
  return forgeAt(url);
}

void test('a merged pull request whose branch is gone keeps the branch’s name and the head that it ended with', async (t) => {
  const forge = await forgeWith(t, { '/pulls/1': 'pull-merged-branch-gone', '/git/refs/pull/1/head': 'refs' });
  const pull = value(await forge.reader.pullRequest(1));
  assert.equal(pull.state, 'merged');
  assert.equal(pull.head.ref, 'remendo/web-1');
  const [ref] = z.array(z.object({ object: z.object({ sha: z.string() }) })).parse(fixture('refs'));
  assert.equal(pull.head.sha, ref?.object.sha);
  assert.match(pull.mergeCommitSha ?? '', /^[0-9a-f]{40}$/);
  assert.deepEqual([pull.labels, pull.author], [['remendo'], 'remendo-bot']);
});

void test('of pull requests from forks, present and gone, none is one’s own', async (t) => {
  const forge = await forgeWith(t, { '/pulls': 'pulls-of-forks' });
  const pulls = value(await forge.reader.pullRequests({ headPrefix: 'remendo/', state: 'all' }));
  assert.deepEqual(
    pulls.map(({ number }) => number),
    [1],
  );
});

void test('rules of a protected branch, as a writer and as an administrator see them', async (t) => {
  const requiredChecks = ['ci/build'];
  const writer = await forgeWith(t, { '/branches/main': 'branch-protected-for-a-writer' });
  assert.deepEqual(value(await writer.reader.branchRules('main')), { signatures: undefined, requiredChecks });
  const administrator = await forgeWith(t, {
    '/branches/main': 'branch-protected-for-an-administrator',
    '/branch_protections/ma*': 'branch-protection',
  });
  assert.deepEqual(value(await administrator.reader.branchRules('main')), { signatures: true, requiredChecks });
});

void test('a name that no branch can have leads to no other address', async (t) => {
  const asked: string[] = [];
  const { url } = await serve(t, ({ path }, response) => {
    asked.push(path);
    json(response, 200, fixture('branch-protected-for-a-writer'));
  });
  const { reader } = forgeAt(url);
  assert.equal(code(await reader.branchRules('../../../user')), 'not-found');
  assert.equal(value(await reader.branch('main/../other')), undefined);
  assert.deepEqual(asked, []);
});

void test('commits are read, and nothing is written where a link or a folder stands', async (t) => {
  const parent = {
    sha: SHA.main,
    commit: { author: { email: 'x' }, committer: { email: 'x' }, message: '' },
    parents: [],
  };
  for (const name of ['contents-symlink', 'contents-folder']) {
    const { url, asked } = await serve(
      t,
      answering(({ method, path }, response) => {
        if (path.includes('/git/commits/')) json(response, 200, parent);
        if (method === 'GET' && path.includes('/contents/')) json(response, 200, fixture(name));
      }),
    );
    const files = [{ path: 'a', content: 'x' }];
    const made = await forgeAt(url).writer.commit({ branch: 'b', parent: SHA.main, message: 'm', files });
    assert.equal(code(made), 'invalid', name);
    assert.ok(asked.every(({ method }) => method === 'GET'));
  }
  const forge = await forgeWith(t, { '/pulls/1/commits': 'commits' });
  const [commit] = value(await forge.reader.commits(1));
  assert.match(commit?.authorEmail ?? '', /^\d+\+remendo-bot@noreply\./);
  assert.equal(commit?.message, 'Fix web\n');
});
