import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { TestContext } from 'node:test';

/** Answers a request of the API, or answers false: then the server behind is asked. */
export type Api = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What stands before a forge: its API can be made to misbehave, its Git is passed on. */
export interface Front {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  api: Api;
  /** Requests of the API until now: `GET /api/v3/...`. */
  readonly asked: string[];
}

export async function listen(t: Pick<TestContext, 'after'>, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function startFront(t: Pick<TestContext, 'after'>, behind: string): Promise<Front> {
  const port = await listen(t, (request, response) => {
    const { method, url } = request;
    const isApi = url?.startsWith('/api/') === true;
    if (isApi) front.asked.push(`${method} ${url}`);
    if (!isApi || !front.api(request, response)) passOn(request, response, behind);
  });
  const front: Front = { host: `127.0.0.1:${port}`, api: () => false, asked: [] };
  return front;
}

function passOn(request: IncomingMessage, response: ServerResponse, behind: string): void {
  const { hostname, port } = new URL(behind);
  const { method, url, headers } = request;
  // Git is open to everybody here: the tokens of one forge mean nothing to the other that stands in for it.
  const { authorization: _, ...open } = headers;
  const sent = url?.startsWith('/api/') === true ? headers : open;
  const passed = send({ hostname, port, method, path: url, headers: sent, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  request.pipe(passed);
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Api => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
    return true;
  };
};

export const html = (status: number): Api => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    response.end('<!DOCTYPE html><html><title>Sign in</title><body>Sign in to this network</body></html>');
    return true;
  };
};

/** The answer begins and never ends. */
export const cutOff: Api = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
  response.write('{"default_branch": "ma');
  setTimeout(() => response.destroy(), 20);
  return true;
};

/** `api` for requests whose method and path fit, the first `times` of them. */
export function only(what: RegExp, api: Api, times = Infinity): Api {
  let left = times;
  return (request, response) => {
    if (left === 0 || !what.test(`${request.method} ${request.url}`)) return false;
    left--;
    return api(request, response);
  };
}

/** The first that answers. */
export function oneOf(...apis: readonly Api[]): Api {
  return (request, response) => apis.some((api) => api(request, response));
}

/** A Gitea as far as a first pass asks it: its repositories are empty of pull requests. */
export const gitea: Api = (request, response) => {
  const path = new URL(request.url ?? '', 'http://gitea').pathname.replace('/api/v1', '');
  const answer = (body: unknown, headers = {}): boolean => json(200, body, headers)(request, response);
  if (path === '/user') return answer({ id: 3, login: 'remendo' });
  if (path === '/users/remendo') return answer({ email: '3+remendo@hidden.example' });
  if (path.endsWith('/signing-key.gpg')) return json(404, { message: 'no signing key' })(request, response);
  if (path.endsWith('/pulls')) return answer([], { 'x-total-count': '0' });
  if (/^\/repos\/[^/]+\/[^/]+$/.test(path)) {
    return answer({ default_branch: 'main', archived: true, mirror: false, permissions: { push: true } });
  }
  return json(404, { message: 'not found' })(request, response);
};
