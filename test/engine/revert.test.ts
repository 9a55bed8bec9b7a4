import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecorder } from '../../src/adapters/recorder/recorder.ts';
import type { Forge } from '../../src/ports/forge.ts';
import { forgeOn } from '../adapters/github/client.ts';
import { PATH } from '../stages/deliver/world.ts';
import { MANIFEST, MERGED, startRevertWorld } from './revert-world.ts';
import type { RevertWorld } from './revert-world.ts';

const BRANCH = 'remendo/shop-web-0123456789abcdef-revert-1';

void test('offered, asked for, opened once, merged, applied; both pull requests tell it', async (t) => {
  const world = await startRevertWorld(t);
  assert.match(await world.said(1), /To have it put back, comment `\/remendo revert`/);
  assert.deepEqual(await world.follow(), [], 'nobody asked');
  await world.comment('That was no good.\r\n\r\n/remendo revert\r\nThank you.');
  const [opened] = await world.follow();
  assert.equal(opened?.decision.outcome, 'revert-opened');
  const revert = await world.pull(2);
  assert.deepEqual(
    [revert.title, revert.head.ref, revert.base.ref],
    ['Revert "web: set limits.memory to 128Mi"', BRANCH, 'main'],
  );
  assert.deepEqual(revert.labels.toSorted(), ['remendo', 'remendo/revert']);
  assert.equal(await world.file(BRANCH), MANIFEST, 'every byte is back');
  assert.match(revert.body, /put back what #1 changed/);
  assert.match(revert.body, /`reviewer` asked for it in a comment on #1, which ended as `not-fixed`/);
  assert.match(revert.body, /\| minimal \| ✅ pass/);
  assert.match(revert.body, /\| exact-render \| ✅ pass/);
  assert.match(await world.said(1), /\*\*Revert\*\*, asked for by `reviewer`: #2/);
  await world.comment('/remendo revert');
  assert.deepEqual([await world.follow(), (await world.pulls()).length], [[], 2], 'once is once');

  const before = (await world.pull(2)).base.sha;
  await world.merge(2);
  const [waits] = await world.follow({ applied: before });
  assert.deepEqual([waits?.decision.outcome, waits?.title], ['reverting', revert.title]);
  assert.match(await world.said(2), /Following this change/);
  assert.equal((await world.follow())[0]?.decision.outcome, 'reverted');
  assert.deepEqual((await world.pull(2)).labels.toSorted(), ['remendo', 'remendo/revert', 'remendo/reverted']);
  assert.deepEqual((await world.pull(1)).labels.toSorted(), ['remendo', 'remendo/not-fixed']);
  assert.match(await world.said(2), /Put back/);
  await world.follow();
  assert.match(await world.said(1), /Not fixed[\s\S]*#2\. Merged and applied/);
  assert.equal(await world.file('main'), MANIFEST);
  assert.deepEqual(await world.follow(), [], 'nothing more to do');
});

void test('a second installation that was quicker has answered the command', async (t) => {
  const world = await startRevertWorld(t);
  await world.comment('/remendo revert');
  const { forge } = world;
  let overtaken = false;
  // This is asked last, when everything else is decided.
  const branchCommit: Forge['reader']['branchCommit'] = async (...asked) => {
    const answer = await forge.reader.branchCommit(...asked);
    if (!overtaken) {
      overtaken = true;
      assert.equal((await world.follow())[0]?.decision.outcome, 'revert-opened');
      await world.merge(2);
      await forge.writer.deleteBranch(BRANCH);
    }
    return answer;
  };
  const late = await world.follow({ forge: { ...forge, reader: { ...forge.reader, branchCommit } } });
  assert.ok(overtaken);
  assert.ok(
    late.every(({ decision }) => decision.outcome !== 'revert-opened'),
    JSON.stringify(late),
  );
  assert.equal((await world.pulls()).length, 2);
});

void test('who may not write gets an answer once, and nothing else; who may is obeyed after it', async (t) => {
  const world = await startRevertWorld(t);
  world.github.sandbox.addUser('mallory');
  await world.comment('/remendo revert', 'mallory');
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-refused');
  assert.match(await world.said(1), /asked for by `mallory`: not done \(`not-trusted`\)/);
  assert.deepEqual([await world.follow(), (await world.pulls()).length], [[], 1]);
  await world.comment('/remendo revert');
  await world.comment('/remendo revert', 'mallory');
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-opened');
  assert.match(await world.said(1), /asked for by `reviewer`: #2/);
});

void test('text that is only quoted asks for nothing', async (t) => {
  const world = await startRevertWorld(t);
  for (const text of [
    '> /remendo revert',
    'please /remendo revert',
    '/remendo revert now',
    '`/remendo revert`',
    '```\n/remendo revert\n```',
    '~~~~text\n```\n/remendo revert\n~~~\n/remendo revert\n~~~~',
    '    /remendo revert',
    '<!-- \n/remendo revert\n-->',
    `${await world.said(1)}\n\n/remendo revert`,
  ]) {
    await world.comment(text);
    assert.deepEqual([await world.follow(), (await world.pulls()).length], [[], 1], text);
  }
});

void test('changed elsewhere since: that stays, only the lines of the fix go back', async (t) => {
  const world = await startRevertWorld(t);
  const now = MERGED.replace('200m', '400m').replace('team web', 'team shop');
  await world.push(now);
  await world.comment('/remendo revert');
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-opened');
  assert.equal(await world.file(BRANCH), now.replace('128Mi', '64Mi'));
});

const REFUSALS: readonly (readonly [string, string, (world: RevertWorld) => Promise<unknown>])[] = [
  ['the field was changed since', 'changed-since', (world) => world.push(MERGED.replace('128Mi', '256Mi'))],
  ['somebody has put it back already', 'already-undone', (world) => world.push(MANIFEST)],
  [
    'the workload has another name now',
    'not-located',
    (world) => world.push(MERGED.replace('name: web\n  namespace', 'name: api\n  namespace')),
  ],
  ['the file holds bytes that are no UTF-8 now', 'merge-unknown', (world) => world.push(`# \uFFFD\n${MERGED}`)],
  ['the file is gone', 'file-gone', (world) => world.push(null)],
  [
    'the same line is about another container now',
    'refused-by-proof',
    (world) => world.push(MERGED.replace('- name: web', '- name: api')),
  ],
  [
    'the branch is somebody else’s',
    'branch-taken',
    (world) =>
      world.github.sandbox.commitFiles('acme', 'shop', {
        branch: BRANCH,
        from: 'main',
        files: { [PATH]: 'mine: 1\n' },
        message: 'mine',
        author: { name: 'Ana', email: 'ana@example.com' },
      }),
  ],
];

for (const [name, code, arrange] of REFUSALS) {
  void test(`refused with words: ${name}`, async (t) => {
    const world = await startRevertWorld(t);
    await arrange(world);
    await world.comment('/remendo revert');
    const [report] = await world.follow();
    assert.equal(report?.decision.outcome, 'revert-refused', JSON.stringify(report));
    assert.match(await world.said(1), new RegExp(`asked for by .reviewer.: not done \\(.${code}.\\)`));
    assert.deepEqual([await world.follow(), (await world.pulls()).length], [[], 1], 'answered once');
  });
}

void test('refused, and asked again after the reason is gone', async (t) => {
  const world = await startRevertWorld(t);
  await world.push(MERGED.replace('128Mi', '256Mi'));
  await world.comment('/remendo revert');
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-refused');
  await world.push(MERGED);
  assert.deepEqual(await world.follow(), []);
  await world.comment('/remendo revert');
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-opened');
});

void test('whether the former value would be admitted is told and refuses nothing; the API server’s no does', async (t) => {
  const refused = async () => ({ kind: 'refused' as const, status: 403, message: 'exceeded quota', warnings: [] });
  const one = await startRevertWorld(t);
  await one.comment('/remendo revert');
  assert.equal((await one.follow({ dryRun: { create: refused } }))[0]?.decision.outcome, 'revert-opened');
  assert.match(
    (await one.pull(2)).body,
    /\| pod-admission \| ➖ not applicable \| Told, and does not decide.*exceeded quota/,
  );
  const other = await startRevertWorld(t);
  await other.comment('/remendo revert');
  assert.equal((await other.follow({ dryRun: { apply: refused } }))[0]?.decision.outcome, 'revert-refused');
  assert.match(await other.said(1), /refused-by-proof.*api-server: .*exceeded quota/);
});

void test('closed without merge: told, and not opened again', async (t) => {
  const world = await startRevertWorld(t);
  await world.comment('/remendo revert');
  await world.follow();
  await world.github.sandbox.closePull('acme', 'shop', 2);
  assert.equal((await world.follow())[0]?.decision.outcome, 'rejected-before');
  await world.comment('/remendo revert');
  await world.follow();
  assert.match(await world.said(1), /#2\. It was closed without merge, so the change stays/);
  assert.deepEqual([await world.follow(), (await world.pulls()).length], [[], 2]);
});

void test('merged and never applied: said, with the reason', async (t) => {
  const world = await startRevertWorld(t);
  await world.comment('/remendo revert');
  await world.follow();
  const before = (await world.pull(2)).base.sha;
  await world.merge(2);
  const time = new Date(Date.now() + 2 * 3_600_000).toISOString();
  assert.equal((await world.follow({ applied: before, time }))[0]?.decision.outcome, 'never-applied');
  assert.deepEqual((await world.pull(2)).labels.toSorted(), ['remendo', 'remendo/never-applied', 'remendo/revert']);
});

void test('a command of long ago is left alone; a verified fix can be put back too', async (t) => {
  const world = await startRevertWorld(t, 'verified');
  assert.doesNotMatch(await world.said(1), /remendo revert/);
  await world.comment('/remendo revert');
  const late = new Date(Date.now() + 31 * 86_400_000).toISOString();
  assert.deepEqual(await world.follow({ time: late }), []);
  assert.equal((await world.follow())[0]?.decision.outcome, 'revert-opened');
});

/** A forge whose process ends right after its nth write, before it has read the answer. */
function cut(world: RevertWorld, nth: number): { readonly forge: Forge; readonly isDead: () => boolean } {
  let left = nth;
  let dead = false;
  const forge = forgeOn(world.github, {
    fetch: async (url, init) => {
      const answer = dead ? undefined : await fetch(url, init);
      dead ||= (init?.method ?? 'GET') !== 'GET' && left-- === 0;
      if (dead || !answer) throw new Error('killed');
      return answer;
    },
  });
  return { forge, isDead: () => dead };
}

void test('one revert, wherever a process ends', async (t) => {
  let killed = 0;
  for (let nth = 0, done = false; !done; nth++) {
    const world = await startRevertWorld(t);
    await world.comment('/remendo revert');
    const { forge, isDead } = cut(world, nth);
    await world.follow({ forge });
    done = !isDead();
    if (isDead()) killed++;
    await world.follow();
    await world.follow();
    const [, revert, ...more] = (await world.pulls()).toSorted((a, b) => a.number - b.number);
    assert.ok(revert && more.length === 0, `${nth}`);
    assert.deepEqual(revert.labels.toSorted(), ['remendo', 'remendo/revert'], `${nth}`);
    assert.equal(await world.file(BRANCH), MANIFEST, `${nth}`);
    assert.match(await world.said(1), /asked for by `reviewer`: #2/, `${nth}`);
    assert.deepEqual(await world.follow(), [], `${nth}`);
  }
  assert.ok(killed >= 7, `${killed}: blob, tree, commit, branch, pull request, labels, comment`);
});

void test('in observe mode nothing is written', async (t) => {
  const world = await startRevertWorld(t);
  await world.comment('/remendo revert');
  const recorder = createRecorder();
  const forge = { ...world.forge, writer: recorder.writer };
  const [report] = await world.follow({ forge, policy: { mode: 'observe' } });
  assert.equal(report?.decision.outcome, 'would-revert');
  assert.ok(recorder.records.some(({ kind }) => kind === 'create-pull-request'));
  assert.equal((await world.pulls()).length, 1);
});
