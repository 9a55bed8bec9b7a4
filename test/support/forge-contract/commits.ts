import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { code, value } from '../../adapters/github/client.ts';
import { DEPLOYMENT } from './checkout.ts';
import type { ForgeWorld, StartWorld } from './world.ts';
import { BRANCH, FILES, MANIFEST, before, breaking, commitOne, losing, mainOf, numberingWrites } from './world.ts';

/** Commits and branches: one commit on exactly the parent, nobody's work lost, and safe to be ended anywhere. */
export function commitContract(name: string, atomicMove: boolean, start: StartWorld): void {
  void test(`${name}: a commit changes exactly its files, keeps their modes, and leaves nothing else behind`, async (t) => {
    const { forge, checkout } = await start(t);
    const parent = await mainOf(forge);
    const files = [
      { path: 'bin/run.sh', content: '#!/bin/sh\r\necho ü\n' },
      { path: 'apps/new/deep/a.yaml', content: '\uFEFFno: end' },
    ];
    const sha = value(await forge.writer.commit({ branch: BRANCH, parent, message: 'One\n\nTwo', files }));
    assert.equal(await checkout.git('rev-parse', `origin/${BRANCH}`, `origin/${BRANCH}^`), `${sha}\n${parent}\n`);
    const raw = await checkout.git('diff', '--raw', '--abbrev=1', parent, sha);
    assert.match(raw, /^:000000 100644 .* A\tapps\/new\/deep\/a\.yaml\n:100755 100755 .* M\tbin\/run\.sh\n$/);
    for (const { path, content } of files) assert.equal(await checkout.git('show', `${sha}:${path}`), content);
    assert.equal((await checkout.git('show', '-s', '--format=%B', sha)).trim(), 'One\n\nTwo');
    assert.deepEqual(await checkout.branches(), ['main', BRANCH]);
    const { ownEmails } = value(await forge.reader.repository());
    const [author = '', committer = ''] = (await checkout.git('show', '-s', '--format=%ae%n%ce', sha)).split('\n');
    assert.ok(
      ownEmails.includes(author) && ownEmails.includes(committer),
      `${author} ${committer} of ${ownEmails.join()}`,
    );
  });

  void test(`${name}: any text arrives byte for byte`, async (t) => {
    const { forge, checkout } = await start(t);
    const parent = await mainOf(forge);
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 60 }), async (content) => {
        const files = [{ path: MANIFEST, content }];
        const sha = value(await forge.writer.commit({ branch: `p/${n++}`, parent, message: 'x', files }));
        assert.equal(await checkout.git('show', `${sha}:${MANIFEST}`), content);
      }),
      { numRuns: 5, examples: [['']] },
    );
  });

  void test(`${name}: nothing is written through links, into folders that are files, or when nothing changes`, async (t) => {
    const { forge, checkout } = await start(t);
    const parent = await mainOf(forge);
    for (const path of [
      'apps/link.yaml',
      'README.md/a.yaml',
      'apps/web',
      '../out.yaml',
      'a//b',
      './c',
      '.git/config',
    ]) {
      const made = await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: [{ path, content: 'x' }] });
      assert.equal(code(made), 'invalid', path);
    }
    const same = [{ path: MANIFEST, content: DEPLOYMENT }];
    assert.equal(code(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: same })), 'invalid');
    assert.deepEqual(await checkout.branches(), ['main']);
  });

  void test(`${name}: a branch of the same name by somebody else is left alone`, async (t) => {
    const { forge, checkout } = await start(t);
    const theirs = await checkout.push({ branch: BRANCH, from: 'main', files: { a: 'a' }, message: 'x' });
    const parent = await mainOf(forge);
    assert.equal(code(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: FILES })), 'exists');
    assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
  });

  void test(`${name}: a branch is rebuilt only from where it was seen`, async (t) => {
    const { forge, checkout } = await start(t);
    const first = await commitOne(forge);
    await checkout.push({ branch: 'main', files: { m: 'm' }, message: 'main moves' });
    const request = { branch: BRANCH, parent: await mainOf(forge), message: '2', files: FILES };
    const second = value(await forge.writer.commit({ ...request, expectedHead: first }));
    assert.equal((await checkout.git('rev-list', '--count', `origin/main..origin/${BRANCH}`)).trim(), '1');
    assert.equal(code(await forge.writer.commit({ ...request, expectedHead: first })), 'conflict');
    assert.equal(value(await forge.reader.branch(BRANCH)), second);
    await checkout.drop(BRANCH);
    assert.equal(code(await forge.writer.commit({ ...request, expectedHead: second })), 'conflict');
    assert.deepEqual(await checkout.branches(), ['main']);
  });

  // A forge that cannot compare and swap says so; the time that is left is as short as it can be.
  for (const at of atomicMove ? (['isCommit', 'isMove'] as const) : (['isCommit'] as const)) {
    void test(`${name}: a push of somebody else while the branch is rebuilt is not lost (${at})`, async (t) => {
      const world = await start(t);
      const { forge, checkout } = world;
      const first = await commitOne(forge);
      let theirs = '';
      const push = async (): Promise<void> => {
        theirs = await checkout.push({ branch: BRANCH, files: { h: 'h' }, message: 'a person' });
      };
      const files = [{ path: MANIFEST, content: 'a: 2\n' }];
      const request = { branch: BRANCH, parent: await mainOf(forge), expectedHead: first, message: '2', files };
      assert.equal(code(await world.over(before(world[at], push)).writer.commit(request)), 'conflict');
      assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
      assert.deepEqual(await checkout.branches(), ['main', BRANCH]);
    });
  }

  void test(`${name}: a branch that somebody makes meanwhile is not taken over`, async (t) => {
    const world = await start(t);
    const { forge, checkout } = world;
    let theirs = '';
    const push = async (): Promise<void> => {
      theirs = await checkout.push({ branch: BRANCH, from: 'main', files: { h: 'h' }, message: 'a person' });
    };
    const request = { branch: BRANCH, parent: await mainOf(forge), message: '2', files: FILES };
    assert.equal(code(await world.over(before(world.isCommit, push)).writer.commit(request)), 'exists');
    assert.equal(value(await forge.reader.branch(BRANCH)), theirs);
  });

  void test(`${name}: a forced base does not disturb a commit on a parent that is still there`, async (t) => {
    const { forge, checkout } = await start(t);
    const parent = await mainOf(forge);
    await checkout.push({ branch: 'main', files: { z: 'z' }, message: 'a' });
    const dropped = await mainOf(forge);
    await checkout.push({ branch: 'main', from: parent, files: { y: 'y' }, message: 'forced' });
    const sha = value(await forge.writer.commit({ branch: BRANCH, parent: dropped, message: 'x', files: FILES }));
    assert.equal((await checkout.git('rev-parse', `${sha}^`)).trim(), dropped);
    const gone = await forge.writer.commit({ branch: 'remendo/b', parent: '1'.repeat(40), message: 'x', files: FILES });
    assert.equal(code(gone), 'not-found');
    assert.deepEqual(await checkout.branches(), ['main', BRANCH]);
  });

  for (const kind of ['new', 'moved'] as const) {
    void test(`${name}: a ${kind} branch, ended before and after each write, is made good by trying again`, async (t) => {
      const world = await start(t);
      for (const at of await writesOf(world, kind)) {
        await endedAt(world, kind, at, false);
        await endedAt(world, kind, at, true);
      }
    });

    void test(`${name}: a ${kind} branch, with any one answer lost, is written once`, async (t) => {
      const world = await start(t);
      for (const at of await writesOf(world, kind)) await lostAt(world, kind, at);
    });
  }
}

