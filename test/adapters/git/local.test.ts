import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createGit } from '../../../src/adapters/git/git.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import type { Result } from '../../../src/domain/result.ts';
import type { Git, GitRepository } from '../../../src/ports/git.ts';
import type { Work } from './support.ts';
import { git, makeBare, makeWork, quiet, temporary } from './support.ts';

const URL = 'https://git.example.com/platform/gitops.git';
let root = '';
let work: Work;
let shas: string[] = [];

before(async () => {
  root = await temporary();
  work = makeWork(join(root, 'work'));
  shas = [work.commit('first', { 'a.yaml': 'a: 1\n' }), work.commit('second', { 'a.yaml': 'a: 2\n' })];
  makeBare(work, join(root, 'bare.git'), { filter: true });
});
after(() => rm(root, { recursive: true, force: true }));

function gitOver(path: string, url = URL): Git {
  return createGit({
    cacheDirectory: join(root, 'cache'),
    local: new Map([[url, path]]),
    credentials: () => undefined,
    log: quiet,
  });
}

function value<T>(result: Result<T, Problem>): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error));
  return result.value;
}

function code<T>(result: Result<T, Problem>): string {
  return result.ok ? 'ok' : result.error.code;
}

async function openAt(path: string): Promise<GitRepository> {
  return value(await gitOver(path).open(URL));
}

/** Names, sizes and times of everything below a folder. */
function state(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const info = statSync(join(directory, name), { throwIfNoEntry: false });
      return `${name} ${info?.size} ${info?.mtimeMs}`;
    })
    .sort();
}

test('a clone, a bare repository and a worktree are read and never written', async () => {
  git(root, 'clone', '--quiet', join(root, 'bare.git'), join(root, 'clone'));
  git(join(root, 'clone'), 'worktree', 'add', '--quiet', '--detach', join(root, 'tree'));
  for (const path of [join(root, 'clone'), join(root, 'bare.git'), join(root, 'tree')]) {
    const before = state(path);
    const repository = await openAt(path);
    assert.equal(value(await repository.resolve('main')), shas[1]);
    assert.equal(value(await repository.resolve('HEAD')), shas[1]);
    assert.equal(value(await repository.resolve((shas[0] ?? '').slice(0, 7))), shas[0]);
    assert.equal(value(await repository.readFile(shas[0] ?? '', 'a.yaml')), 'a: 1\n');
    assert.deepEqual(
      value(await repository.log('main', ['a.yaml'], 5)).map(({ subject }) => subject),
      ['second', 'first'],
    );
    assert.equal(value(await repository.isAncestor(shas[0] ?? '', 'main')), true);
    assert.match(value(await repository.diff(shas[0] ?? '', 'main', [])), /\+a: 2/);
    const { directory } = value(await repository.checkout('main'));
    assert.equal(readFileSync(join(directory, 'a.yaml'), 'utf8'), 'a: 2\n');
    assert.ok(directory.startsWith(join(root, 'cache')));
    value(await repository.refresh());
    assert.deepEqual(state(path), before);
  }
});

test('the address may be written in another way than in the option', async () => {
  const opened = gitOver(join(root, 'bare.git'));
  for (const url of [
    'https://GIT.example.com/platform/gitops',
    'git@git.example.com:platform/gitops.git',
    'ssh://git@git.example.com:2222/platform/gitops/',
    'https://git.example.com/platform/gitops.git/',
  ]) {
    assert.equal(value(await opened.open(url)).url, url);
  }
  const named = gitOver(join(root, 'bare.git'), 'not a url');
  assert.equal(value(await named.open('not a url')).url, 'not a url');
});

test('local branches count before those of origin, tags last; new commits are seen without a refresh', async () => {
  const clone = join(root, 'branches');
  git(root, 'clone', '--quiet', join(root, 'bare.git'), clone);
  git(clone, 'update-ref', 'refs/remotes/origin/remote-only', shas[0] ?? '');
  git(clone, 'tag', 'v1', shas[0] ?? '');
  git(clone, 'checkout', '--quiet', '-b', 'feature', shas[0] ?? '');
  const repository = await openAt(clone);
  assert.equal(value(await repository.resolve('feature')), shas[0]);
  assert.equal(value(await repository.resolve('remote-only')), shas[0]);
  assert.equal(value(await repository.resolve('v1')), shas[0]);
  assert.equal(value(await repository.resolve('HEAD')), shas[1], 'HEAD is the default branch, not what is checked out');
  git(clone, 'branch', '--force', 'main', shas[0] ?? '');
  assert.equal(value(await repository.resolve('main')), shas[0]);
  git(clone, 'remote', 'remove', 'origin');
  assert.equal(value(await repository.resolve('HEAD')), shas[0], 'without origin, what is checked out');
});

