import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import type { Changes, GitHost, MergeMethod, PullView } from './hosts/host.ts';

const APPLICATIONS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';

/** What a team asks Argo CD for. */
export interface ApplicationOptions {
  /** Of `spec.source`, beside repoURL and targetRevision. */
  readonly source?: Readonly<Record<string, unknown>>;
  /** No automated sync: somebody has to press the button. */
  readonly manual?: boolean;
}

export interface TeamOptions {
  /** Argo CD reads the repository with credentials, from a repository Secret. */
  readonly private?: boolean;
}

/** One repository, one Argo CD Application and one namespace of the real cluster, all of the same name. */
export interface Team {
  readonly name: string;
  readonly repoURL: string;
  push(files: Changes, message: string): Promise<void>;
  /** Declares the Application, so that Argo CD begins to deploy. */
  deploy(options?: ApplicationOptions): Promise<void>;
  /** Opened by Remendo, newest first. */
  pulls(): Promise<readonly PullView[]>;
  merge(number: number, method?: MergeMethod): Promise<string>;
  /** The reviewer does not want it. */
  close(number: number): Promise<void>;
  /** A comment of the reviewer. */
  comment(number: number, body: string): Promise<void>;
  /** File of the main branch. */
  file(path: string): Promise<string>;
  /** A request below the team's namespace: `/apis/apps/v1`, `deployments/web`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever the server sends
  get(api: string, rest: string): Promise<any>;
}

export async function createTeam(
  cluster: Cluster,
  host: GitHost,
  name: string,
  files: Readonly<Record<string, string>>,
  { private: hidden = false }: TeamOptions,
): Promise<Team> {
  const repoURL = await host.createRepository(name, { files, private: hidden });
  if (hidden) await letArgoCDRead(cluster, host, name, repoURL);
  return {
    name,
    repoURL,
    push: (changes, message) => host.push(name, changes, message),
    async deploy({ source = { path: 'app' }, manual = false } = {}) {
      const automated = manual ? {} : { automated: { prune: true, selfHeal: true } };
      await cluster.admin.apply(`${APPLICATIONS}/${name}`, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd' },
        spec: {
          project: 'default',
          source: { repoURL, targetRevision: 'main', ...source },
          destination: { server: 'https://kubernetes.default.svc', namespace: name },
          syncPolicy: { ...automated, syncOptions: ['CreateNamespace=true'] },
        },
      });
    },
    pulls: () => host.pulls(name),
    merge: (number, method = 'squash') => host.merge(name, number, method),
    close: (number) => host.closePull(name, number),
    comment: (number, body) => host.comment(name, number, body),
    file: (path) => host.file(name, path),
    get: (api, rest) => cluster.admin.get(`${api}/namespaces/${name}/${rest}`),
  };
}

const Applications = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ destination: z.object({ namespace: z.string().optional() }) }),
    }),
  ),
});

/** Takes away what a team has on the cluster, with the Applications that its own one has made: they would stay. */
export async function removeTeam({ admin }: Cluster, name: string): Promise<void> {
  await admin.send('DELETE', `${APPLICATIONS}/${name}`);
  const { items } = Applications.parse(await admin.get(APPLICATIONS));
  for (const { metadata, spec } of items)
    if (spec.destination.namespace === name) await admin.send('DELETE', `${APPLICATIONS}/${metadata.name}`);
  await admin.send('DELETE', `/api/v1/namespaces/${name}`);
  await admin.send('DELETE', `/api/v1/namespaces/argocd/secrets/${name}-repository`);
}

/** A repository Secret: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories */
async function letArgoCDRead(cluster: Cluster, { reader }: GitHost, name: string, url: string): Promise<void> {
  await cluster.admin.apply(`/api/v1/namespaces/argocd/secrets/${name}-repository`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `${name}-repository`,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
    },
    stringData: { type: 'git', url, ...reader },
  });
}
