import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createGit } from '../../../src/adapters/git/git.ts';
import type { GitOptions } from '../../../src/adapters/git/git.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import type { Result } from '../../../src/domain/result.ts';
import type { Git, GitRepository } from '../../../src/ports/git.ts';
import type { GitServer, Work } from './support.ts';
import { git, makeBare, makeWork, quiet, serve, temporary } from './support.ts';

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

interface World {
  readonly root: string;
  readonly work: Work;
  readonly bare: string;
  readonly server: GitServer;
  readonly url: string;
  readonly cache: string;
  readonly shas: string[];
  git(options?: Partial<GitOptions>): Git;
  push(...args: string[]): void;
}

async function makeWorld(options: { filter?: boolean; password?: string } = {}): Promise<World> {
  const root = await temporary();
  const work = makeWork(join(root, 'work'));
  const shas = [
    work.commit('first', { 'apps/web.yaml': 'image: web:1\n', 'readme.md': 'hello\n' }),
    work.commit('second', { 'apps/web.yaml': 'image: web:2\n' }),
    work.commit('third: [a] *b*', { 'apps/db.yaml': 'image: db:1\r\n', 'file [1].txt': 'é\n' }),
  ];
  const bare = join(root, 'served', 'org', 'repo.git');
  makeBare(work, bare, { filter: options.filter ?? true });
  const server = await serve(join(root, 'served'), options.password);
  const cache = join(root, 'cache');
  cleanups.push(async () => {
    await server.close();
    await rm(root, { recursive: true, force: true });
  });
  return {
    root,
    work,
    bare,
    server,
    url: `${server.url}/org/repo.git`,
    cache,
    shas,
    git: (more = {}) =>
      createGit({ cacheDirectory: cache, local: new Map(), credentials: () => undefined, log: quiet, ...more }),
    push: (...args) => void git(work.directory, 'push', '--quiet', ...args),
  };
}

async function open(world: World, options: Partial<GitOptions> = {}): Promise<GitRepository> {
  return value(await world.git(options).open(world.url));
}

function value<T>(result: Result<T, Problem>): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error));
  return result.value;
}

function code<T>(result: Result<T, Problem>): string {
  return result.ok ? 'ok' : result.error.code;
}

test('history, files, differences and ancestry of a partial clone', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  const [first = '', second = '', third = ''] = world.shas;
  assert.equal(value(await repository.resolve('HEAD')), third);
  assert.equal(value(await repository.resolve('main')), third);
  assert.equal(value(await repository.resolve(second.slice(0, 8))), second);
  const log = value(await repository.log('main', [], 10));
  assert.deepEqual(
    log.map(({ revision }) => revision),
    [third, second, first],
  );
  assert.deepEqual(log[0], {
    revision: third,
    author: 'Ada',
    email: 'ada@example.com',
    committedAt: '2026-11-21T05:02:00Z',
    subject: 'third: [a] *b*',
    parents: [second],
  });
  assert.deepEqual(log[2]?.parents, []);
  const touched = value(await repository.log('main', ['apps/web.yaml'], 10));
  assert.deepEqual(
    touched.map(({ subject }) => subject),
    ['second', 'first'],
  );
  assert.deepEqual(
    value(await repository.log('main', ['file [1].txt'], 10)).map(({ revision }) => revision),
    [third],
  );
  assert.deepEqual(value(await repository.log('main', ['file *'], 10)), [], 'a path is not a pattern');
  assert.equal(value(await repository.log('main', [], 1)).length, 1);
  assert.equal(value(await repository.readFile(first, 'apps/web.yaml')), 'image: web:1\n');
  assert.equal(value(await repository.readFile('main', 'apps/db.yaml')), 'image: db:1\r\n');
  assert.equal(value(await repository.readFile('main', 'file [1].txt')), 'é\n');
  assert.equal(value(await repository.readFile('main', 'apps')), undefined);
  assert.equal(value(await repository.readFile('main', 'nothing')), undefined);
  assert.match(value(await repository.diff(first, second, ['apps'])), /^-image: web:1\n\+image: web:2$/m);
  assert.equal(value(await repository.diff(first, second, ['readme.md'])), '');
  assert.equal(value(await repository.isAncestor(first, 'main')), true);
  assert.equal(value(await repository.isAncestor('main', 'main')), true);
  assert.equal(value(await repository.isAncestor('main', first)), false);
  assert.equal(code(await repository.isAncestor('0'.repeat(40), 'main')), 'revision-missing');
});

