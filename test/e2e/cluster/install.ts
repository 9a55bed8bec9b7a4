import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from './cluster.ts';
import type { ApiClient } from './client.ts';

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type Manifest = z.infer<typeof Manifest>;

/** Which of the shipped manifests of `deploy/read-only`. */
export type Part = 'reader' | 'policy' | 'dry-run';

export function manifests(part: Part): readonly Manifest[] {
  const file = join(import.meta.dirname, '..', '..', '..', 'deploy', 'read-only', `${part}.yaml`);
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => Manifest.parse(document.toJS()));
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}${scope}/${PLURALS[kind] ?? ''}/${name}`;
}

export async function install({ admin }: Pick<Cluster, 'admin'>, part: Part): Promise<void> {
  for (const manifest of manifests(part)) await admin.apply(pathOf(manifest), manifest);
}

export async function uninstall({ admin }: Pick<Cluster, 'admin'>, part: Part): Promise<void> {
  for (const manifest of manifests(part).toReversed()) {
    if (manifest.kind !== 'Namespace') await admin.send('DELETE', pathOf(manifest));
  }
}

/** Remendo's two identities: one reads, the other is impersonated for dry-runs. */
export const READER = 'remendo';
export const DRY_RUN = 'remendo-dry-run';
export const DRY_RUN_USER = `system:serviceaccount:remendo:${DRY_RUN}`;

/** A token of one of Remendo's ServiceAccounts, good for two hours. */
export async function tokenOf({ admin }: Pick<Cluster, 'admin'>, account: string): Promise<string> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const { status, body } = await admin.send(
    'POST',
    `/api/v1/namespaces/remendo/serviceaccounts/${account}/token`,
    request,
  );
  if (status !== 201) throw new Error(`no token: ${JSON.stringify(body)}`);
  return z.object({ status: z.object({ token: z.string() }) }).parse(body).status.token;
}

/** A binding of a policy becomes active some moments after it is stored: waits for it. */
export async function policyIsActive(cluster: Cluster): Promise<void> {
  const dryRun: ApiClient = cluster.as(await tokenOf(cluster, DRY_RUN));
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'remendo-self-test' } };
  for (let attempt = 0; attempt < 60; attempt++) {
    const { status, body: said } = await dryRun.send('POST', '/api/v1/namespaces/remendo/configmaps', body);
    if (status === 403 && String(said.message).includes('may only dry-run')) return;
    await sleep(500);
  }
  throw new Error('the policy does not become active');
}
