import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const SCAN_CASES = join(import.meta.dirname, '..', '..', 'fixtures', 'scan');

const CommitFile = z.strictObject({
  at: z.string(),
  author: z.string().regex(/^.+ <.+>$/),
  subject: z.string(),
  /** Whole files; null takes one away. */
  files: z.record(z.string(), z.string().nullable()).default({}),
  /** New lines of files that are there, by line number. */
  lines: z.record(z.string(), z.record(z.string(), z.string())).default({}),
});
const Repositories = z.record(z.string(), z.array(CommitFile));

const Expected = z.strictObject({
  /** What the world is about, in a sentence. */
  about: z.string(),
  incidents: z.array(
    z.union([
      z.strictObject({
        object: z.string(),
        cause: z.string(),
        /** The file that is edited, and the lines that its diff takes out and puts in. */
        file: z.string(),
        diff: z.array(z.string()),
      }),
      z.strictObject({
        object: z.string(),
        cause: z.string(),
        fix: z.literal('none'),
        /** Words of the reason. */
        because: z.string(),
      }),
    ]),
  ),
});
export type Expected = z.infer<typeof Expected>;

export interface ScanCase extends Disposable {
  readonly expected: Expected;
  /** Folder of a snapshot in which the commits' names are filled in. */
  readonly cluster: string;
  /** Clones by repository address. */
  readonly repositories: ReadonlyMap<string, string>;
}

export function scanCaseNames(): readonly string[] {
  return readdirSync(SCAN_CASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** A case as the outside sees it: real repositories with the history of `repository.yaml`, and the dump of a cluster. */
export function openScanCase(name: string): ScanCase {
  const folder = join(SCAN_CASES, name);
  const scratch = mkdtempSync(join(tmpdir(), 'remendo-scan-'));
  const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'), { maxAliasCount: 0 });
  const repositories = new Map<string, string>();
  const commits = new Map<string, string>();
  const all = Object.entries(Repositories.parse(read('repository.yaml')));
  for (const [url, history] of all) {
    const label = all.length === 1 ? '' : ` of ${all.findIndex(([other]) => other === url) + 1}`;
    const directory = join(scratch, `repository-${repositories.size}`);
    repositories.set(url, directory);
    for (const [i, sha] of build(directory, history).entries()) commits.set(`<commit ${i + 1}${label}>`, sha);
  }
  const cluster = join(scratch, 'cluster');
  cpSync(join(folder, 'cluster'), cluster, { recursive: true });
  for (const file of readdirSync(cluster).filter((entry) => /\.(?:yaml|json)$/.test(entry))) {
    const text = readFileSync(join(cluster, file), 'utf8');
    writeFileSync(
      join(cluster, file),
      text.replaceAll(/<commit \d+(?: of \d+)?>/g, (mark) => commits.get(mark) ?? mark),
    );
  }
  return {
    expected: Expected.parse(read('expected.yaml')),
    cluster,
    repositories,
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** A repository with a history; the commits' SHAs, oldest first. Every branch that an Application may follow is at the last one. */
function build(directory: string, history: readonly z.infer<typeof CommitFile>[]): readonly string[] {
  mkdirSync(directory);
  const git = (args: readonly string[], env: NodeJS.ProcessEnv = {}): string =>
    execFileSync('git', args, { cwd: directory, encoding: 'utf8', env: { ...process.env, ...env } }).trim();
  git(['init', '-q', '-b', 'main']);
  const shas = history.map(({ at, author, subject, files, lines }) => {
    for (const [file, text] of Object.entries(files)) {
      const path = join(directory, file);
      mkdirSync(dirname(path), { recursive: true });
      if (text === null) rmSync(path);
      else writeFileSync(path, text);
    }
    for (const [file, changed] of Object.entries(lines)) {
      const path = join(directory, file);
      const text = readFileSync(path, 'utf8').split('\n');
      for (const [line, now] of Object.entries(changed)) text[Number(line) - 1] = now;
      writeFileSync(path, text.join('\n'));
    }
    const [, name = '', email = ''] = /^(.+) <(.+)>$/.exec(author) ?? [];
    git(['add', '-A']);
    git(['-c', 'commit.gpgsign=false', 'commit', '-q', '--no-verify', '-m', subject], {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: at,
    });
    return git(['rev-parse', 'HEAD']);
  });
  git(['tag', 'v1.1.0']);
  return shas;
}
