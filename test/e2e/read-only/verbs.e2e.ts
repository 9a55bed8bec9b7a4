import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { ALL_KINDS, KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';
import type { ApiClient, Reply } from '../cluster/client.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { DRY_RUN, READER, install, manifests, policyIsActive, tokenOf, uninstall } from '../cluster/install.ts';
import { until } from '../scenarios/world.ts';
import { noteResult } from '../table.ts';
import { collectionOf, objectOf as leastObjectOf } from './least-objects.ts';

const DENIED =
  "ValidatingAdmissionPolicy 'remendo-read-only' with binding 'remendo-read-only' denied request: Remendo may only dry-run";
const NAMESPACE = `verbs-${Date.now().toString(36)}`;
const ADMIN_BINDING = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/remendo-e2e-everything';

let cluster: Cluster;
let reader: ApiClient;
let dryRun: ApiClient;
before(async () => {
  cluster = attachCluster();
  for (const part of ['reader', 'policy', 'dry-run'] as const) await install(cluster, part);
  await policyIsActive(cluster);
  reader = cluster.as(await tokenOf(cluster, READER));
  dryRun = cluster.as(await tokenOf(cluster, DRY_RUN));
  await cluster.admin.apply(`/api/v1/namespaces/${NAMESPACE}`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  // Pods are refused until the namespace has its ServiceAccount.
  const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`;
  await until(`the ServiceAccount of ${NAMESPACE}`, 60, () => cluster.admin.get(account));
  for (const kind of ALL_KINDS) await seed(kind);
});
after(async () => {
  await cluster.admin.send('DELETE', ADMIN_BINDING);
  for (const part of ['dry-run', 'policy'] as const) await uninstall(cluster, part);
  for (const kind of ['Node', 'StorageClass', 'PersistentVolume', 'IngressClass', 'Namespace'] as const)
    await cluster.admin.send('DELETE', `${collection(kind)}/${NAME}`);
  await cluster.admin.send('DELETE', `/api/v1/namespaces/${NAMESPACE}`);
});

const objectOf = (kind: Kind, name: string): object => leastObjectOf(kind, NAMESPACE, name);
const collection = (kind: Kind): string => collectionOf(kind, NAMESPACE);

/** What the writes aim at: an object that is there, and one that only `create` would make. */
const NAME = 'verbs-x';
const NEW = 'verbs-new';
const seed = async (kind: Kind): Promise<void> => {
  const { status, body } = await cluster.admin.send('POST', collection(kind), objectOf(kind, NAME));
  assert.ok(status === 201 || status === 409, `${kind}: ${JSON.stringify(body)}`);
};

interface Write {
  readonly verb: string;
  readonly send: (api: ApiClient, kind: Kind, query: string) => Promise<Reply>;
}

const MERGE = 'application/merge-patch+json';
const WRITES: readonly Write[] = [
  {
    verb: 'create',
    send: (api, kind, query) => api.send('POST', `${collection(kind)}${query}`, objectOf(kind, NEW)),
  },
  {
    verb: 'update',
    async send(api, kind, query) {
      const path = `${collection(kind)}/${NAME}`;
      for (let attempt = 1; ; attempt++) {
        const reply = await api.send('PUT', `${path}${query}`, labelled(await cluster.admin.get(path)));
        // A controller was faster: the server says so before it asks any policy.
        if (reply.status !== 409 || attempt === 10) return reply;
      }
    },
  },
  {
    verb: 'patch',
    send: (api, kind, query) =>
      api.send('PATCH', `${collection(kind)}/${NAME}${query}`, { metadata: { labels: { touched: 'yes' } } }, MERGE),
  },
  {
    verb: 'apply',
    send: (api, kind, query) =>
      api.send(
        'PATCH',
        `${collection(kind)}/${NAME}?fieldManager=x&force=true${query.replace('?', '&')}`,
        labelled(objectOf(kind, NAME)),
        'application/apply-patch+yaml',
      ),
  },
  { verb: 'delete', send: (api, kind, query) => api.send('DELETE', `${collection(kind)}/${NAME}${query}`) },
  {
    verb: 'deletecollection',
    send: (api, kind, query) =>
      api.send('DELETE', `${collection(kind)}${query === '' ? '?' : `${query}&`}fieldSelector=metadata.name%3D${NAME}`),
  },
];

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server sends
function labelled(object: any): object {
  return { ...object, metadata: { ...object.metadata, labels: { touched: 'yes' } } };
}

const Seen = z.object({ metadata: z.object({ uid: z.string(), labels: z.record(z.string(), z.string()).optional() }) });

/**
 * State of every object that a write of this test could have made, changed or deleted: equal before and after means that
 * nothing was written. What controllers do meanwhile (events, statuses) is not looked at.
 */
async function present(): Promise<readonly string[]> {
  const states = ALL_KINDS.flatMap((kind) =>
    [NAME, NEW].map(async (name) => {
      const found: unknown = await cluster.admin.get(`${collection(kind)}/${name}`);
      if (found === undefined) return `${kind} ${name} is not there`;
      const { uid, labels } = Seen.parse(found).metadata;
      return `${kind} ${name} ${uid} ${labels?.['touched'] ?? 'untouched'}`;
    }),
  );
  return Promise.all(states);
}

/** RBAC takes a moment to notice a new binding. */
async function mayDoEverything(identity: ApiClient): Promise<void> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } },
  };
  await until('all rights', 60, async () => {
    const { body } = await identity.send(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?dryRun=All',
      review,
    );
    return body.status?.allowed === true ? true : undefined;
  });
}

test('with the shipped rights: what is granted can be asked for in dry-run, nothing can be written', async () => {
  const Rules = z.object({
    rules: z.array(
      z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
    ),
  });
  const rules = manifests('dry-run').flatMap((manifest) =>
    manifest.kind === 'ClusterRole' ? Rules.parse(manifest).rules : [],
  );
  const grants = (kind: Kind, verb: string): boolean => {
    const { apiVersion, plural } = KINDS[kind];
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    return rules.some(
      ({ apiGroups, resources, verbs }) =>
        apiGroups.includes(group) && resources.includes(plural) && verbs.includes(verb),
    );
  };
  const before = await present();
  const wrong: string[] = [];
  const rbac = /cannot \w+ resource/;
  for (const kind of ALL_KINDS) {
    const read = await reader.send('GET', collection(kind));
    if (read.status !== 200) wrong.push(`${kind} list: ${read.status}`);
    for (const { verb, send } of WRITES) {
      if (kind === 'Namespace' && verb === 'deletecollection') continue;
      for (const query of ['', '?dryRun=All']) {
        const { status, body } = await send(reader, kind, query);
        if (status !== 403 || !rbac.test(String(body.message)))
          wrong.push(`${kind} ${verb}${query} by the reader: ${status}`);
      }
      const granted = grants(kind, verb === 'apply' ? 'patch' : verb);
      const real = await send(dryRun, kind, '');
      const dry = await send(dryRun, kind, '?dryRun=All');
      const text = String(real.body.message);
      const why = granted ? text.includes(DENIED) : rbac.test(text);
      if (real.status !== 403 || !why) wrong.push(`${kind} ${verb} for real: ${real.status} ${text}`);
      if (granted ? dry.status >= 300 : dry.status !== 403)
        wrong.push(`${kind} ${verb} in dry-run: ${dry.status} ${String(dry.body.message)}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(await present(), before);
});

test('with all rights that RBAC knows: the policy alone denies every write of every kind', async () => {
  const started = Date.now();
  await cluster.admin.apply(ADMIN_BINDING, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'remendo-e2e-everything' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [READER, DRY_RUN].map((name) => ({ kind: 'ServiceAccount', name, namespace: 'remendo' })),
  });
  for (const identity of [reader, dryRun]) await mayDoEverything(identity);
  const before = await present();
  const wrong: string[] = [];
  const table: string[] = [];
  for (const kind of ALL_KINDS) {
    const cells: string[] = [];
    for (const { verb, send } of WRITES) {
      const real = await send(dryRun, kind, '');
      const dry = await send(dryRun, kind, '?dryRun=All');
      // Namespaces cannot be deleted as a collection at all.
      if (real.status === 405 && dry.status === 405) continue;
      if (real.status !== 403 || !String(real.body.message).includes(DENIED))
        wrong.push(`${kind} ${verb}: ${real.status} ${String(real.body.message)}`);
      if (dry.status >= 300) wrong.push(`${kind} ${verb} in dry-run: ${dry.status} ${String(dry.body.message)}`);
      cells.push(`${verb} ${real.status}/${dry.status}`);
    }
    table.push(`${kind.padEnd(24)} ${cells.join('  ')}`);
  }
  console.log(['kind                     verb for-real/dry-run', ...table].join('\n'));
  assert.deepEqual(wrong, []);
  assert.deepEqual(await present(), before);
  noteResult(cluster.directory, {
    scenario: 'every verb on every kind',
    seconds: (Date.now() - started) / 1000,
    result: 'all writes denied, all dry-runs allowed',
  });
});

test('subresources and connections are denied as well', async () => {
  const pod = `/api/v1/namespaces/${NAMESPACE}/pods/${NAME}`;
  const scale = { spec: { replicas: 5 } };
  for (const [method, path, body] of [
    ['PATCH', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}/scale`, scale],
    ['PATCH', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}/status`, { status: { replicas: 3 } }],
    [
      'POST',
      `${pod}/eviction`,
      { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: NAME, namespace: NAMESPACE } },
    ],
    ['POST', `${pod}/exec?command=true&stdout=true`, undefined],
    ['POST', `${pod}/attach?stdout=true`, undefined],
    ['POST', `${pod}/portforward`, undefined],
    ['GET', `${pod}/proxy/`, undefined],
    ['GET', `/api/v1/namespaces/${NAMESPACE}/services/${NAME}/proxy/`, undefined],
    [
      'POST',
      `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    ],
  ] as const) {
    for (const identity of [reader, dryRun]) {
      const { status, body: said } = await identity.send(
        method,
        path,
        body,
        method === 'PATCH' ? MERGE : 'application/json',
      );
      assert.equal(status, 403, `${method} ${path}: ${status} ${JSON.stringify(said)}`);
      assert.ok(String(said.message).includes(DENIED), `${method} ${path}: ${String(said.message)}`);
    }
  }
});