type Kind = 'new' | 'moved';
const MESSAGE = 'Fix\n\nRemendo-Fingerprint: 0';

async function requestFor({ forge }: ForgeWorld, kind: Kind, branch: string) {
  const parent = await mainOf(forge);
  const first = kind === 'moved' ? await commitOne(forge, branch) : undefined;
  const files = [{ path: MANIFEST, content: 'a: 2\n' }];
  const request = { branch, parent, message: MESSAGE, files };
  return { first, request: first === undefined ? request : { ...request, expectedHead: first } };
}

/** The branch holds one commit on main with the wanted message, and nothing is left beside it; then it is deleted. */
async function assertWritten({ checkout, forge }: ForgeWorld, branch: string): Promise<void> {
  const format = '%(refname:lstrip=3) %(parent) %(contents)%00';
  const refs = await checkout.git('for-each-ref', `--format=${format}`, 'refs/remotes/origin');
  const found = refs.split('\0').map((text) => text.trim());
  const main = await mainOf(forge);
  assert.deepEqual(
    found.filter((text) => text !== '' && !text.startsWith('main ')),
    [`${branch} ${main} ${MESSAGE}`],
  );
  value(await forge.writer.deleteBranch(branch));
}

/** Which of the requests of a commit are writes, counted from 1: what lies between them changes nothing. */
async function writesOf(world: ForgeWorld, kind: Kind): Promise<readonly number[]> {
  const branch = `remendo/whole`;
  const { request } = await requestFor(world, kind, branch);
  const { send, writes } = numberingWrites();
  value(await world.over(send).writer.commit(request));
  await assertWritten(world, branch);
  assert.ok(writes.length >= 3, writes.join());
  return writes;
}

async function endedAt(world: ForgeWorld, kind: Kind, at: number, lost: boolean): Promise<void> {
  const branch = `remendo/ended-${at}-${lost}`;
  const { first, request } = await requestFor(world, kind, branch);
  const { send, sent } = breaking(at, lost);
  await world.over(send).writer.commit(request);
  assert.ok(sent() >= at, 'it broke');
  const tip = value(await world.forge.reader.branchCommit(branch));
  // The caller adopts a branch by the commit at its tip: there is none but the old one and the whole new one.
  assert.ok(tip?.sha === first || tip?.message.trim() === MESSAGE, `${at} ${lost}: ${tip?.message}`);
  const files = [{ path: MANIFEST, content: 'a: 3\n' }];
  const again = { ...request, ...(tip ? { expectedHead: tip.sha } : {}), files };
  value(await world.forge.writer.commit(again));
  await assertWritten(world, branch);
}

async function lostAt(world: ForgeWorld, kind: Kind, at: number): Promise<void> {
  const branch = `remendo/lost-${at}`;
  const { request } = await requestFor(world, kind, branch);
  const { send, sent } = losing(at);
  const made = await world.over(send).writer.commit(request);
  assert.ok(sent() >= at, 'an answer was lost');
  const head = value(await world.forge.reader.branch(branch));
  if (made.ok) {
    assert.equal(made.value, head);
  } else {
    assert.equal(made.error.code, 'unreachable', made.error.message);
    value(await world.forge.writer.commit({ ...request, ...(head === undefined ? {} : { expectedHead: head }) }));
  }
  await assertWritten(world, branch);
}
