import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import { git } from '../../../src/sandbox/github/git.ts';
import { parseState } from '../../../src/stages/deliver/state-block.ts';
import { forgeOn, mainOf } from '../../adapters/github/client.ts';
import { DEPLOYMENT, startGitHub } from '../../sandbox/github/world.ts';
import { BRANCH, PATH, POLICY, changeSet, delivery, end, incident, run, stoppedAt } from './world.ts';

const pullsOf = (sandbox: GitHubSandbox) => sandbox.pulls('acme', 'shop');
const writes = (sandbox: GitHubSandbox): number => sandbox.requests.filter(({ method }) => method !== 'GET').length;
const ANA = { name: 'Ana', email: 'ana@example.com' };
const human = (sandbox: GitHubSandbox, branch: string, files: Record<string, string> = { 'notes.md': 'mine\n' }) =>
  sandbox.commitFiles('acme', 'shop', { branch, files, message: 'mine', author: ANA });

void test('a fix becomes one branch with one commit, and one labelled pull request', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const base = await mainOf(forge);
  const opened = await run(forge);
  assert.equal(opened.outcome, 'opened');
  const [pull, ...more] = await pullsOf(github.sandbox);
  assert.equal(more.length, 0);
  assert.deepEqual(
    [pull?.title, pull?.head.ref, pull?.base.ref, pull?.labels],
    ['web: set limits.memory to 128Mi', BRANCH, 'main', ['remendo']],
  );
  const repository = github.sandbox.repositoryPath('acme', 'shop');
  assert.equal((await git(repository, ['rev-parse', `${BRANCH}^`])).trim(), base);
  assert.equal(await git(repository, ['show', `${BRANCH}:${PATH}`]), `${DEPLOYMENT}fixed: true\n`);
  const state = parseState(pull?.body ?? '');
  assert.deepEqual(state, opened.state);
  assert.deepEqual(state?.changes, delivery(base).fix.changes);
});

void test('the same fix again writes nothing', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  const before = writes(github.sandbox);
  const again = await run(forge);
  assert.deepEqual([again.outcome, again.pull?.number], ['already-open', 1]);
  assert.equal(writes(github.sandbox), before);
});

// Every request that writes may be the last one of a process; what it did may or may not have reached the forge.
for (const kind of ['before', 'after'] as const) {
  void test(`a process that ends at any write (killed ${kind} it) leaves nothing that the next one does not adopt`, async (t) => {
    const whole = await startGitHub(t);
    await run(forgeOn(whole));
    const [expected] = await pullsOf(whole.sandbox);
    const total = writes(whole.sandbox);
    assert.ok(total >= 6, `blob, tree, commit, branch, pull request, label: ${total}`);
    for (let nth = 0; nth < total; nth++) {
      const github = await startGitHub(t);
      let left = nth;
      const cut = forgeOn(github, {
        fetch: async (url, init) => {
          const isWrite = (init?.method ?? 'GET') !== 'GET';
          if (isWrite && left-- === 0 && kind === 'after') await fetch(url, init);
          if (left < 0) throw new Error('killed');
          return fetch(url, init);
        },
      });
      await run(cut);
      const opened = await run(forgeOn(github));
      assert.ok(['opened', 'already-open'].includes(opened.outcome), `${nth}: ${opened.outcome} ${opened.reason}`);
      const [pull, ...more] = await pullsOf(github.sandbox);
      assert.equal(more.length, 0, `after ${nth} writes`);
      assert.deepEqual([pull?.title, pull?.labels], [expected?.title, ['remendo']], `after ${nth} writes`);
      const repository = github.sandbox.repositoryPath('acme', 'shop');
      assert.equal(await git(repository, ['show', `${BRANCH}:${PATH}`]), `${DEPLOYMENT}fixed: true\n`);
    }
  });
}

void test('a base that changed in the same file is a new commit on the new base', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  const changed = `${DEPLOYMENT}other: 1\n`;
  const base = await human(github.sandbox, 'main', { [PATH]: changed });
  const again = await run(forge, {}, () =>
    delivery(base, { changeSet: changeSet(base, changed, `${changed}fixed: true\n`) }),
  );
  assert.equal(again.outcome, 'updated');
  const repository = github.sandbox.repositoryPath('acme', 'shop');
  assert.equal((await git(repository, ['rev-parse', `${BRANCH}^`])).trim(), base, 'a merge conflict cannot remain');
  const [pull] = await pullsOf(github.sandbox);
  assert.equal(parseState(pull?.body ?? '')?.baseRevision, base);
});

