import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Certificate } from './certificates.ts';

/** What the API server said, as it said it. */
export interface Reply {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever the server sends
  readonly body: any;
  readonly warnings: readonly string[];
}

/** Sends any request to the real API server; for what tests do to the cluster, never for what Remendo does. */
export interface ApiClient {
  readonly server: string;
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<Reply>;
  /** The object, or undefined where there is none; throws for every other answer. */
  // oxlint-disable-next-line typescript/no-explicit-any -- see above
  get(path: string): Promise<any>;
  /** Server-side apply as the test's own field manager; throws where the server refuses. */
  apply(path: string, object: unknown): Promise<void>;
}

export type Identity = { readonly ca: Certificate } & ({ readonly client: Certificate } | { readonly token: string });

export function createApiClient(server: string, identity: Identity): ApiClient {
  const url = new URL(server);
  const ca = readFileSync(identity.ca.cert);
  const tls =
    'client' in identity
      ? { ca, cert: readFileSync(identity.client.cert), key: readFileSync(identity.client.key) }
      : { ca };
  const bearer = 'token' in identity ? { Authorization: `Bearer ${identity.token}` } : {};

  function send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const headers = {
        Accept: 'application/json',
        ...bearer,
        ...(text === undefined ? {} : { 'Content-Type': contentType }),
      };
      const options = { ...tls, hostname: url.hostname, port: url.port, method, path, headers, timeout: 30_000 };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const said = Buffer.concat(chunks).toString('utf8');
          const warnings = [response.headers['warning'] ?? []].flat().map(String);
          resolve({ status: response.statusCode ?? 0, body: parsed(said), warnings });
        });
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.end(text);
    });
  }

  return {
    server,
    send,
    async get(path) {
      const { status, body } = await send('GET', path);
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async apply(path, object) {
      const { status, body } = await send(
        'PATCH',
        `${path}?fieldManager=e2e&force=true`,
        object,
        'application/apply-patch+yaml',
      );
      if (status !== 200 && status !== 201) throw new Error(`apply ${path}: ${status} ${JSON.stringify(body)}`);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
