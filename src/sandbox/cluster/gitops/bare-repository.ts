import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT = 64 * 1024 * 1024;
const SECONDS = 30;

/** A bare repository on disk, read with the `git` program. */
export interface BareRepository {
  /** SHA of a branch, tag or commit; undefined where there is none. */
  resolve(revision: string): Promise<string | undefined>;
  /** Text files below `path` (`''` or `.` for all) at a commit, by their path in the repository. */
  files(revision: string, path: string): Promise<ReadonlyMap<string, string>>;
}

/** Reads a bare repository with the git binary. */
export function openBareRepository(directory: string): BareRepository {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['--git-dir', directory, ...args], {
      maxBuffer: LIMIT,
      timeout: SECONDS * 1000,
    });
    return stdout;
  };
  return {
    resolve: async (revision) => {
      try {
        return (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)).trim();
      } catch {
        return undefined;
      }
    },
    files: async (revision, path) => {
      const scope = path === '' || path === '.' ? [] : ['--', path];
      const listing = await git('ls-tree', '-r', '-z', '--full-tree', revision, ...scope);
      const blobs = listing.split('\0').flatMap((entry) => {
        const match = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
        return match ? [{ id: match[1] ?? '', path: match[2] ?? '' }] : [];
      });
      const contents = await readBlobs(
        directory,
        blobs.map(({ id }) => id),
      );
      return new Map(blobs.map((blob, i) => [blob.path, contents[i] ?? '']));
    },
  };
}

/** All blobs through one `git cat-file --batch`. */
function readBlobs(directory: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', directory, 'cat-file', '--batch'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: SECONDS * 1000,
    });
    const chunks: Buffer[] = [];
    child.on('error', reject);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => resolve(splitBatch(Buffer.concat(chunks), ids.length)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${ids.join('\n')}\n`);
  });
}

function splitBatch(output: Buffer, count: number): string[] {
  const texts: string[] = [];
  let at = 0;
  while (texts.length < count && at < output.length) {
    const line = output.indexOf(10, at);
    if (line < 0) break;
    const size = Number(output.subarray(at, line).toString().split(' ')[2] ?? 0);
    texts.push(output.subarray(line + 1, line + 1 + size).toString());
    at = line + 1 + size + 1;
  }
  return texts;
}