test('a clone that runs programs: none of them runs', async () => {
  const clone = join(root, 'hostile');
  git(root, 'clone', '--quiet', join(root, 'bare.git'), clone);
  const marker = join(root, 'ran');
  const script = join(root, 'run.sh');
  writeFileSync(script, `#!/bin/sh\ntouch ${marker}\ncat\n`);
  chmodSync(script, 0o755);
  mkdirSync(join(clone, '.git', 'hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction'])
    cpSync(script, join(clone, '.git', 'hooks', hook));
  for (const key of [
    'core.fsmonitor',
    'core.pager',
    'core.sshCommand',
    'diff.external',
    'filter.x.smudge',
    'filter.x.process',
    'diff.x.textconv',
  ]) {
    git(clone, 'config', key, script);
  }
  const committed = makeWork(join(root, 'attributes')).directory;
  git(clone, 'config', 'core.fsmonitor', 'false');
  writeFileSync(join(clone, '.gitattributes'), '*.yaml filter=x diff=x\n');
  git(clone, '-c', 'filter.x.process=', '-c', 'core.hooksPath=/dev/null', 'add', '.gitattributes');
  git(clone, '-c', 'filter.x.process=', '-c', 'core.hooksPath=/dev/null', 'commit', '--quiet', '-m', 'attributes');
  git(clone, 'config', 'core.fsmonitor', script);
  await rm(marker, { force: true });
  const repository = await openAt(clone);
  const { directory } = value(await repository.checkout('main'));
  value(await repository.diff(shas[0] ?? '', 'main', []));
  value(await repository.log('main', [], 5));
  assert.equal(readFileSync(join(directory, 'a.yaml'), 'utf8'), 'a: 2\n');
  assert.equal(statSync(marker, { throwIfNoEntry: false }), undefined);
  assert.ok(committed.endsWith('attributes'));
});

test('a shallow clone cannot say what came before it', async () => {
  const clone = join(root, 'shallow');
  git(root, 'clone', '--quiet', '--depth', '1', `file://${join(root, 'bare.git')}`, clone);
  const repository = await openAt(clone);
  assert.equal(value(await repository.resolve('main')), shas[1]);
  assert.deepEqual(
    value(await repository.log('main', [], 5)).map(({ revision }) => revision),
    [shas[1]],
  );
  assert.equal(value(await repository.isAncestor('main', 'main')), true);
  assert.equal(code(await repository.isAncestor(shas[0] ?? '', 'main')), 'revision-missing');
  git(clone, 'fetch', '--quiet', '--depth', '1', 'origin', shas[0] ?? '');
  value(await repository.refresh());
  assert.equal(code(await repository.isAncestor(shas[0] ?? '', 'main')), 'history-incomplete');
});

test('what is not there', async () => {
  assert.equal(code(await gitOver(join(root, 'nowhere')).open(URL)), 'repository-missing');
  assert.equal(code(await gitOver(join(root, 'run.sh')).open(URL)), 'repository-missing');
  mkdirSync(join(root, 'fake', '.git'), { recursive: true });
  assert.equal(code(await gitOver(join(root, 'fake')).open(URL)), 'repository-missing');
  const repository = await openAt(join(root, 'bare.git'));
  const missing = await repository.resolve('feature-x');
  assert.equal(code(missing), 'revision-missing');
  assert.match(missing.ok ? '' : (missing.error.hint ?? ''), /fetch/);
  for (const url of ['oci://registry.example.com/chart', 'charts', 'ext::sh -c id', '/etc', 'file:///etc']) {
    assert.equal(code(await gitOver(join(root, 'bare.git')).open(url)), 'repository-missing', url);
  }
});

test('a folder without Git is one revision', async () => {
  const folder = join(root, 'plain');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'sub', 'a.yaml'), 'a: 1\n');
  symlinkSync('/etc/hostname', join(folder, 'outside'));
  const repository = await openAt(folder);
  const revision = value(await repository.resolve('main'));
  assert.match(revision, /^[0-9a-f]{40}$/);
  assert.equal(value(await repository.resolve('HEAD')), revision);
  assert.equal(value(await repository.resolve(revision)), revision);
  assert.equal(code(await repository.resolve('0'.repeat(40))), 'revision-missing');
  assert.deepEqual(value(await repository.checkout('main')), { repoURL: URL, revision, directory: folder });
  assert.deepEqual(value(await repository.log('main', [], 5)), []);
  assert.equal(value(await repository.readFile('main', 'sub/a.yaml')), 'a: 1\n');
  for (const path of ['sub', 'none', '../run.sh', 'outside'])
    assert.equal(value(await repository.readFile('main', path)), undefined, path);
  assert.equal(value(await repository.diff('main', revision, [])), '');
  assert.equal(value(await repository.isAncestor(revision, 'main')), true);
  assert.equal(code(await repository.isAncestor('1'.repeat(40), 'main')), 'revision-missing');
  writeFileSync(join(folder, 'sub', 'a.yaml'), 'a: 2\n');
  value(await repository.refresh());
  assert.notEqual(value(await repository.resolve('main')), revision);
});

test('a partial clone that lacks a file says so, and fetches nothing', async () => {
  const clone = join(root, 'partial');
  git(root, 'clone', '--quiet', '--bare', '--filter=blob:none', `file://${join(root, 'bare.git')}`, clone);
  const before = state(clone);
  const repository = await openAt(clone);
  const read = await repository.readFile('main', 'a.yaml');
  assert.equal(code(read), 'repository-corrupt');
  assert.match(read.ok ? '' : (read.error.hint ?? ''), /partial clone/);
  assert.equal(code(await repository.checkout('main')), 'repository-corrupt');
  assert.deepEqual(state(clone), before);
});
