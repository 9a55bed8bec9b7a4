import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';
import type { ApiClient } from '../cluster/client.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../scenarios/until.ts';
import { collectionOf, objectOf } from './least-objects.ts';

/** Names of the chart's two identities where its release is `bot`; that of the first is also that of its Lease. */
export const READER = 'bot-remendo';
export const ASKER = 'bot-remendo-dry-run';

const PLURALS: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};
const Rule = z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) });
const Rules = z.object({ rules: z.array(Rule) });
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});
type Manifest = z.infer<typeof Manifest>;

/** Identities, rights and policy of the chart on the real cluster, under other names than those of `deploy/`. */
export interface ChartObjects {
  /** The identity of the pods, and the one that dry runs are asked as. */
  readonly reader: ApiClient;
  readonly asker: ApiClient;
  readonly readerToken: string;
  /** What the API server says where the policy has denied a request. */
  readonly denied: string;
  /** Whether the roles of the identity that asks grant it a verb. */
  grants(kind: Kind, verb: string): boolean;
  remove(): Promise<void>;
}

/** Makes the namespace `home` and everything in it and beside it; waits until the policy is active. */
export async function makeChartObjects(cluster: Cluster, home: string): Promise<ChartObjects> {
  const { admin } = cluster;
  const manifests = rendered(cluster, home);
  const metadata = { name: home };
  await admin.apply(`/api/v1/namespaces/${home}`, { apiVersion: 'v1', kind: 'Namespace', metadata });
  for (const manifest of manifests) await admin.apply(pathOf(manifest), manifest);
  const readerToken = await tokenOf(admin, home, READER);
  const asker = cluster.as(await tokenOf(admin, home, ASKER));
  const policy = `${home}-bot-remendo-read-only`;
  const denied = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: Remendo may only dry-run`;
  let said = '';
  // A binding becomes active some moments after it is stored, and rights are known to the authorizer a moment later, too.
  await until(
    'the policy is active',
    60,
    async () => {
      const path = collectionOf('ConfigMap', home);
      said = String((await asker.send('POST', path, objectOf('ConfigMap', home, 'self-test'))).body.message);
      return said.includes(denied) ? true : undefined;
    },
    () => said,
  );
  const roles = manifests.filter(({ kind, metadata: { name } }) => kind === 'ClusterRole' && name.endsWith('-dry-run'));
  const rules = roles.flatMap((role) => Rules.parse(role).rules);
  return {
    reader: cluster.as(readerToken),
    asker,
    readerToken,
    denied,
    grants(kind, verb) {
      const { apiVersion, plural } = KINDS[kind];
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      return rules.some(
        ({ apiGroups, resources, verbs }) =>
          apiGroups.includes(group) && resources.includes(plural) && verbs.includes(verb),
      );
    },
    async remove() {
      for (const manifest of manifests.toReversed()) await admin.send('DELETE', pathOf(manifest));
      await admin.send('DELETE', `/api/v1/namespaces/${home}`);
    },
  };
}

function rendered({ binaries }: Cluster, home: string): readonly Manifest[] {
  const chart = join(import.meta.dirname, '..', '..', '..', 'charts', 'remendo');
  const args = ['template', 'bot', chart, '--namespace', home, '--set', 'dryRun.enabled=true'];
  const text = execFileSync(join(binaries, 'helm'), [...args, '--kube-version', '1.34.0'], { encoding: 'utf8' });
  return parseAllDocuments(text).flatMap((document) => {
    const manifest = Manifest.safeParse(document.toJS());
    return manifest.success && manifest.data.kind in PLURALS ? [manifest.data] : [];
  });
}

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}${scope}/${PLURALS[kind] ?? ''}/${name}`;
}

async function tokenOf(admin: ApiClient, home: string, account: string): Promise<string> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const path = `/api/v1/namespaces/${home}/serviceaccounts/${account}/token`;
  const { status, body } = await admin.send('POST', path, request);
  assert.equal(status, 201, JSON.stringify(body));
  return z.object({ status: z.object({ token: z.string() }) }).parse(body).status.token;
}