void test('a base that changed elsewhere is no reason to write', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await human(github.sandbox, 'main');
  const before = writes(github.sandbox);
  assert.equal((await run(forge)).outcome, 'already-open');
  assert.equal(writes(github.sandbox), before);
});

void test('new evidence changes the body and not the branch; evidence that goes is no news', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  const [first] = await pullsOf(github.sandbox);
  const more = {
    id: 'E2',
    object: { apiVersion: 'v1', kind: 'Event', namespace: 'shop', name: 'e' },
    text: 'Back-off',
  };
  const seen = incident();
  const both = { ...seen, evidence: [...seen.evidence, more] };
  assert.equal((await run(forge, {}, (base) => delivery(base, { incident: both }))).outcome, 'updated');
  const [second] = await pullsOf(github.sandbox);
  assert.equal(second?.head.sha, first?.head.sha);
  assert.match(second?.body ?? '', /Back-off/);
  const before = writes(github.sandbox);
  for (const evidence of [seen.evidence, [], both.evidence]) {
    const again = await run(forge, {}, (base) => delivery(base, { incident: { ...seen, evidence } }));
    assert.equal(again.outcome, 'already-open');
  }
  assert.equal(writes(github.sandbox), before);
});

for (const last of [true, false]) {
  void test(`a commit of somebody else (${last ? 'the last' : 'below ours'}) is the end of ours`, async (t) => {
    const github = await startGitHub(t);
    const forge = forgeOn(github);
    await run(forge);
    await human(github.sandbox, BRANCH);
    if (!last) {
      const [pull] = await pullsOf(github.sandbox);
      const parent = pull?.head.sha ?? '';
      const files = [{ path: PATH, content: `${DEPLOYMENT}again: 1\n` }];
      const message = 'web\n\nRemendo-Fingerprint: 0123456789abcdef\n';
      await forge.writer.commit({ branch: BRANCH, parent, expectedHead: parent, message, files });
    }
    const before = writes(github.sandbox);
    const again = await run(forge, {}, (base) => delivery(base, {}, 'changed: 1\n'));
    assert.equal(again.outcome, 'human-edited');
    assert.equal(writes(github.sandbox), before);
  });
}

void test('a branch of the same name that is not ours is not touched', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const files = { [PATH]: 'theirs: 1\n' };
  const sha = await github.sandbox.commitFiles('acme', 'shop', {
    branch: BRANCH,
    from: 'main',
    files,
    message: 'x',
    author: ANA,
  });
  assert.equal((await run(forge)).outcome, 'human-edited');
  assert.equal((await forge.reader.branch(BRANCH)).ok && sha, sha);
  assert.equal((await pullsOf(github.sandbox)).length, 0);
  // Nor is it with a forged trailer, or with a pull request that somebody else opened for it.
  const message = 'x\n\nRemendo-Fingerprint: 0123456789abcdef\n';
  await github.sandbox.commitFiles('acme', 'shop', {
    branch: BRANCH,
    files: { [PATH]: 'b: 1\n' },
    message,
    author: ANA,
  });
  assert.equal((await run(forge)).outcome, 'human-edited');
  await github.sandbox.openPull('acme', 'shop', { by: 'mallory', title: 'Trust me', head: BRANCH });
  const before = writes(github.sandbox);
  assert.equal((await run(forge)).outcome, 'human-edited');
  assert.equal(writes(github.sandbox), before);
});

void test('closed means no, until somebody asks for a retry', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await github.sandbox.closePull('acme', 'shop', 1);
  const refused = await run(forge, {}, (base) => delivery(base, {}, 'quite: different\n'));
  assert.deepEqual([refused.outcome, refused.pull?.number], ['rejected-before', 1]);
  await forge.writer.setLabels(1, ['remendo', 'remendo/rejected', 'remendo/retry']);
  const again = await run(forge);
  assert.deepEqual([again.outcome, again.pull?.number], ['opened', 2]);
  await github.sandbox.closePull('acme', 'shop', 2);
  assert.equal((await run(forge)).outcome, 'rejected-before', 'one retry is one retry');
});

