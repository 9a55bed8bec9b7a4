import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { git } from '../../../src/sandbox/github/git.ts';
import type { TestGitHub } from '../../sandbox/github/world.ts';
import { DEPLOYMENT, startGitHub } from '../../sandbox/github/world.ts';
import { code, forgeOn, mainOf, value } from './client.ts';

const BRANCH = 'remendo/web-1';

/** git in the bare repository of the sandbox. */
function inRepository(github: TestGitHub, ...args: string[]): Promise<string> {
  return git(github.sandbox.repositoryPath('acme', 'shop'), args);
}

void test('a commit changes exactly its files and keeps their modes', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const parent = await mainOf(forge);
  const files = [
    { path: 'bin/run.sh', content: '#!/bin/sh\r\necho ü\n' },
    { path: 'apps/new/deep/a.yaml', content: '\uFEFFno: end' },
  ];
  const sha = value(await forge.writer.commit({ branch: BRANCH, parent, message: 'One\n\nTwo', files }));
  assert.equal((await inRepository(github, 'rev-parse', BRANCH, `${BRANCH}^`)).trim(), `${sha}\n${parent}`);
  const raw = await inRepository(github, 'diff', '--raw', '--abbrev=1', parent, sha);
  assert.match(raw, /^:000000 100644 .* A\tapps\/new\/deep\/a\.yaml\n:100755 100755 .* M\tbin\/run\.sh\n$/);
  for (const { path, content } of files) assert.equal(await inRepository(github, 'show', `${sha}:${path}`), content);
  assert.equal((await inRepository(github, 'show', '-s', '--format=%B', sha)).trim(), 'One\n\nTwo');
});

void test('any text arrives byte for byte', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const parent = await mainOf(forge);
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (content) => {
      fc.pre(content !== DEPLOYMENT);
      const files = [{ path: 'apps/web/deployment.yaml', content }];
      const sha = value(await forge.writer.commit({ branch: `p/${n++}`, parent, message: 'x', files }));
      assert.equal(await inRepository(github, 'show', `${sha}:apps/web/deployment.yaml`), content);
    }),
    { numRuns: 8 },
  );
});

void test('nothing is written through links, into folders that are files, or when nothing changes', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const parent = await mainOf(forge);
  for (const path of ['apps/link.yaml', 'README.md/a.yaml', 'apps/web', '../out.yaml']) {
    const made = await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: [{ path, content: 'x' }] });
    assert.equal(code(made), 'invalid', path);
  }
  const same = [{ path: 'apps/web/deployment.yaml', content: DEPLOYMENT }];
  assert.equal(code(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: same })), 'invalid');
  assert.equal(value(await forge.reader.branch(BRANCH)), undefined);
});

const FILES = [{ path: 'apps/web/deployment.yaml', content: 'a: 1\n' }];

void test('a branch of the same name by somebody else is left alone', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const theirs = await github.sandbox.commitFiles('acme', 'shop', {
    branch: BRANCH,
    from: 'main',
    files: { a: 'a' },
    message: 'x',
  });
  const parent = await mainOf(forge);
  assert.equal(code(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES })), 'exists');
  assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
});

void test('a branch is rebuilt only from where it was seen', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const { sandbox } = github;
  const first = value(
    await forge.writer.commit({ branch: BRANCH, parent: await mainOf(forge), message: '1', files: FILES }),
  );
  await sandbox.commitFiles('acme', 'shop', { branch: 'main', files: { m: 'm' }, message: 'main moves' });
  const parent = await mainOf(forge);
  const request = { branch: BRANCH, parent, message: '2', files: FILES };
  const second = value(await forge.writer.commit({ ...request, expectedHead: first }));
  assert.equal((await inRepository(github, 'rev-list', '--count', `main..${BRANCH}`)).trim(), '1');
  assert.equal(code(await forge.writer.commit({ ...request, expectedHead: first })), 'conflict');
  assert.equal(value(await forge.reader.branch(BRANCH)), second);
  await sandbox.deleteBranch('acme', 'shop', BRANCH);
  assert.equal(code(await forge.writer.commit({ ...request, expectedHead: second })), 'conflict');
});

void test('a push of somebody else while the commit is made is not overwritten', async (t) => {
  let push: (() => Promise<unknown>) | undefined;
  const github = await startGitHub(t, {
    onRequest: async (_, { method, path }) => {
      if (method === 'POST' && path.endsWith('/git/commits')) await push?.();
    },
  });
  const forge = forgeOn(github);
  const first = value(
    await forge.writer.commit({ branch: BRANCH, parent: await mainOf(forge), message: '1', files: FILES }),
  );
  let theirs = '';
  push = async () => {
    theirs = await github.sandbox.commitFiles('acme', 'shop', { branch: BRANCH, files: { h: 'h' }, message: 'human' });
  };
  const files = [{ path: 'apps/web/deployment.yaml', content: 'a: 2\n' }];
  const parent = await mainOf(forge);
  assert.equal(
    code(await forge.writer.commit({ branch: BRANCH, parent, expectedHead: first, message: '2', files })),
    'conflict',
  );
  assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
});

void test('a forced base does not disturb a commit on a parent that is still there', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const parent = await mainOf(forge);
  await github.sandbox.commitFiles('acme', 'shop', { branch: 'main', from: parent, files: { z: 'z' }, message: 'a' });
  await github.sandbox.commitFiles('acme', 'shop', {
    branch: 'main',
    from: parent,
    files: { y: 'y' },
    message: 'forced',
  });
  value(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES }));
  const gone = await forge.writer.commit({ branch: 'remendo/b', parent: '1'.repeat(40), message: 'x', files: FILES });
  assert.equal(code(gone), 'not-found');
});
