import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { UserAccess } from './cluster-access.ts';

/** What one request is signed with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** Gives credentials, and forgets what it remembers after the server said 401. Rejects where there are none to be had. */
export interface Authenticator {
  credentials(): Promise<Credentials>;
  /** True where asking again may give other credentials. */
  renew(): boolean;
}

const EXEC_TIMEOUT = 30_000;
/** The kubelet rotates the tokens of service accounts; client-go reads the file again once a minute. */
const TOKEN_FILE_TTL = 60_000;

/**
 * Signs requests as a kubeconfig's user: token, token file, user name and password, client certificate, exec plugin, OIDC. The last two
 * are @kubernetes/client-node's own modules, loaded only when a user needs them (its index costs half a second).
 */
export function createAuthenticator(user: UserAccess, now: () => number): Authenticator {
  const fixed: Record<string, string | string[]> = {};
  if (user.impersonate !== undefined) {
    fixed['Impersonate-User'] = user.impersonate.user;
    if (user.impersonate.groups.length > 0) fixed['Impersonate-Group'] = [...user.impersonate.groups];
  }
  const tls = {
    ...(user.cert === undefined ? {} : { cert: user.cert }),
    ...(user.key === undefined ? {} : { key: user.key }),
  };
  const plugin = pluginOf(user);
  let apply = plugin?.();
  let token: { readonly text: string; readonly readAt: number } | undefined;

  async function fileToken(path: string): Promise<string> {
    if (token === undefined || now() - token.readAt > TOKEN_FILE_TTL) {
      token = { text: (await readFile(path, 'utf8')).trim(), readAt: now() };
    }
    return token.text;
  }

  return {
    async credentials() {
      const headers: Record<string, string | string[]> = { ...fixed };
      const request: { headers: Record<string, string | string[]>; cert?: string | Buffer; key?: string | Buffer } = {
        headers,
        ...tls,
      };
      if (apply !== undefined) await (await apply)(request);
      // As in client-go a token file is fresher than a token beside it.
      else if (user.tokenFile !== undefined) headers['Authorization'] = `Bearer ${await fileToken(user.tokenFile)}`;
      else if (user.token !== undefined) headers['Authorization'] = `Bearer ${user.token}`;
      else if (user.basic !== undefined) {
        const { username, password } = user.basic;
        headers['Authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      }
      return request;
    },
    renew() {
      token = undefined;
      apply = plugin?.();
      return plugin !== undefined || user.tokenFile !== undefined;
    },
  };
}

type Apply = (request: { headers: Record<string, string | string[]> }) => Promise<void>;

/** Makes a fresh exec or OIDC authenticator at every call, so that a refused token is not taken from its cache again. */
function pluginOf(user: UserAccess): (() => Promise<Apply>) | undefined {
  const { exec, oidc } = user;
  const base = { name: 'user' };
  if (exec !== undefined) {
    return async () => {
      const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
      const auth = new ExecAuth();
      // Its own spawn has no time limit and lets the plugin wait for a terminal that is not there.
      Reflect.set(auth, 'execFn', (command: string, args: string[], options: object) =>
        spawn(command, args, {
          ...options,
          signal: AbortSignal.timeout(EXEC_TIMEOUT),
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      const spec = { interactive: false, ...(exec.clusterInfo === undefined ? {} : { cluster: exec.clusterInfo }) };
      const info = JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec });
      const env = [...exec.env, { name: 'KUBERNETES_EXEC_INFO', value: info }];
      const configured = { ...base, exec: { command: exec.command, args: [...exec.args], env } };
      return (request) => auth.applyAuthentication(configured, request);
    };
  }
  if (oidc === undefined) return undefined;
  return async () => {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    const auth = new OpenIDConnectAuth();
    const configured = { ...base, authProvider: { name: 'oidc', config: { ...oidc } } };
    return (request) => auth.applyAuthentication(configured, request);
  };
}