test('blobs are fetched when they are read, where the server can leave them out, and at once where it cannot', async () => {
  for (const filter of [true, false]) {
    const world = await makeWorld({ filter });
    const repository = await open(world);
    const before = world.server.requests.length;
    assert.equal(value(await repository.readFile('main', 'readme.md')), 'hello\n');
    assert.equal(world.server.requests.length > before, filter);
    value(await repository.checkout('main'));
    const filled = world.server.requests.length;
    value(await repository.checkout('main'));
    assert.equal(world.server.requests.length, filled, 'the same commit is not made twice');
  }
});

test('a checkout has the committed bytes: attributes, filters and links of the repository do nothing', async () => {
  const world = await makeWorld();
  const marker = join(world.root, 'ran');
  symlinkSync('/etc/passwd', join(world.work.directory, 'link'));
  git(world.work.directory, 'config', 'core.autocrlf', 'false');
  const sha = world.work.commit('attributes', {
    'crlf.txt': 'a\nb\n',
    'left-out.yaml': 'kind: A\n',
    'large.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
  });
  const again = world.work.commit('now with attributes', {
    '.gitattributes': '*.txt text eol=crlf\nleft-out.yaml export-ignore\n*.bin filter=lfs\n*.yaml ident\n',
    'ident.yaml': 'a: $Id$\n',
  });
  world.push('origin', 'main');
  const repository = await open(world);
  writeFileSync(join(world.root, 'x'), '');
  const { directory, revision, repoURL } = value(await repository.checkout('main'));
  assert.equal(revision, again);
  assert.equal(repoURL, world.url);
  assert.ok(directory.endsWith(again));
  assert.equal(readFileSync(join(directory, 'crlf.txt'), 'latin1'), 'a\nb\n');
  assert.equal(readFileSync(join(directory, 'ident.yaml'), 'latin1'), 'a: $Id$\n');
  assert.equal(readFileSync(join(directory, 'apps/db.yaml'), 'latin1'), 'image: db:1\r\n');
  assert.ok(existsSync(join(directory, 'left-out.yaml')));
  assert.match(readFileSync(join(directory, 'large.bin'), 'utf8'), /^version https:\/\/git-lfs/);
  assert.equal(readlinkSync(join(directory, 'link')), '/etc/passwd');
  assert.ok(!existsSync(join(directory, '.git')));
  assert.ok(!existsSync(marker));
  const other = value(await repository.checkout(sha)).directory;
  assert.ok(!existsSync(join(other, '.gitattributes')), 'nothing of another commit is left over');
});

test('checkouts asked for at the same time are made once', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  const made = await Promise.all([...world.shas, ...world.shas].map((sha) => repository.checkout(sha)));
  const folders = made.map((checkout) => value(checkout).directory);
  assert.equal(new Set(folders).size, 3);
  const [first = ''] = folders;
  assert.deepEqual(readdirSync(join(first, '..')).sort(), [...world.shas].sort());
  assert.equal(readFileSync(join(first, 'apps/web.yaml'), 'utf8'), 'image: web:1\n');
});

test('refresh sees new commits, a force-pushed base, deleted branches and tags', async () => {
  const world = await makeWorld();
  git(world.work.directory, 'tag', '-a', 'v1', '-m', 'one', world.shas[0] ?? '');
  git(world.work.directory, 'tag', 'main-2', world.shas[1] ?? '');
  world.push('origin', 'v1', 'main-2', 'main:refs/heads/gone', 'main:refs/heads/dir/branch');
  const repository = await open(world);
  assert.equal(value(await repository.resolve('v1')), world.shas[0], 'an annotated tag means its commit');
  assert.equal(value(await repository.resolve('refs/tags/main-2')), world.shas[1]);
  assert.equal(value(await repository.resolve('dir/branch')), world.shas[2]);
  git(world.work.directory, 'reset', '--quiet', '--hard', world.shas[0] ?? '');
  const rewritten = world.work.commit('rewritten', { 'apps/web.yaml': 'image: web:3\n' });
  world.push('--force', 'origin', 'main', ':refs/heads/gone', ':refs/heads/dir/branch', 'main:refs/heads/dir');
  assert.equal(value(await repository.resolve('main')), world.shas[2], 'nothing changes by itself');
  value(await repository.refresh());
  assert.equal(value(await repository.resolve('main')), rewritten);
  assert.equal(code(await repository.resolve('gone')), 'revision-missing');
  assert.equal(value(await repository.resolve('dir')), rewritten);
  assert.equal(value(await repository.isAncestor(world.shas[2] ?? '', 'main')), false);
});

