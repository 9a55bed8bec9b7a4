import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { GitRepository } from '../../ports/git.ts';
import { SHA } from './revision.ts';

const MAX_FILES = 50_000;

/**
 * A folder of files without Git, taken as a repository with one revision: a digest of its files, which every branch name and `HEAD`
 * stand for. It has no history: `log` is empty, `diff` too. The checkout is the folder itself.
 */
export async function openPlainFolder(url: string, path: string): Promise<Result<GitRepository, Problem>> {
  const directory = await realpath(path);
  let digest = await digestOf(directory);
  if (!digest.ok) return digest;
  let revision = digest.value;

  function resolve(wanted: string): Result<string, Problem> {
    // A commit is asked for by its SHA: this folder cannot say whether it is that one.
    if (wanted !== revision && SHA.test(wanted)) {
      return err(problem('revision-missing', `${url}: ${path} is a folder without Git, it has no revision ${wanted}`));
    }
    return ok(revision);
  }

  return ok({
    url,
    async refresh() {
      digest = await digestOf(directory);
      if (!digest.ok) return digest;
      revision = digest.value;
      return ok(undefined);
    },
    resolve: (wanted) => Promise.resolve(resolve(wanted)),
    checkout(wanted) {
      const found = resolve(wanted);
      return Promise.resolve(found.ok ? ok({ repoURL: url, revision: found.value, directory }) : found);
    },
    log(wanted) {
      const found = resolve(wanted);
      return Promise.resolve(found.ok ? ok([]) : found);
    },
    async readFile(wanted, file) {
      const found = resolve(wanted);
      if (!found.ok) return found;
      const real = await realpath(join(directory, file)).catch(() => undefined);
      if (real === undefined || !real.startsWith(directory + sep)) return ok(undefined);
      return ok(await readFile(real, 'utf8').catch(() => undefined));
    },
    diff(from, to) {
      const ends = [resolve(from), resolve(to)];
      return Promise.resolve(ends.find((end) => !end.ok) ?? ok(''));
    },
    isAncestor(ancestor, wanted) {
      const ends = [resolve(ancestor), resolve(wanted)];
      const failed = ends.find((end) => !end.ok);
      return Promise.resolve(failed !== undefined && !failed.ok ? failed : ok(true));
    },
  });
}

/** 40 hex digits, like a SHA-1, of the names and contents of all files. Error code: `repository-missing`. */
async function digestOf(directory: string): Promise<Result<string, Problem>> {
  const hash = createHash('sha256');
  const folders = [''];
  let files = 0;
  try {
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      for (const name of (await readdir(join(directory, folder))).sort()) {
        const path = join(folder, name);
        const info = await lstat(join(directory, path));
        if (info.isDirectory()) {
          folders.push(path);
          continue;
        }
        if (++files > MAX_FILES) {
          return err(
            problem('repository-missing', `${directory} has more than ${MAX_FILES} files`, {
              hint: 'name the folder of the manifests',
            }),
          );
        }
        hash.update(`\0${path}\0`);
        if (info.isSymbolicLink()) hash.update(await readlink(join(directory, path)));
        else if (info.isFile()) for await (const chunk of createReadStream(join(directory, path))) hash.update(chunk);
      }
    }
    return ok(hash.digest('hex').slice(0, 40));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    return err(problem('repository-missing', `${directory} cannot be read: ${reason}`));
  }
}