void test('what Remendo closed itself is no rejection', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await end(forge, 1, 'resolved');
  await forge.writer.updatePullRequest(1, { state: 'closed' });
  assert.deepEqual((await run(forge)).pull?.number, 2);
});

void test('a fix that was verified and a failure that is back: a new pull request from the old branch', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await human(github.sandbox, BRANCH, { 'also.md': 'a person helped\n' });
  await github.sandbox.merge('acme', 'shop', 1, { method: 'squash' });
  assert.deepEqual((await run(forge)).outcome, 'verifying');
  await end(forge, 1, 'verified');
  const now = `${DEPLOYMENT}fixed: true\n`;
  const again = await run(forge, {}, (base) => delivery(base, { changeSet: changeSet(base, now, `${now}more: 1\n`) }));
  assert.deepEqual([again.outcome, again.pull?.number], ['opened', 2]);
  assert.equal((await pullsOf(github.sandbox))[1]?.state, 'open');
});

void test('a merged fix that did not help leaves room for others, three of them for people', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  for (let n = 1; n <= 3; n++) {
    const next = await run(forge, {}, (base) => delivery(base, {}, `try: ${n}\n`));
    assert.deepEqual([next.outcome, next.pull?.number], ['opened', n]);
    await github.sandbox.merge('acme', 'shop', n);
    await end(forge, n, n === 2 ? 'timed-out' : 'not-fixed');
  }
  assert.equal((await run(forge, {}, (base) => delivery(base, {}, 'try: 4\n'))).outcome, 'refuted-before');
});

void test('a merged fix that was never applied is not proposed again', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await github.sandbox.merge('acme', 'shop', 1);
  await end(forge, 1, 'never-applied');
  assert.equal((await run(forge, {}, (base) => delivery(base, {}, 'x: 1\n'))).outcome, 'never-applied');
});

void test('limits: open at once, per hour, per workload', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  const web = { ...incident(), fingerprint: 'fedcba9876543210', cause: 'probe/liveness' };
  const other = { ...web, object: { ...web.object, name: 'api' } };
  const attempt = (item: typeof web, limits: Partial<typeof POLICY.limits>, now = new Date().toISOString()) =>
    run(forge, { policy: { ...POLICY, limits: { ...POLICY.limits, ...limits } }, clock: stoppedAt(now) }, (base) => {
      const { fix, ...rest } = delivery(base, { incident: item }, 'api: true\n');
      return { ...rest, fix: { ...fix, changes: fix.changes.map((change) => ({ ...change, object: item.object })) } };
    });
  const before = writes(github.sandbox);
  const perWorkload = await attempt(web, {});
  assert.deepEqual(
    [perWorkload.outcome, /#1 is open for the same workload/.test(perWorkload.reason)],
    ['limit-reached', true],
  );
  assert.match((await attempt(other, { openPullRequests: 1 })).reason, /1 are allowed/);
  assert.match((await attempt(other, { pullRequestsPerHour: 1 })).reason, /last hour/);
  assert.equal(
    (await attempt(other, { pullRequestsPerHour: 1 }, '2020-01-01T00:00:00Z')).outcome,
    'limit-reached',
    'a clock that went back',
  );
  assert.equal(writes(github.sandbox), before);
  const later = new Date(Date.now() + 3_700_000).toISOString();
  assert.equal((await attempt(other, { pullRequestsPerHour: 1 }, later)).outcome, 'opened');
});

void test('one edit that mends two workloads is one pull request; a no to it counts for both', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const first = await run(forge);
  const before = writes(github.sandbox);
  const other = { ...incident(), fingerprint: 'fedcba9876543210', object: { ...incident().object, name: 'api' } };
  const again = () => run(forge, {}, (base) => delivery(base, { incident: other }));
  const second = await again();
  assert.equal(second.outcome, 'already-open');
  assert.match(second.reason, /#1 makes this very edit, for Deployment/);
  assert.equal(second.pull?.number, first.pull?.number);
  assert.equal(writes(github.sandbox), before);
  await github.sandbox.closePull('acme', 'shop', 1);
  assert.equal((await again()).outcome, 'rejected-before');
});