test('the default branch is the one that the server names', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  git(world.work.directory, 'checkout', '--quiet', '-b', 'trunk');
  const sha = world.work.commit('on trunk', { 'a.txt': 'a' });
  world.push('origin', 'trunk');
  git(world.bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
  value(await repository.refresh());
  assert.equal(value(await repository.resolve('HEAD')), sha);
  assert.equal(value(await repository.resolve('')), sha);
});

test('HEAD of the server: a branch, a commit by itself, a branch that is not there', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  git(world.bare, 'update-ref', '--no-deref', 'HEAD', world.shas[0] ?? '');
  value(await repository.refresh());
  assert.equal(value(await repository.resolve('HEAD')), world.shas[0]);
  git(world.bare, 'symbolic-ref', 'HEAD', 'refs/heads/none');
  value(await repository.refresh());
  assert.equal(code(await repository.resolve('HEAD')), 'revision-missing');
  assert.equal(value(await repository.resolve('main')), world.shas[2]);
  git(world.bare, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  value(await repository.refresh());
  assert.equal(value(await repository.resolve('HEAD')), world.shas[2]);
});

test('a refresh asks the server once', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  for (const message of ['nothing new', 'a commit']) {
    if (message === 'a commit') {
      world.work.commit(message, { 'new.txt': 'new' });
      world.push('origin', 'main');
    }
    const before = world.server.requests.length;
    value(await repository.refresh());
    const asked = world.server.requests.slice(before).filter((request) => request.includes('/info/refs'));
    assert.equal(asked.length, 1, message);
  }
});

test('a commit that no branch names any more can still be read', async () => {
  const world = await makeWorld();
  git(world.work.directory, 'checkout', '--quiet', '-b', 'side');
  const side = world.work.commit('side', { 'side.txt': 's' });
  world.push('origin', 'side');
  world.push('origin', ':side');
  const repository = await open(world);
  assert.equal(value(await repository.resolve(side)), side);
  assert.equal(value(await repository.readFile(side, 'side.txt')), 's');
});

test('revisions that are not names of anything, or are options', async () => {
  const world = await makeWorld();
  const repository = await open(world);
  for (const bad of [
    'nothing',
    '--upload-pack=x',
    '-x',
    'main~1',
    'main^',
    'main@{1}',
    ':/first',
    'a..b',
    'HEAD:apps',
    '@',
    'x y',
    'dead',
    'f'.repeat(40),
    '../main',
    'main.lock',
  ]) {
    assert.equal(code(await repository.resolve(bad)), 'revision-missing', bad);
  }
  assert.equal(code(await repository.checkout('nothing')), 'revision-missing');
});

test('an empty repository', async () => {
  const world = await makeWorld();
  git(world.root, 'init', '--quiet', '--bare', join(world.root, 'served', 'empty.git'));
  const repository = value(await world.git().open(`${world.server.url}/empty.git`));
  assert.equal(code(await repository.resolve('HEAD')), 'revision-missing');
  assert.equal(code(await repository.checkout('main')), 'revision-missing');
});

test('a damaged cache is made again', async () => {
  const world = await makeWorld({ filter: false });
  value(await (await open(world)).readFile('main', 'readme.md'));
  const [name = ''] = readdirSync(world.cache);
  const cached = join(world.cache, name, 'git');
  const packs = join(cached, 'objects', 'pack');
  for (const file of readdirSync(packs)) {
    rmSync(join(packs, file), { force: true });
    if (file.endsWith('.pack')) writeFileSync(join(packs, file), 'rubbish');
  }
  assert.equal(value(await (await open(world)).readFile('main', 'readme.md')), 'hello\n');
  writeFileSync(join(cached, 'HEAD'), '');
  const repository = await open(world);
  value(await repository.refresh());
  assert.equal(value(await repository.resolve('main')), world.shas[2]);
  truncateSync(join(cached, 'config'), 0);
  rmSync(join(cached, 'refs'), { recursive: true });
  value(await repository.refresh());
  assert.equal(value(await repository.readFile('main', 'readme.md')), 'hello\n');
});

