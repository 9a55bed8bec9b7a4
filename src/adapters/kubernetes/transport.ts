import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Credentials } from './credentials.ts';
import type { ClusterAccess } from './cluster-access.ts';

/** A request that cannot change the cluster; see `assertHarmless`. */
export interface ApiRequest {
  /** PUT is only for the Lease of a leader election, see adapters/lease. */
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** Starts with `/api/` or `/apis/`; each segment percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer begins, and between two pieces of it. Default 30,000 each. */
  readonly timeout?: number;
  readonly idleTimeout?: number;
}

/** An answer whose body is still to be read, or destroyed. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Texts of all `Warning` headers. */
  readonly warnings: readonly string[];
  readonly body: Readable;
}

/** Sends one request; rejects with an Error where no answer arrives. */
export interface Transport {
  send(request: ApiRequest, credentials: Credentials): Promise<ApiResponse>;
  close(): void;
}

const TIMEOUT = 30_000;
/** Subresources that do nothing but show something. All others are refused: `exec` or `proxy` act even through GET. */
const SHOWING: ReadonlySet<string> = new Set(['log', 'status', 'scale']);

/** A request that might have changed the cluster was about to be sent: a fault of the program, not of the world. */
export class HarmfulRequest extends Error {}

/** A merge patch that names nothing changes nothing, also where nobody stops it. */
export const NO_CHANGE = { contentType: 'application/merge-patch+json', body: '{}' } as const;
/** The one object that it may be sent to: every namespace has it, and only its controller writes it. */
const NO_CHANGE_PATH = /^\/api\/v1\/namespaces\/[a-z0-9-]+\/configmaps\/kube-root-ca\.crt$/;

/**
 * The safety of the whole adapter: only reads, writes that the server is told not to carry out, and the one write that
 * changes nothing may leave. Throws HarmfulRequest for everything else.
 */
export function assertHarmless(method: string, path: string, query: URLSearchParams, body?: string): void {
  const read = method === 'GET';
  const dryRun = (method === 'PATCH' || method === 'POST') && query.getAll('dryRun').join() === 'All';
  const plain = /^\/(?:version$|apis?\/)[\w.~%:/-]*$/.test(path) && !path.includes('..') && onlyShows(path);
  const noChange = method === 'PATCH' && NO_CHANGE_PATH.test(path) && query.size === 0 && body === NO_CHANGE.body;
  if (!plain || !(read || dryRun || noChange))
    throw new HarmfulRequest(`refused to send ${method} ${path}: it could change the cluster`);
}

/**
 * Whether what a path names can do nothing by itself. An object may be called what it likes (a Deployment `proxy`, a pod
 * `exec`): only what stands behind the name is a subresource. `/api/v1/proxy/...` is the old form of one.
 */
function onlyShows(path: string): boolean {
  const [, root, ...rest] = path.split('/');
  const inGroup = rest.slice(root === 'apis' ? 2 : 1);
  const inNamespace = inGroup[0] === 'namespaces' && inGroup.length > 2;
  const [resource = '', , ...subresource] = inNamespace ? inGroup.slice(2) : inGroup;
  if (root === 'api' && resource === 'proxy') return false;
  return subresource.length === 0 || (subresource.length === 1 && SHOWING.has(subresource[0] ?? ''));
}

/** Looks at a request before it leaves, and throws HarmfulRequest where it may not. */
export type Guard = (method: string, path: string, query: URLSearchParams, body: string | undefined) => void;

/** HTTP(S) with connections kept alive. `env` is looked at for the usual proxy variables. */
export function createTransport(
  access: ClusterAccess,
  env: Readonly<Record<string, string | undefined>>,
  guard: Guard = assertHarmless,
): Transport {
  const server = new URL(access.server);
  const secure = server.protocol === 'https:';
  const proxyEnv = access.proxyUrl === undefined ? env : { HTTP_PROXY: access.proxyUrl, HTTPS_PROXY: access.proxyUrl };
  // Known to Node 24.5 and later, and passed over by older ones.
  const options = { keepAlive: true, maxSockets: 64, keepAliveMsecs: 30_000, proxyEnv };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const tls = secure
    ? {
        rejectUnauthorized: !access.insecure,
        ...(access.ca === undefined ? {} : { ca: access.ca }),
        ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
      }
    : {};

  return {
    send(request, credentials) {
      const query = new URLSearchParams(request.query);
      guard(request.method, request.path, query, request.body);
      const prefix = server.pathname.replace(/\/$/, '');
      const search = query.size === 0 ? '' : `?${query.toString()}`;
      const { cert, key } = credentials;
      return new Promise((resolve, reject) => {
        const sent = (secure ? https : http).request({
          agent,
          ...tls,
          ...(secure && cert !== undefined ? { cert } : {}),
          ...(secure && key !== undefined ? { key } : {}),
          protocol: server.protocol,
          hostname: server.hostname.replace(/^\[|\]$/g, ''),
          port: server.port === '' ? (secure ? 443 : 80) : server.port,
          method: request.method,
          path: `${prefix}${request.path}${search}`,
          ...(request.signal === undefined ? {} : { signal: request.signal }),
          headers: {
            Accept: 'application/json, */*',
            'Accept-Encoding': 'gzip',
            'User-Agent': 'remendo',
            ...(request.contentType === undefined ? {} : { 'Content-Type': request.contentType }),
            ...(request.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(request.body) }),
            ...credentials.headers,
          },
        });
        const timer = setTimeout(() => {
          sent.destroy(new Error(`no answer within ${(request.timeout ?? TIMEOUT) / 1000} s`));
        }, request.timeout ?? TIMEOUT);
        sent.on('error', (error) => {
          clearTimeout(timer);
          reject(error);
        });
        sent.on('response', (response) => {
          clearTimeout(timer);
          const idle = request.idleTimeout ?? TIMEOUT;
          response.setTimeout(idle, () => response.destroy(new Error(`the answer stopped for ${idle / 1000} s`)));
          const zipped = response.headers['content-encoding'] === 'gzip';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            warnings: warningsOf(response.rawHeaders),
            body: zipped ? unzip(response) : response,
          });
        });
        sent.end(request.body);
      });
    },
    close: () => agent.destroy(),
  };
}

function unzip(response: http.IncomingMessage): Readable {
  const unzipped = createGunzip();
  response.on('error', (error) => unzipped.destroy(error));
  // Whoever reads on is told; an answer that nobody reads may break off without ending the process.
  unzipped.on('error', () => response.destroy());
  unzipped.on('close', () => response.destroy());
  return response.pipe(unzipped);
}

/** `299 - "text"` of RFC 7234, as the API server writes it; quotes and backslashes are escaped inside. */
function warningsOf(rawHeaders: readonly string[]): string[] {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'warning');
  return values.flatMap((value) =>
    [...value.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')),
  );
}
