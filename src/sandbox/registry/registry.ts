import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** What the registry holds, and what it asks for. */
export interface SandboxRegistryOptions {
  /** Repository (`orders/web`) -> its tags. May be changed while the server runs. */
  readonly repositories: Map<string, Set<string>>;
  /** Demands these credentials, directly or through a token. */
  readonly auth?: { readonly scheme: 'basic' | 'bearer'; readonly username: string; readonly password: string };
  /** Answers a request in place of the registry: a status, or `hang` to never answer; undefined lets it through. */
  readonly fault?: (path: string) => number | 'hang' | undefined;
  readonly port?: number;
}

/** A registry that listens, and what it was asked. */
export interface SandboxRegistry {
  /** `127.0.0.1:PORT`, as an image names it. */
  readonly host: string;
  /** `METHOD path` of each request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A small registry: what the `/v2/` API of distribution says about tags and manifests, without any blobs. */
export async function startRegistry(options: SandboxRegistryOptions): Promise<SandboxRegistry> {
  const requests: string[] = [];
  const tokens = new Set<string>();
  let host = '';
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${host}`);
    requests.push(`${request.method} ${url.pathname}`);
    const fault = options.fault?.(url.pathname);
    if (fault === 'hang') return;
    if (fault !== undefined) return problem(response, fault, 'FAULT');
    if (url.pathname === '/token') return token(request, response, options, tokens);
    if (!allowed(request, options, tokens)) return challenge(response, options, host, url.pathname);
    serve(request, response, url, options.repositories);
  });
  const port = await listen(server, options.port ?? 0);
  host = `127.0.0.1:${port}`;
  return {
    host,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  repositories: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  if (url.pathname === '/v2/') return json(response, 200, {});
  const [, name = '', what, reference = ''] = /^\/v2\/(.+)\/(tags|manifests)\/([^/]+)$/.exec(url.pathname) ?? [];
  const tags = repositories.get(name);
  if (what === undefined || tags === undefined) return problem(response, 404, 'NAME_UNKNOWN');
  if (what === 'tags') return list(response, url, name, [...tags].sort());
  const found = [...tags].find((tag) => tag === reference || digestOf(name, tag) === reference);
  if (found === undefined) return problem(response, 404, 'MANIFEST_UNKNOWN');
  response.setHeader('docker-content-digest', digestOf(name, found));
  json(response, 200, { schemaVersion: 2 }, request.method === 'HEAD');
}

function list(response: ServerResponse, url: URL, name: string, tags: readonly string[]): void {
  const size = Number(url.searchParams.get('n') ?? tags.length);
  const last = url.searchParams.get('last');
  const rest = last === null ? tags : tags.filter((tag) => tag > last);
  const page = rest.slice(0, size);
  if (rest.length > page.length) {
    response.setHeader('link', `</v2/${name}/tags/list?n=${size}&last=${page.at(-1)}>; rel="next"`);
  }
  json(response, 200, { name, tags: page });
}

/** The digest under which the sandbox knows a tag. */
export function digestOf(name: string, tag: string): string {
  return `sha256:${createHash('sha256').update(`${name}:${tag}`).digest('hex')}`;
}

function basicMatches(request: IncomingMessage, { auth }: SandboxRegistryOptions): boolean {
  const wanted = auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  return request.headers.authorization === wanted;
}

function allowed(request: IncomingMessage, options: SandboxRegistryOptions, tokens: ReadonlySet<string>): boolean {
  if (!options.auth) return true;
  if (options.auth.scheme === 'basic') return basicMatches(request, options);
  return tokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
}

function token(
  request: IncomingMessage,
  response: ServerResponse,
  options: SandboxRegistryOptions,
  tokens: Set<string>,
): void {
  if (!basicMatches(request, options)) return problem(response, 401, 'UNAUTHORIZED');
  const text = randomUUID();
  tokens.add(text);
  json(response, 200, { token: text, expires_in: 300 });
}

function challenge(response: ServerResponse, { auth }: SandboxRegistryOptions, host: string, path: string): void {
  const name = /^\/v2\/(.+)\/(?:tags|manifests)\//.exec(path)?.[1] ?? '';
  response.setHeader(
    'www-authenticate',
    auth?.scheme === 'bearer'
      ? `Bearer realm="http://${host}/token",service="sandbox",scope="repository:${name}:pull"`
      : 'Basic realm="sandbox"',
  );
  problem(response, 401, 'UNAUTHORIZED');
}

function problem(response: ServerResponse, status: number, code: string): void {
  json(response, status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] });
}

function json(response: ServerResponse, status: number, body: object, head = false): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(head ? undefined : text);
}
