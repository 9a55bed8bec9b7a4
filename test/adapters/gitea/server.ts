import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { GiteaOptions } from '../../../src/adapters/gitea/gitea.ts';
import { createGitea } from '../../../src/adapters/gitea/gitea.ts';
import type { Forge } from '../../../src/ports/forge.ts';
import { createTestLog } from '../github/client.ts';

export const TOKEN = 'f'.repeat(8) + '0123456789'.repeat(3) + 'ab';
export const SHA = { main: 'a'.repeat(40), old: 'b'.repeat(40), made: 'c'.repeat(40) };

export interface Asked {
  readonly method: string;
  /** Below `/api/v1`, with the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

/** A server that answers as the test says, for what an orderly Gitea never does. */
export async function serve(
  t: TestContext,
  answer: Answer,
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url.replace(/^\/api\/v1/, ''), authorization: headers.authorization, body };
      asked.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  // Safe: a server that listens on TCP has an AddressInfo.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

export function json(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export function forgeAt(url: string, options: Partial<GiteaOptions> = {}): Forge {
  return createGitea({
    repository: { owner: 'shop', name: 'web' },
    apiUrl: `${url}/api/v1`,
    token: TOKEN,
    log: createTestLog(),
    throttle: false,
    timeout: 5000,
    ...options,
  });
}

/** What a Gitea answers about itself; `more` comes first. */
export function answering(more: Answer): Answer {
  return (asked, response) => {
    more(asked, response);
    if (response.writableEnded || response.destroyed || response.headersSent) return;
    const branch = { protected: false, enable_status_check: false, status_check_contexts: [] };
    const at = (id: string) => ({ commit: { id }, ...branch, effective_branch_protection_name: '' });
    const { method, path } = asked;
    const key = `${method} ${path.replace(/\?.*/, '')}`;
    if (key === 'GET /user') return json(response, 200, { id: 3, login: 'Remendo-Bot' });
    if (key === 'GET /users/Remendo-Bot') return json(response, 200, { email: '3+remendo-bot@hidden.example' });
    if (key === 'GET /repos/shop/web/signing-key.gpg') return json(response, 404, { message: 'no signing key' });
    if (key === 'GET /repos/shop/web') {
      const repository = { default_branch: 'main', archived: false, mirror: false, permissions: { push: true } };
      return json(response, 200, repository);
    }
    if (key === 'GET /repos/shop/web/branches/main') return json(response, 200, at(SHA.main));
    if (key === 'POST /repos/shop/web/branches') return json(response, 201, at(SHA.main));
    if (method === 'DELETE') return json(response, 204, undefined);
    return json(response, 404, { message: 'not found', errors: null });
  };
}