void test('a repository that cannot be written to is left alone, with its reason', async (t) => {
  const github = await startGitHub(t);
  const reader = github.sandbox.addUser('reader');
  const refused = await run(forgeOn(github, { auth: { token: reader.token } }));
  assert.deepEqual([refused.outcome, refused.reason], ['failed', 'the credential may not write to the repository']);
  github.sandbox.archive('acme', 'shop');
  const archived = await run(forgeOn(github));
  assert.deepEqual([archived.outcome, archived.reason], ['failed', 'the repository is archived']);
  assert.equal(writes(github.sandbox), 0);
});

for (const [kind, expected] of [
  ['secondary-rate-limit', /rate-limited\); it is left alone for 77 s/],
  ['unauthorized', /unauthorized/],
  ['not-found', /not-found/],
  ['server-error', /unreachable/],
] as const) {
  void test(`${kind} while writing is a named failure, and the next pass goes on`, async (t) => {
    const github = await startGitHub(t);
    const forge = forgeOn(github);
    github.sandbox.fault({ kind, method: 'POST', path: /\/pulls$/, retryAfter: 77 });
    const failed = await run(forge);
    assert.equal(failed.outcome, 'failed');
    assert.match(failed.reason, expected);
    assert.equal(failed.retryAfter, kind === 'secondary-rate-limit' ? 77 : undefined);
    assert.equal((await run(forge)).outcome, 'opened');
    assert.equal((await pullsOf(github.sandbox)).length, 1);
  });
}

void test('a pull request that the list does not show yet is not opened twice', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  const blind = { ...forge, reader: { ...forge.reader, pullRequests: async () => ({ ok: true as const, value: [] }) } };
  assert.equal((await run(blind)).outcome, 'already-open');
  assert.equal((await pullsOf(github.sandbox)).length, 1);
});

void test('a base that was force-pushed: the branch is built again, and nobody is blamed for its old commits', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const root = await mainOf(forge);
  await human(github.sandbox, 'main', { 'a.md': 'a\n' });
  await human(github.sandbox, 'main', { 'b.md': 'b\n' });
  await run(forge);
  const files = { 'c.md': 'c\n' };
  const base = await github.sandbox.commitFiles('acme', 'shop', {
    branch: 'main',
    from: root,
    files,
    message: 'rewritten',
    author: ANA,
  });
  const again = await run(forge);
  assert.equal(again.outcome, 'updated');
  const repository = github.sandbox.repositoryPath('acme', 'shop');
  assert.equal((await git(repository, ['rev-parse', `${BRANCH}^`])).trim(), base);
  assert.equal((await run(forge)).outcome, 'already-open');
});

void test('an Application that follows a branch, a tag, or nothing that is there', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  const follow = (targetRevision: string) => run(forge, {}, (base) => delivery(base, { targetRevision }));
  const tagged = await follow('v1.2.3');
  assert.equal(tagged.outcome, 'not-editable');
  assert.match(tagged.reason, /v1\.2\.3, which is not a branch/);
  assert.equal(await forge.reader.branch(BRANCH).then((branch) => branch.ok && branch.value), undefined);
  await github.sandbox.commitFiles('acme', 'shop', {
    branch: 'release/1.x',
    from: 'main',
    files: { r: 'r' },
    message: 'r',
  });
  assert.equal((await follow('refs/heads/release/1.x')).outcome, 'opened');
  assert.equal((await pullsOf(github.sandbox))[0]?.base.ref, 'release/1.x');
});

void test('a body that was edited makes the pull request theirs', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await forge.writer.updatePullRequest(1, { body: 'I rewrote this.' });
  assert.equal((await run(forge)).outcome, 'human-edited');
});

void test('labels that an earlier life left are put right', async (t) => {
  const github = await startGitHub(t);
  const forge = forgeOn(github);
  await run(forge);
  await forge.writer.setLabels(1, ['remendo', 'remendo/rejected']);
  assert.equal((await run(forge)).outcome, 'already-open');
  assert.deepEqual((await pullsOf(github.sandbox))[0]?.labels, ['remendo']);
});

void test('nothing leaves where it cannot be searched for secrets', async (t) => {
  const github = await startGitHub(t);
  const refused = await run(forgeOn(github), { hide: () => Promise.reject(new Error('broken')) });
  assert.equal(refused.outcome, 'failed');
  assert.equal(writes(github.sandbox), 0);
});
