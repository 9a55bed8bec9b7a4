import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';

const Text = z.string().nullish();
/** clientcmd/api/v1 Cluster, the fields used. */
export const Cluster = z.object({
  server: z.url({ protocol: /^https?$/ }),
  'certificate-authority': Text,
  'certificate-authority-data': Text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': Text,
  'proxy-url': Text,
});
/** clientcmd/api/v1 AuthInfo, the fields used. */
export const User = z.object({
  token: Text,
  tokenFile: Text,
  username: Text,
  password: Text,
  'client-certificate': Text,
  'client-certificate-data': Text,
  'client-key': Text,
  'client-key-data': Text,
  as: Text,
  'as-groups': z.array(z.string()).nullish(),
  exec: z
    .object({
      apiVersion: Text,
      command: z.string().min(1),
      args: z.array(z.string()).nullish(),
      env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
      provideClusterInfo: z.boolean().nullish(),
    })
    .nullish(),
  'auth-provider': z.object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() }).nullish(),
});
export type Cluster = z.infer<typeof Cluster>;
export type User = z.infer<typeof User>;

/** How to reach a cluster and as whom, with all files read. */
export interface ClusterAccess {
  /** Name of the cluster in the kubeconfig, or `in-cluster`. */
  readonly cluster: string;
  /** Without a slash at its end. */
  readonly server: string;
  readonly ca?: Buffer | undefined;
  readonly insecure: boolean;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
  readonly user: UserAccess;
}

/** Who signs in, by one way or several; credentials.ts has their order. */
export interface UserAccess {
  readonly token?: string | undefined;
  /** Read again as it is rotated. */
  readonly tokenFile?: string | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] } | undefined;
  readonly exec?: Exec | undefined;
  readonly oidc?: Record<string, string> | undefined;
}

/** An exec plugin (client.authentication.k8s.io ExecCredential) as the kubeconfig configures it. */
export interface Exec {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Handed to the plugin where the kubeconfig says `provideClusterInfo`. */
  readonly clusterInfo?: object;
}

/** A cluster and a user of a kubeconfig, each with the file that it stands in: paths are relative to that. */
export interface Selected {
  readonly name: string;
  readonly cluster: Cluster;
  readonly clusterFile: string;
  readonly user: User;
  readonly userFile: string;
}

/** Reads the files that entries name and decodes inline data, which wins over files. Error code: `kubeconfig-invalid`. */
export async function resolveAccess(selected: Selected): Promise<Result<ClusterAccess, Problem>> {
  const { name, cluster, clusterFile } = selected;
  try {
    const ca = await data(cluster['certificate-authority-data'], cluster['certificate-authority'], clusterFile);
    const user = await resolveUser(selected, ca);
    if (!user.ok) return user;
    return ok({
      cluster: name,
      server: cluster.server.replace(/(?<!\/)\/+$/, ''),
      ca,
      insecure: cluster['insecure-skip-tls-verify'] === true,
      tlsServerName: cluster['tls-server-name'] || undefined,
      proxyUrl: cluster['proxy-url'] || undefined,
      user: user.value,
    });
  } catch (error) {
    const message = `a file that the kubeconfig names cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`;
    return err(problem('kubeconfig-invalid', message, { place: { file: clusterFile } }));
  }
}

async function resolveUser(
  { user, userFile, cluster }: Selected,
  ca: Buffer | undefined,
): Promise<Result<UserAccess, Problem>> {
  const provider = user['auth-provider'];
  if (provider && provider.name !== 'oidc') {
    const message = `the auth-provider "${provider.name}" was removed from Kubernetes clients`;
    return err(
      problem('kubeconfig-invalid', message, { place: { file: userFile }, hint: 'use an exec plugin instead' }),
    );
  }
  return ok({
    token: user.token || undefined,
    tokenFile: user.tokenFile ? beside(userFile, user.tokenFile) : undefined,
    basic: user.username ? { username: user.username, password: user.password ?? '' } : undefined,
    cert: await data(user['client-certificate-data'], user['client-certificate'], userFile),
    key: await data(user['client-key-data'], user['client-key'], userFile),
    impersonate: user.as ? { user: user.as, groups: user['as-groups'] ?? [] } : undefined,
    exec: user.exec ? execOf(user.exec, cluster, ca, userFile) : undefined,
    oidc: provider ? (provider.config ?? {}) : undefined,
  });
}

async function data(
  inline: string | null | undefined,
  path: string | null | undefined,
  file: string,
): Promise<Buffer | undefined> {
  if (inline) return Buffer.from(inline, 'base64');
  return path ? readFile(beside(file, path)) : undefined;
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

function execOf(exec: NonNullable<User['exec']>, cluster: Cluster, ca: Buffer | undefined, file: string): Exec {
  const info = {
    server: cluster.server,
    ...(ca === undefined ? {} : { 'certificate-authority-data': ca.toString('base64') }),
    ...(cluster['insecure-skip-tls-verify'] ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster['tls-server-name'] ? { 'tls-server-name': cluster['tls-server-name'] } : {}),
  };
  return {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    // As in client-go: a command with a separator is a path beside the kubeconfig, else it is looked up in PATH.
    command: exec.command.includes(sep) ? beside(file, exec.command) : exec.command,
    args: exec.args ?? [],
    env: exec.env ?? [],
    ...(exec.provideClusterInfo === true ? { clusterInfo: info } : {}),
  };
}
