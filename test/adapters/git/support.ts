import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from '../../../src/ports/log.ts';

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** Runs git in a folder and returns its output, trimmed. */
export function git(directory: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: directory,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'remendo-git-'));
}

/** A clone with one branch `main`; `commit` writes files and returns the new SHA. */
export interface Work {
  readonly directory: string;
  commit(subject: string, files: Record<string, string | Buffer>): string;
}

export function makeWork(directory: string): Work {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '--quiet', '-b', 'main');
  let minutes = 0;
  return {
    directory,
    commit(subject, files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), content);
      }
      git(directory, 'add', '-A');
      const date = `2026-11-21T05:${String(minutes++).padStart(2, '0')}:00Z`;
      execFileSync('git', ['commit', '--quiet', '--allow-empty', '-m', subject], {
        cwd: directory,
        env: { ...ENV, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      });
      return git(directory, 'rev-parse', 'HEAD');
    },
  };
}

/** A bare repository that a work folder is pushed to. */
export function makeBare(work: Work, directory: string, options: { readonly filter: boolean }): void {
  git(work.directory, 'clone', '--quiet', '--bare', work.directory, directory);
  git(directory, 'config', 'uploadpack.allowFilter', String(options.filter));
  git(directory, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  git(work.directory, 'remote', 'add', 'origin', directory);
}

export interface GitServer {
  readonly url: string;
  /** Requests so far, as `METHOD path authorization`. */
  readonly requests: string[];
  /** When set, answers every request with this status. */
  fail: number | undefined;
  close(): Promise<void>;
}

/** `git http-backend` over the bare repositories in a folder; with `password`, only for those who know it. */
export async function serve(root: string, password?: string): Promise<GitServer> {
  const requests: string[] = [];
  const state: { fail: number | undefined } = { fail: undefined };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname} ${request.headers.authorization ?? '-'}`);
    const wanted = `Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`;
    const status = state.fail ?? (password === undefined || request.headers.authorization === wanted ? 200 : 401);
    if (status !== 200) {
      response.writeHead(status, status === 401 ? { 'WWW-Authenticate': 'Basic realm="x"' } : {}).end();
      return;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...ENV,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(backend.stdin);
    backend.stdin.on('error', () => undefined);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf('\r\n\r\n');
      const headers = output
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(': ', 2));
      const code = headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3);
      response.writeHead(
        Number(code ?? 200),
        Object.fromEntries(
          headers.filter(([name]) => name !== 'Status').map(([name, value]) => [name ?? '', value ?? '']),
        ),
      );
      response.end(output.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
