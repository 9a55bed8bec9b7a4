import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { atLeast, maySee, roleOf } from './access.ts';
import { gitEnvironment } from './git.ts';
import type { SandboxContext, SandboxEnv } from './http.ts';
import { param } from './http.ts';
import { refreshPulls } from './pulls.ts';
import type { Actor, Repository, World } from './state.ts';
import { inTurn, repositoryKey } from './state.ts';

function mayPush(actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'installation') return actor.app.permissions.contents === 'write' && maySee(actor, repository);
  return actor.kind === 'user' && atLeast(roleOf(repository, actor.account), 'write') && !repository.archived;
}

/** Git's smart HTTP protocol (fetch and push, version 2, partial clone) by `git http-backend`. */
export function smartHttpRoutes(app: Hono<SandboxEnv>, world: World): void {
  const handle =
    (service: (c: SandboxContext) => string | undefined, rest: string) =>
    async (c: SandboxContext): Promise<Response> => {
      const actor = c.get('actor');
      const name = param(c, 'repo').replace(/\.git$/, '');
      const repository = world.repositories.get(repositoryKey(param(c, 'owner'), name));
      const push = service(c) === 'git-receive-pack';
      const visible = repository !== undefined && maySee(actor, repository);
      if (actor.kind === 'anonymous' && (push || !visible)) {
        return c.text('Authentication required', 401, { 'WWW-Authenticate': 'Basic realm="GitHub"' });
      }
      if (!visible) return c.text('Repository not found.', 404);
      if (push && !mayPush(actor, repository)) return c.text('Permission denied.', 403);
      const run = (): Promise<Response> => runBackend(c, repository, rest);
      if (!push || c.req.method !== 'POST') return run();
      return inTurn(repository, async () => {
        const response = await run();
        const body = await response.arrayBuffer();
        repository.pushedAt = world.now();
        await refreshPulls(world, repository);
        return new Response(body, { status: response.status, headers: response.headers });
      });
    };
  app.get(
    '/:owner/:repo/info/refs',
    handle((c) => c.req.query('service'), '/info/refs'),
  );
  for (const service of ['git-upload-pack', 'git-receive-pack']) {
    app.post(
      `/:owner/:repo/${service}`,
      handle(() => service, `/${service}`),
    );
  }
}

/** Speaks CGI with `git http-backend`: request in, header lines and body out, streamed. */
function runBackend(c: SandboxContext, repository: Repository, rest: string): Promise<Response> {
  const { directory } = repository.git;
  const env = gitEnvironment({
    GIT_PROJECT_ROOT: dirname(directory),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `${directory.slice(dirname(directory).length)}${rest}`,
    QUERY_STRING: new URL(c.req.url).search.slice(1),
    REQUEST_METHOD: c.req.method,
    CONTENT_TYPE: c.req.header('content-type') ?? '',
    HTTP_CONTENT_ENCODING: c.req.header('content-encoding') ?? '',
    GIT_PROTOCOL: c.req.header('git-protocol') ?? '',
    REMOTE_USER: 'sandbox',
    REMOTE_ADDR: '127.0.0.1',
  });
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  c.env.incoming.pipe(child.stdin);
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      child.stdout.off('data', onData);
      child.stdout.pause();
      child.stdout.unshift(head.subarray(end + 4));
      const lines = head.subarray(0, end).toString().split('\r\n');
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      });
      const status = Number(headers.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200);
      const kept = headers.filter(([name]) => name !== 'Status');
      resolve(new Response(Readable.toWeb(child.stdout), { status, headers: kept }));
    };
    child.stdout.on('data', onData);
    child.on('error', reject);
    child.on('close', () => resolve(new Response('git http-backend gave no answer', { status: 500 })));
  });
}
