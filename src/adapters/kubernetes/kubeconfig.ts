import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { Cluster, User, resolveAccess } from './cluster-access.ts';

const Context = z.object({ cluster: z.string(), user: z.string().nullish() });
const Name = { name: z.string() };
/** clientcmd/api/v1 Config, the fields used. An entry is checked when it is selected: broken others do no harm. */
const Config = z.object({
  'current-context': z.string().nullish(),
  clusters: z.array(z.object({ ...Name, cluster: z.unknown().optional() })).nullish(),
  users: z.array(z.object({ ...Name, user: z.unknown().optional() })).nullish(),
  contexts: z.array(z.object({ ...Name, context: z.unknown().optional() })).nullish(),
});

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where the kubeconfig is looked for, and which of its contexts is meant. */
export interface KubeconfigOptions {
  /** Path; else `KUBECONFIG`, `~/.kube/config`, and the service account of the pod, in this order. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the pod's service account; only tests name another one. */
  readonly serviceAccount?: string;
}

interface Entry {
  readonly file: string;
  readonly value: unknown;
}

/** All files of a kubeconfig as one: the first file that names something wins. */
interface Merged {
  readonly file: string;
  readonly clusters: Map<string, Entry>;
  readonly users: Map<string, Entry>;
  readonly contexts: Map<string, Entry>;
  current?: string | undefined;
}

/**
 * Finds and reads the kubeconfig as kubectl does.
 * Error codes: `kubeconfig-missing`, `kubeconfig-invalid` (with the file; never with an excerpt, it may show a token).
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<Result<ClusterAccess, Problem>> {
  const files = kubeconfigFiles(options);
  if (files === undefined) return inCluster(options);
  const merged: Merged = { file: files[0] ?? '', clusters: new Map(), users: new Map(), contexts: new Map() };
  for (const file of files) {
    const config = await readConfig(file);
    if (!config.ok) return config;
    const { clusters, users, contexts } = config.value;
    for (const { name, cluster } of clusters ?? []) addFirst(merged.clusters, name, { file, value: cluster });
    for (const { name, user } of users ?? []) addFirst(merged.users, name, { file, value: user });
    for (const { name, context } of contexts ?? []) addFirst(merged.contexts, name, { file, value: context });
    merged.current ??= config.value['current-context'] || undefined;
  }
  return selectAccess(merged, options.context ?? merged.current);
}

async function selectAccess(merged: Merged, name: string | undefined): Promise<Result<ClusterAccess, Problem>> {
  const { file, clusters, users, contexts } = merged;
  const hint = `contexts in the kubeconfig: ${[...contexts.keys()].join(', ') || 'none'}`;
  if (name === undefined) {
    return err(problem('kubeconfig-invalid', 'the kubeconfig has no current context', { place: { file }, hint }));
  }
  const context = select(contexts, name, Context, { what: 'context', hint, file });
  if (!context.ok) return context;
  const by = { hint: `named by context ${name}`, file };
  const cluster = select(clusters, context.value.cluster, Cluster, { what: 'cluster', ...by });
  if (!cluster.ok) return cluster;
  const userName = context.value.user ?? '';
  const user = userName === '' ? ok<User>({}) : select(users, userName, User, { what: 'user', ...by });
  if (!user.ok) return user;
  return resolveAccess({
    name: context.value.cluster,
    cluster: cluster.value,
    clusterFile: clusters.get(context.value.cluster)?.file ?? file,
    user: user.value,
    userFile: users.get(userName)?.file ?? file,
  });
}

function addFirst(entries: Map<string, Entry>, name: string, entry: Entry): void {
  if (!entries.has(name)) entries.set(name, entry);
}

function kubeconfigFiles({ kubeconfig, env }: KubeconfigOptions): string[] | undefined {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  // kubectl passes over files of the list that are not there, as long as one is.
  if (listed.length > 0)
    return listed.some((file) => existsSync(file)) ? listed.filter((file) => existsSync(file)) : listed;
  const home = join(env['HOME'] ?? homedir(), '.kube', 'config');
  return existsSync(home) ? [home] : undefined;
}

async function readConfig(file: string): Promise<Result<z.infer<typeof Config>, Problem>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return err(problem('kubeconfig-missing', `the kubeconfig ${file} cannot be read`, { place: { file }, hint: HINT }));
  }
  const read = readDocuments(text, file);
  if (!read.ok) {
    const { message, place = { file } } = read.error;
    return err(problem('kubeconfig-invalid', `the kubeconfig is not YAML: ${message}`, { place }));
  }
  const parsed = Config.safeParse(read.value[0]?.value ?? {});
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') || 'file';
  return err(
    problem('kubeconfig-invalid', `the kubeconfig is not readable: ${where}: ${issue?.message}`, { place: { file } }),
  );
}

const HINT = 'name one with KUBECONFIG or cluster.kubeconfig in remendo.yaml, or run inside a cluster';

function select<T extends z.ZodType>(
  entries: ReadonlyMap<string, Entry>,
  name: string,
  schema: T,
  { what, hint, file }: { readonly what: string; readonly hint: string; readonly file: string },
): Result<z.infer<T>, Problem> {
  const entry = entries.get(name);
  if (entry === undefined) {
    return err(problem('kubeconfig-invalid', `the kubeconfig has no ${what} "${name}"`, { place: { file }, hint }));
  }
  const parsed = schema.safeParse(entry.value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') || what;
  const message = `${what} "${name}" of the kubeconfig is not readable: ${where}: ${issue?.message}`;
  return err(problem('kubeconfig-invalid', message, { place: { file: entry.file } }));
}

async function inCluster({
  env,
  serviceAccount = SERVICE_ACCOUNT,
}: KubeconfigOptions): Promise<Result<ClusterAccess, Problem>> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const tokenFile = join(serviceAccount, 'token');
  if (host && !existsSync(tokenFile)) {
    const message = `no kubeconfig was found, and this pod has no token of a ServiceAccount (${tokenFile})`;
    return err(problem('kubeconfig-missing', message, { hint: 'see automountServiceAccountToken of the pod' }));
  }
  if (!host) {
    return err(
      problem('kubeconfig-missing', 'no kubeconfig was found, and this is not a pod of a cluster', { hint: HINT }),
    );
  }
  const ca = await readFile(join(serviceAccount, 'ca.crt')).catch(() => undefined);
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return ok({
    cluster: 'in-cluster',
    server,
    insecure: false,
    ...(ca === undefined ? {} : { ca }),
    user: { tokenFile },
  });
}
