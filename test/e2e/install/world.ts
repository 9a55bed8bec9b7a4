import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { GitHubSandbox, PullView } from '../../../src/sandbox/github/api.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { deployment, lines } from '../scenarios/manifests.ts';
import { behindTLS } from '../scenarios/hosts/tls.ts';
import { until } from '../scenarios/world.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const OWNER = 'shop';
/** Repository, Application and namespace of the team whose workload fails. */
export const TEAM = 'install';
const run = promisify(execFile);

/** How a command ended, and what it said. */
export interface Said {
  readonly status: number;
  readonly out: string;
}

/** Somebody who has just cloned the repository, with an administrator's kubeconfig and a GitHub App; and a workload that fails. */
export interface InstallWorld {
  readonly cluster: Cluster;
  readonly github: GitHubSandbox;
  /** HOST:PORT of the forge, its API, and the URL of the team's repository. */
  readonly forge: { readonly host: string; readonly apiUrl: string; readonly repoURL: string };
  readonly appId: number;
  /** Private key of the App. */
  readonly key: string;
  /** The clone. */
  readonly clone: string;
  /** Runs a command in the clone, as a person would in a shell. */
  shell(command: string, env?: Readonly<Record<string, string>>): Promise<Said>;
  pulls(): Promise<readonly PullView[]>;
  close(): Promise<void>;
}

export async function startInstallWorld(): Promise<InstallWorld> {
  const cluster = attachCluster();
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-install-'));
  const github = createGitHubSandbox({ directory: join(directory, 'git') });
  const address = await github.listen();
  const front = await behindTLS(
    {
      config: { host: address.host, apiUrl: address.url, repoURL: address.gitUrl(OWNER, TEAM) },
      createRepository: () => Promise.resolve(''),
      close: () => github.close(),
    },
    cluster,
  );
  const { host = '', apiUrl = '', repoURL = '' } = front.config as Readonly<Record<string, string>>;
  await cluster.images.push('shop/install', '1');
  const container = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: 32Mi}}');
  const manifest = deployment(TEAM, `${cluster.registry}/shop/install:1`, container);
  await github.createRepository(OWNER, TEAM, { files: { 'app/install.yaml': manifest } });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { appId } = github.addApp({ slug: 'remendo', owner: OWNER, publicKey: pem });
  await removeNamespace(cluster, 'remendo');
  await removeNamespace(cluster, TEAM);
  await applyApplication(cluster, TEAM, repoURL);
  const clone = join(directory, 'clone');
  await copyOfTheRepository(clone);
  const home = join(directory, 'cache');
  mkdirSync(home);
  // The forge has a certificate of the cluster's own authority; what the machine trusts besides stays.
  const authorities = join(directory, 'authorities.pem');
  const trusted = [process.env['NODE_EXTRA_CA_CERTS'], cluster.ca].flatMap((file) =>
    file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')],
  );
  writeFileSync(authorities, trusted.join('\n'));
  return {
    cluster,
    github,
    forge: { host, apiUrl, repoURL },
    appId,
    key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    clone,
    shell: (command, env = {}) =>
      shell(command, clone, {
        ...process.env,
        PATH: [cluster.binaries, process.env['PATH']].join(delimiter),
        KUBECONFIG: cluster.kubeconfig,
        XDG_CACHE_HOME: home,
        NODE_EXTRA_CA_CERTS: authorities,
        GIT_SSL_CAINFO: authorities,
        // What this machine has fetched before is not asked for again: a slow network is not what is looked at here.
        npm_config_prefer_offline: 'true',
        npm_config_audit: 'false',
        ...env,
      }),
    pulls: () => github.pulls(OWNER, TEAM),
    async close() {
      await cluster.admin.send('DELETE', `${APPLICATIONS}/${TEAM}`);
      await cluster.admin.send('DELETE', `${APPLICATIONS}/unreachable`);
      await cluster.admin.send('DELETE', `/api/v1/namespaces/${TEAM}`);
      await front.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

const APPLICATIONS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';

export function applyApplication({ admin }: Cluster, name: string, repoURL: string): Promise<void> {
  return admin.apply(`${APPLICATIONS}/${name}`, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: 'app' },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  });
}

/** Of an earlier test, with what stands beside it in the cluster under the same names. */
export async function removeNamespace({ admin }: Cluster, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await admin.send('DELETE', path);
  await until(`${name} is gone`, 180, async () => ((await admin.get(path)) === undefined ? true : undefined));
}

/** What a fresh clone holds once the state of this checkout is committed. */
async function copyOfTheRepository(clone: string): Promise<void> {
  mkdirSync(clone);
  const list = join(clone, '..', 'files');
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 ** 2,
  });
  writeFileSync(list, listed.stdout);
  const archive = join(clone, '..', 'files.tar');
  // A file that was deleted and not yet committed is listed too.
  const left = ['--exclude=node_modules', '--ignore-failed-read'];
  await run('tar', [...left, '--null', '--files-from', list, '-cf', archive], { cwd: ROOT });
  await run('tar', ['-xf', archive, '-C', clone]);
  // `npm ci` empties what it finds there: a link would lead it into another checkout.
  if (lstatSync(join(clone, 'node_modules'), { throwIfNoEntry: false }) !== undefined)
    throw new Error('the copy of the repository holds a node_modules');
}

async function shell(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Said> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env, timeout: 600_000, maxBuffer: 64 * 1024 ** 2 };
    execFile('bash', ['-c', `${command}\n`], options, (error, stdout, stderr) => {
      const out = `${stdout}${stderr}`;
      if (error === null) resolve({ status: 0, out });
      else if (typeof error.code === 'number') resolve({ status: error.code, out });
      else reject(new Error(`${command}: ${error.message}\n${out.slice(-3000)}`));
    });
  });
}

/** A kubeconfig with a token alone. */
export function writeTokenKubeconfig(file: string, cluster: Cluster, token: string): void {
  const access = { server: cluster.server, 'certificate-authority-data': readFileSync(cluster.ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster: access }],
    users: [{ name: 'one', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'one' } }],
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