test('a first fetch that broke off is begun again', async () => {
  const world = await makeWorld();
  world.server.fail = 503;
  assert.equal(code(await world.git().open(world.url)), 'repository-unreachable');
  world.server.fail = undefined;
  const repository = await open(world);
  assert.equal(value(await repository.resolve('main')), world.shas[2]);
});

test('what the server refuses has a name', async () => {
  const world = await makeWorld();
  const fresh = (): Git => world.git({ cacheDirectory: join(world.root, `cache-${Math.random()}`) });
  for (const [status, expected] of [
    [401, 'repository-unauthorized'],
    [403, 'repository-unauthorized'],
    [404, 'repository-missing'],
    [500, 'repository-unreachable'],
    [502, 'repository-unreachable'],
  ] as const) {
    world.server.fail = status;
    assert.equal(code(await fresh().open(world.url)), expected, String(status));
  }
  world.server.fail = undefined;
  assert.equal(code(await fresh().open(`${world.server.url}/org/none.git`)), 'repository-missing');
  const repository = await open(world);
  world.server.fail = 404;
  assert.equal(code(await repository.refresh()), 'repository-missing');
  await world.server.close();
  assert.equal(code(await repository.refresh()), 'repository-unreachable');
  assert.equal(value(await repository.resolve('main')), world.shas[2], 'what is cached can still be read');
});

test('credentials: sent to the host, and written nowhere', async () => {
  const world = await makeWorld({ password: 'ghs_SECRET' });
  assert.equal(code(await world.git().open(world.url)), 'repository-unauthorized');
  const wrong = await world
    .git({ credentials: () => ({ username: 'x-access-token', password: 'wrong' }) })
    .open(world.url);
  assert.equal(code(wrong), 'repository-unauthorized');
  assert.ok(!JSON.stringify(wrong).includes('wrong'));
  const asked: string[] = [];
  const repository = await open(world, {
    credentials(url) {
      asked.push(url);
      return { username: 'x-access-token', password: 'ghs_SECRET' };
    },
  });
  assert.equal(value(await repository.readFile('main', 'readme.md')), 'hello\n');
  assert.deepEqual([...new Set(asked)], [world.url]);
  const leak = /ghs_SECRET|eC1hY2Nlc3M/;
  for (const entry of readdirSync(world.cache, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) assert.ok(!leak.test(readFileSync(join(entry.parentPath, entry.name), 'latin1')), entry.name);
  }
  const inside = world.url.replace('//', '//x-access-token:ghs_SECRET@');
  const other = value(await world.git({ cacheDirectory: join(world.root, 'cache2') }).open(inside));
  assert.equal(other.url, world.url);
  assert.equal(value(await other.resolve('main')), world.shas[2]);
  world.server.fail = 500;
  const failed = await other.refresh();
  assert.ok(!failed.ok && !leak.test(JSON.stringify(failed.error)));
});

test('one repository, however its address is written', async () => {
  const world = await makeWorld();
  const shared = world.git();
  const repository = value(await shared.open(world.url));
  const plain = value(await shared.open(world.url.replace('.git', '/')));
  const requests = world.server.requests.length;
  assert.equal(plain.url, world.url.replace('.git', '/'));
  assert.equal(value(await plain.checkout('main')).directory, value(await repository.checkout('main')).directory);
  assert.equal(value(await plain.checkout('main')).repoURL, plain.url);
  assert.ok(world.server.requests.length - requests <= 4);
  assert.equal(readdirSync(world.cache).length, 1);
});

test('a cache that cannot be written', async () => {
  const world = await makeWorld();
  writeFileSync(join(world.root, 'file'), '');
  const opened = await world.git({ cacheDirectory: join(world.root, 'file') }).open(world.url);
  assert.equal(code(opened), 'repository-unreachable');
  assert.match(opened.ok ? '' : opened.error.message, /the cache cannot be written/);
});

test('an aborted fetch ends soon and leaves a usable cache', async () => {
  const world = await makeWorld();
  const opened = await world.git().open(world.url, AbortSignal.abort());
  assert.equal(code(opened), 'repository-unreachable');
  assert.equal(value(await (await open(world)).resolve('main')), world.shas[2]);
});
