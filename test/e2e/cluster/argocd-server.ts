import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { z } from 'zod';
import { until } from '../scenarios/world.ts';
import { ARGOCD } from './argocd.ts';
import type { Cluster } from './cluster.ts';
import type { Started } from './processes.ts';
import { createProcesses, freePorts, isRunning, startTime, startedAs } from './processes.ts';

/** Argo CD's API server beside a running cluster, with accounts that have nothing but tokens. */
export interface ArgoCDServer {
  /** Without a slash at its end; its certificate is of the cluster's own authority. */
  readonly url: string;
  /** A token of an account (an `apiKey` one) for each name that was asked for. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Any request as the holder of a token; the answer as it came. */
  call(token: string, method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
  stop(): Promise<void>;
}

/** What the server is told: accounts by name, and who may do what (argocd-rbac-cm's `policy.csv`). */
export interface ArgoCDServerOptions {
  readonly accounts: readonly string[];
  readonly policy: string;
  readonly args?: readonly string[];
}

/** Starts argocd-server, which the cluster of a run does without; answers when it can be asked and has its tokens. */
export async function startArgoCDServer(
  cluster: Pick<Cluster, 'directory' | 'admin' | 'ca'>,
  { accounts, policy, args = [] }: ArgoCDServerOptions,
): Promise<ArgoCDServer> {
  const { directory, admin } = cluster;
  const pki = (name: string): string => readFileSync(join(directory, 'pki', name), 'utf8');
  const labels = { 'app.kubernetes.io/part-of': 'argocd' };
  const put = (plural: string, kind: string, name: string, body: object): Promise<void> =>
    admin.apply(`/api/v1/namespaces/${ARGOCD}/${plural}/${name}`, {
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: ARGOCD, labels },
      ...body,
    });
  const tls = { 'tls.crt': pki('server.crt'), 'tls.key': pki('server.key') };
  await put('secrets', 'Secret', 'argocd-server-tls', { type: 'kubernetes.io/tls', stringData: tls });
  const keys = Object.fromEntries(accounts.map((name) => [`accounts.${name}`, 'apiKey']));
  await put('configmaps', 'ConfigMap', 'argocd-cm', { data: keys });
  await put('configmaps', 'ConfigMap', 'argocd-rbac-cm', { data: { 'policy.csv': policy } });

  const controller = startedAs(directory, 'argocd-application-controller');
  const [port = 0, metrics = 0] = await freePorts(2);
  const started = createProcesses(directory).start('argocd-server', controller.program, {
    ...controller,
    args: [
      ...controller.args.filter((arg) => /^--(kubeconfig|namespace|redis|repo-server)/.test(arg)),
      '--address=127.0.0.1',
      `--port=${port}`,
      '--metrics-address=127.0.0.1',
      `--metrics-port=${metrics}`,
      ...args,
    ],
    env: { ...controller.env, ARGOCD_BINARY_NAME: 'argocd-server' },
  });
  const url = `https://127.0.0.1:${port}`;
  const ask = createAsk(url, cluster.ca);
  await createProcesses(directory).waitFor(started, async () => (await ask('GET', '/healthz')).status === 200, 120);
  const tokens = await makeTokens(cluster, ask, accounts);
  return {
    url,
    tokens,
    call: (token, method, path, body) => ask(method, path, body, token),
    stop: () => stop(started),
  };
}

type Ask = (method: string, path: string, body?: unknown, token?: string) => Promise<{ status: number; text: string }>;

function createAsk(url: string, ca: string): Ask {
  const authority = readFileSync(ca);
  return (method, path, body, token) =>
    new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      };
      const sent = request(`${url}${path}`, { ca: authority, method, headers, timeout: 60_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

const Token = z.object({ token: z.string() });
const InitialPassword = z.object({ data: z.object({ password: z.string() }) });

/** As its administrator, with the password that the server made for itself (operator-manual/user-management). */
async function makeTokens(
  { admin }: Pick<Cluster, 'admin'>,
  ask: Ask,
  accounts: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const secret = `/api/v1/namespaces/${ARGOCD}/secrets/argocd-initial-admin-secret`;
  const { data } = await until('the first password of Argo CD', 60, async () => {
    const found = InitialPassword.safeParse(await admin.get(secret));
    return found.success ? found.data : undefined;
  });
  const password = Buffer.from(data.password, 'base64').toString('utf8');
  const post = async (path: string, body: unknown, token?: string): Promise<string> => {
    const { status, text } = await ask('POST', path, body, token);
    if (status !== 200) throw new Error(`Argo CD answers POST ${path} with ${status}: ${text}`);
    return Token.parse(JSON.parse(text)).token;
  };
  const session = await post('/api/v1/session', { username: 'admin', password });
  const tokens: Record<string, string> = {};
  for (const name of accounts) tokens[name] = await post(`/api/v1/account/${name}/token`, {}, session);
  return tokens;
}

async function stop({ child }: Started): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const known = { pid, since: startTime(pid) };
  child.kill('SIGKILL');
  await until('the end of argocd-server', 30, () => Promise.resolve(isRunning(known) ? undefined : true));
}
