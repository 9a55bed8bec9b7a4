import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ApplicationSource } from '../../../src/domain/kubernetes/application.ts';
import type { Location } from '../../../src/domain/source.ts';
import { followedBranch, pinnedReason } from '../../../src/stages/locate/pinned.ts';
import { localGit } from '../../support/checkouts.ts';

const REPO = 'https://git.example.com/team/gitops.git';
const OTHER = 'https://git.example.com/team/values.git';
const directory = mkdtempSync(join(tmpdir(), 'remendo-pinned-'));
const git = localGit({ [REPO]: directory });
const commits: string[] = [];

const run = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: directory,
    encoding: 'utf8',
  }).trim();

before(() => {
  run('init', '-q', '-b', 'main');
  for (const message of ['one', 'two']) {
    run('commit', '-q', '--allow-empty', '-m', message);
    commits.push(run('rev-parse', 'HEAD'));
  }
  run('tag', 'v1', 'HEAD~1');
  run('tag', '-a', 'v2', '-m', 'annotated');
  run('branch', 'release/1.0', 'HEAD~1');
});
after(() => {
  git.close();
  rmSync(directory, { recursive: true, force: true });
});

function following(source: ApplicationSource, ...more: readonly ApplicationSource[]): Location {
  return {
    application: { namespace: 'argocd', name: 'web' },
    spec: { destination: {}, sources: [source, ...more] },
    sourceIndex: 0,
    source,
    repoURL: source.repoURL,
    targetRevision: source.targetRevision ?? 'HEAD',
    path: 'web',
  };
}
const at = (targetRevision: string | undefined, repoURL = REPO): ApplicationSource =>
  targetRevision === undefined ? { repoURL, path: 'web' } : { repoURL, path: 'web', targetRevision };

test('a branch is followed, under any of its names; without a revision the default branch is', async () => {
  for (const name of ['main', 'refs/heads/main', 'HEAD', undefined, '']) {
    const location = following(at(name));
    assert.equal((await followedBranch(git, location, REPO))?.head, commits[1], String(name));
    assert.equal(await pinnedReason(git, location, REPO), undefined, String(name));
  }
  const release = await followedBranch(git, following(at('release/1.0')), REPO);
  assert.deepEqual(release, { name: 'release/1.0', head: commits[0] });
});

test('tags and commits are followed by no edit, and the reason names them', async () => {
  for (const revision of ['v1', 'v2', 'refs/tags/v1', commits[0] ?? '', (commits[1] ?? '').slice(0, 10)]) {
    const location = following(at(revision));
    assert.equal(await followedBranch(git, location, REPO), undefined, revision);
    assert.match(
      (await pinnedReason(git, location, REPO)) ?? '',
      new RegExp(`follows ${revision}, which is not a branch`),
    );
  }
});

test('what cannot be told is no reason: a revision that is not there, a repository that cannot be read', async () => {
  assert.equal(await pinnedReason(git, following(at('gone')), REPO), undefined);
  assert.equal(await pinnedReason(git, following(at('v1', OTHER)), OTHER), undefined);
  assert.equal(await followedBranch(git, following(at('main', OTHER)), OTHER), undefined);
});

test('each repository is judged by the sources that read it, charts of registries by none', async () => {
  const chart: ApplicationSource = { repoURL: REPO, chart: 'web', targetRevision: 'v1' };
  assert.equal(await pinnedReason(git, following(chart), REPO), undefined, 'a chart is no place in Git');
  assert.equal(await pinnedReason(git, following(chart, at('main')), REPO), undefined);
  assert.match((await pinnedReason(git, following(at('main', OTHER), at('v1')), REPO)) ?? '', /follows v1/);
  assert.equal((await followedBranch(git, following(at('v1'), at('main')), REPO))?.name, 'main');
});
