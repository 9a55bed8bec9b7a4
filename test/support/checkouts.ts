import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '../../src/domain/problem.ts';
import { err, ok } from '../../src/domain/result.ts';
import type { Git, GitRepository } from '../../src/ports/git.ts';
import type { Log } from '../../src/ports/log.ts';

/** A Git port over local repositories, by address: real git, a checkout folder per commit. */
export function localGit(repositories: Readonly<Record<string, string>>): Git & { close(): void } {
  const cache = mkdtempSync(join(tmpdir(), 'remendo-checkouts-'));
  return {
    open: (repoURL) => {
      const directory = repositories[repoURL];
      return Promise.resolve(
        directory === undefined
          ? err(problem('repository-missing', `no repository ${repoURL}`))
          : ok(repository(repoURL, directory, cache)),
      );
    },
    close: () => rmSync(cache, { recursive: true, force: true }),
  };
}

function repository(url: string, directory: string, cache: string): GitRepository {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    url,
    refresh: () => Promise.resolve(ok(undefined)),
    resolve(revision) {
      try {
        return Promise.resolve(ok(git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).trim()));
      } catch {
        return Promise.resolve(err(problem('revision-missing', `no revision ${revision} in ${url}`)));
      }
    },
    checkout(revision) {
      const target = join(cache, `${Buffer.from(url).toString('hex').slice(-24)}-${revision}`);
      if (mkdirSync(target, { recursive: true }) !== undefined) {
        execFileSync('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', revision, target], { cwd: directory });
      }
      return Promise.resolve(ok({ repoURL: url, revision, directory: target }));
    },
    log(revision, paths, limit) {
      const format = '%H%x1f%an%x1f%ae%x1f%cI%x1f%s%x1f%P';
      const out = git('log', `--format=${format}`, `--max-count=${limit}`, revision, '--', ...paths);
      const commits = out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [hash = '', author = '', email = '', committedAt = '', subject = '', parents = ''] =
            line.split('\u001f');
          return { revision: hash, author, email, committedAt, subject, parents: parents.split(' ').filter(Boolean) };
        });
      return Promise.resolve(ok(commits));
    },
    readFile(revision, path) {
      try {
        return Promise.resolve(ok(git('show', `${revision}:${path}`)));
      } catch {
        return Promise.resolve(ok(undefined));
      }
    },
    diff: (from, to, paths) => Promise.resolve(ok(git('diff', from, to, '--', ...paths))),
    isAncestor(ancestor, revision) {
      return Promise.resolve(ok(git('merge-base', ancestor, revision).trim() === ancestor));
    },
  };
}

/** Makes a repository of a folder's files with one commit; answers with its path. */
export function repositoryOf(folder: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-repository-'));
  const run = (...args: string[]): void => void execFileSync('git', args, { cwd: directory, stdio: 'pipe' });
  execFileSync('cp', ['-R', `${folder}/.`, directory]);
  run('init', '-q', '-b', 'main');
  run('config', 'core.autocrlf', 'false');
  run('add', '-A', '-f');
  run('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '-q', '-m', 'All');
  return directory;
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** A log that says nothing. */
export const quiet: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => quiet,
};
