import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildAction } from '../../../scripts/build-action.ts';
import type { GitHubSandbox, PullView } from '../../../src/sandbox/github/api.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import { buildProgram } from '../cluster/binaries.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { READER, install, tokenOf } from '../cluster/install.ts';
import type { ActOptions, ActResult } from './act.ts';
import { runWorkflow } from './act.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const OWNER = 'shop';
const REPOSITORY = 'gitops';

/** A GitOps repository on the simulator of GitHub with the example workflows in it, and the real cluster. */
export interface ActionWorld {
  readonly cluster: Cluster;
  readonly github: GitHubSandbox;
  /** Login of the App that the workflow acts as. */
  readonly app: string;
  /** File that the SARIF upload would take. */
  readonly sarif: string;
  run(
    event: ActOptions['event'],
    workflow: 'scan.yml' | 'propose.yml',
    inputs?: Readonly<Record<string, string>>,
  ): Promise<ActResult>;
  pulls(): Promise<readonly PullView[]>;
  merge(number: number): Promise<string>;
  close(): Promise<void>;
}

/** `files` are those of the repository beside workflows and configuration; the image `shop/orders:2.0.1` is there. */
export async function startActionWorld(
  act: string,
  files: (cluster: Cluster) => Readonly<Record<string, string>>,
): Promise<ActionWorld> {
  const cluster = attachCluster();
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-action-'));
  const github = createGitHubSandbox({ directory: join(directory, 'git') });
  const forge = await github.listen();
  const workflows = Object.fromEntries(
    ['scan.yml', 'propose.yml'].map((name) => [
      `.github/workflows/${name}`,
      readFileSync(join(ROOT, 'docs', 'workflows', name), 'utf8'),
    ]),
  );
  const settings = {
    mode: 'propose',
    cluster: { name: 'e2e' },
    github: { host: forge.host, apiUrl: forge.url },
    registry: { insecureHosts: [cluster.registry] },
    detect: { minimumAge: '5s', minimumRestarts: 1 },
    verify: { propagation: '120s', soak: '10s' },
  };
  await github.createRepository(OWNER, REPOSITORY, {
    files: { ...workflows, 'remendo.yaml': `${JSON.stringify(settings, null, 2)}\n`, ...files(cluster) },
  });
  // Before anything asks for it.
  await cluster.images.push('shop/orders', '2.0.1');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = { type: 'spki', format: 'pem' } as const;
  const app = github.addApp({ slug: 'remendo', owner: OWNER, publicKey: publicKey.export(pem).toString() });
  await deploy(cluster, forge.gitUrl(OWNER, REPOSITORY));
  await install(cluster, 'reader');
  const identity = await serveIdentity(() => tokenOf(cluster, READER));
  const home = join(directory, 'act');
  mkdirSync(home);
  const actions = await localActions(directory);
  const sarif = join(directory, 'uploaded.sarif');
  return {
    cluster,
    github,
    app: app.login,
    sarif,
    async run(event, workflow, inputs = {}) {
      const clone = join(directory, 'clone');
      rmSync(clone, { recursive: true, force: true });
      const from = forge.gitUrl(OWNER, REPOSITORY);
      await promisify(execFile)('git', ['clone', '-q', from, clone], { timeout: 60_000 });
      return runWorkflow({
        act,
        clone,
        event,
        workflow: `.github/workflows/${workflow}`,
        inputs,
        vars: {
          KUBERNETES_SERVER: cluster.server,
          KUBERNETES_CA: readFileSync(cluster.ca).toString('base64'),
          REMENDO_CLIENT_ID: String(app.appId),
        },
        secrets: {
          GITHUB_TOKEN: github.bot.token,
          REMENDO_PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
        },
        env: {
          ACTIONS_ID_TOKEN_REQUEST_URL: identity.url,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: identity.secret,
          E2E_GITHUB_API: forge.url,
          E2E_SARIF: sarif,
        },
        instance: forge.host,
        actions,
        home,
        log: join(cluster.directory, 'report-act.log'),
      });
    },
    async pulls() {
      const all = await github.pulls(OWNER, REPOSITORY);
      return all.toSorted((a, b) => b.number - a.number);
    },
    merge: (number) => github.merge(OWNER, REPOSITORY, number, { method: 'squash', by: github.reviewer.login }),
    async close() {
      await cluster.admin.send('DELETE', `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/gitops`);
      await cluster.admin.send('DELETE', `/api/v1/namespaces/gitops`);
      await identity.close();
      await github.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The program that runs workflows, or why it cannot be had. */
export async function findAct(): Promise<{ readonly program: string } | { readonly missing: string }> {
  try {
    return { program: await buildProgram('act', console.log, AbortSignal.timeout(10 * 60_000)) };
  } catch (error) {
    return { missing: String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ') };
  }
}

function deploy(cluster: Cluster, repoURL: string): Promise<void> {
  return cluster.admin.apply(`/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/gitops`, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'gitops', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: 'app' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'gitops' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  });
}

/** The built Action, and stand-ins for the two of others that would be fetched from GitHub. */
async function localActions(directory: string): Promise<ActOptions['actions']> {
  const remendo = join(directory, 'remendo');
  await buildAction(join(remendo, 'action', 'dist'));
  cpSync(join(ROOT, 'action.yml'), join(remendo, 'action.yml'));
  const standIns = join(import.meta.dirname, 'stand-ins');
  const codeql = join(directory, 'codeql-action');
  cpSync(join(standIns, 'upload-sarif'), join(codeql, 'upload-sarif'), { recursive: true });
  return {
    'remendo/remendo': remendo,
    'actions/create-github-app-token': join(standIns, 'app-token'),
    'github/codeql-action': codeql,
  };
}

/** Where a runner asks for its identity: answers with a token for who has the secret and asks for the right audience. */
async function serveIdentity(
  token: () => Promise<string>,
): Promise<{ readonly url: string; readonly secret: string; close(): Promise<void> }> {
  const secret = `runner-${process.pid}`;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const allowed =
      request.headers.authorization === `bearer ${secret}` && searchParams.get('audience') === 'kubernetes';
    if (!allowed) return void response.writeHead(401).end();
    token().then(
      (value) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ value })),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    // GitHub's own address has a query already.
    url: `http://127.0.0.1:${port}/token?api-version=2.0`,
    secret,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
