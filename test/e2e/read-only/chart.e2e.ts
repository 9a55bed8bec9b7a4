import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { proveReadOnly } from '../../../src/adapters/kubernetes/self-test.ts';
import { ALL_KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';
import type { ApiClient } from '../cluster/client.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { attachCluster } from '../cluster/cluster.ts';
import type { ChartObjects } from './chart-objects.ts';
import { ASKER, READER, makeChartObjects } from './chart-objects.ts';
import { collectionOf, objectOf as leastObjectOf } from './least-objects.ts';

const HOME = `chart-${Date.now().toString(36)}`;
const ELSEWHERE = `${HOME}-other`;
const EVERYTHING = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${HOME}-everything`;
const BY_RBAC = /cannot \w+ resource/;

let cluster: Cluster;
let chart: ChartObjects;
let reader: ApiClient;
let asker: ApiClient;
/** Kinds that the identity that asks is granted something on. */
let granted: readonly Kind[];

before(async () => {
  cluster = attachCluster();
  const metadata = { name: ELSEWHERE };
  await cluster.admin.apply(`/api/v1/namespaces/${ELSEWHERE}`, { apiVersion: 'v1', kind: 'Namespace', metadata });
  chart = await makeChartObjects(cluster, HOME);
  ({ reader, asker } = chart);
  granted = ALL_KINDS.filter((kind) => chart.grants(kind, 'create'));
  for (const kind of granted) await cluster.admin.apply(`${collection(kind)}/there`, objectOf(kind, 'there'));
});
after(async () => {
  await cluster.admin.send('DELETE', EVERYTHING);
  await chart.remove();
  await cluster.admin.send('DELETE', `/api/v1/namespaces/${ELSEWHERE}`);
});

const collection = (kind: Kind): string => collectionOf(kind, HOME);
const objectOf = (kind: Kind, name: string): object => leastObjectOf(kind, HOME, name);

const MERGE = 'application/merge-patch+json';
const touched = { metadata: { labels: { touched: 'yes' } } };
const WRITES: Readonly<Record<string, (api: ApiClient, kind: Kind, query: string) => ReturnType<ApiClient['send']>>> = {
  create: (api, kind, query) => api.send('POST', `${collection(kind)}${query}`, objectOf(kind, 'new')),
  patch: (api, kind, query) => api.send('PATCH', `${collection(kind)}/there${query}`, touched, MERGE),
  delete: (api, kind, query) => api.send('DELETE', `${collection(kind)}/there${query}`),
  deletecollection: (api, kind, query) =>
    api.send('DELETE', `${collection(kind)}?fieldSelector=metadata.name%3Dthere${query.replace('?', '&')}`),
};

/** Labels and ids of the objects that the writes aim at: equal before and after means that nothing was written. */
async function present(): Promise<readonly string[]> {
  const objects = await Promise.all(
    granted.flatMap((kind) => ['there', 'new'].map((name) => cluster.admin.get(`${collection(kind)}/${name}`))),
  );
  return objects.map((object) => JSON.stringify([object?.kind, object?.metadata?.uid, object?.metadata?.labels]));
}

test('with the rights of the chart: reads as granted, dry runs as granted, no write', async () => {
  for (const kind of ['Deployment', 'StatefulSet', 'ConfigMap', 'Pod'] as const)
    assert.ok(granted.includes(kind), kind);
  const before = await present();
  const wrong: string[] = [];
  for (const kind of ALL_KINDS) {
    const read = await reader.send('GET', collection(kind));
    if (read.status !== 200) wrong.push(`${kind} list by the reader: ${read.status}`);
    for (const [verb, write] of Object.entries(WRITES)) {
      // Namespaces cannot be deleted as a collection at all.
      if (kind === 'Namespace' && verb === 'deletecollection') continue;
      for (const query of ['', '?dryRun=All']) {
        const byReader = await write(reader, kind, query);
        if (byReader.status !== 403 || !BY_RBAC.test(String(byReader.body.message)))
          wrong.push(`${kind} ${verb}${query} by the reader: ${byReader.status} ${String(byReader.body.message)}`);
        const { status, body } = await write(asker, kind, query);
        const may = chart.grants(kind, verb);
        const expected = !may
          ? status === 403 && BY_RBAC.test(String(body.message))
          : query === ''
            ? status === 403 && body.reason === 'Forbidden' && String(body.message).includes(chart.denied)
            : status < 300;
        if (!expected) wrong.push(`${kind} ${verb}${query}: ${status} ${String(body.message)}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(await present(), before);
});

const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const lease = (name: string, namespace = HOME): object => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace },
  spec: { holderIdentity: 'pod-a' },
});

test('the reader may make and renew its own Lease, and touch no other', async () => {
  const mine = `${leases(HOME)}/${READER}`;
  assert.equal((await reader.send('POST', leases(HOME), lease(READER))).status, 201);
  const held = (await reader.send('GET', mine)).body;
  assert.equal((await reader.send('PUT', mine, { ...held, spec: { holderIdentity: 'pod-b' } })).status, 200);
  assert.equal((await cluster.admin.get(mine)).spec.holderIdentity, 'pod-b');

  // RBAC cannot limit "create" to a name: the policy does.
  const other = await reader.send('POST', leases(HOME), lease('another'));
  assert.equal(other.status, 403);
  assert.ok(String(other.body.message).includes(chart.denied), String(other.body.message));
  await cluster.admin.apply(`${leases(HOME)}/another`, lease('another'));
  for (const [what, answer] of Object.entries({
    'a Lease elsewhere': await reader.send('POST', leases(ELSEWHERE), lease(READER, ELSEWHERE)),
    'renewing another Lease': await reader.send('PUT', `${leases(HOME)}/another`, lease('another')),
    'patching its own': await reader.send('PATCH', mine, touched, MERGE),
    'deleting its own': await reader.send('DELETE', mine),
    'reading another': await reader.send('GET', `${leases(HOME)}/another`),
    'a Lease by the other identity': await asker.send('POST', leases(HOME), lease(READER)),
  })) {
    assert.equal(answer.status, 403, what);
    assert.match(String(answer.body.message), BY_RBAC, what);
  }
});

test('the reader may speak as the dry-run identity, and the self-test proves it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-e2e-chart-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'chart',
    clusters: [{ name: 'chart', cluster: { server: cluster.server, 'certificate-authority': cluster.ca } }],
    users: [{ name: 'chart', user: { token: chart.readerToken } }],
    contexts: [{ name: 'chart', context: { cluster: 'chart', user: 'chart' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const proofAs = async (as?: string): Promise<unknown> => {
    const connection = await connect({ env: {}, kubeconfig, ...(as === undefined ? {} : { as }) });
    assert.ok(connection.ok);
    const proof = await proveReadOnly(connection.value, createSystemClock());
    connection.value.close();
    return proof.proven || proof.reason;
  };
  try {
    assert.equal(await proofAs(`system:serviceaccount:${HOME}:${ASKER}`), true);
    assert.match(String(await proofAs('system:serviceaccount:default:default')), /cannot impersonate/);
    assert.match(String(await proofAs()), /cannot patch resource "configmaps"/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('with all rights that RBAC knows, the policy alone denies all of it but the one Lease', async () => {
  await cluster.admin.apply(EVERYTHING, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${HOME}-everything` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [READER, ASKER].map((name) => ({ kind: 'ServiceAccount', name, namespace: HOME })),
  });
  // A right is known to the authorizer a moment after it is stored.
  for (let attempt = 0; (await reader.send('GET', leases(ELSEWHERE))).status !== 200; attempt++) {
    assert.ok(attempt < 60, 'the binding does not become active');
    await sleep(500);
  }
  const before = await present();
  const wrong: string[] = [];
  const denied = (what: string, { status, body }: Awaited<ReturnType<ApiClient['send']>>): void => {
    if (status !== 403 || !String(body.message).includes(chart.denied))
      wrong.push(`${what}: ${status} ${String(body.message)}`);
  };
  for (const [name, api] of Object.entries({ reader, asker })) {
    for (const kind of granted) {
      for (const [verb, write] of Object.entries(WRITES)) {
        denied(`${kind} ${verb} by the ${name}`, await write(api, kind, ''));
        const dry = await write(api, kind, '?dryRun=All');
        if (dry.status >= 300) wrong.push(`${kind} ${verb} in dry run by the ${name}: ${dry.status}`);
      }
    }
    const mine = `${leases(HOME)}/${READER}`;
    denied(`another Lease by the ${name}`, await api.send('POST', leases(HOME), lease('third')));
    denied(`renewing another by the ${name}`, await api.send('PATCH', `${leases(HOME)}/another`, touched, MERGE));
    denied(`its Lease elsewhere by the ${name}`, await api.send('POST', leases(ELSEWHERE), lease(READER, ELSEWHERE)));
    const unnamed = { ...lease(''), metadata: { generateName: `${READER}-`, namespace: HOME } };
    denied(`a Lease of a made-up name by the ${name}`, await api.send('POST', leases(HOME), unnamed));
    denied(`deleting the Lease by the ${name}`, await api.send('DELETE', mine));
    denied(`deleting all Leases by the ${name}`, await api.send('DELETE', leases(HOME)));
    const scale = `${collection('Deployment')}/there/scale`;
    denied(`scale by the ${name}`, await api.send('PATCH', scale, { spec: { replicas: 5 } }, MERGE));
    denied(`exec by the ${name}`, await api.send('POST', `${collection('Pod')}/there/exec?command=true&stdout=true`));
    const own = `/api/v1/namespaces/${HOME}/serviceaccounts/${READER}/token`;
    denied(
      `a token by the ${name}`,
      await api.send('POST', own, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
    );
  }
  denied('the Lease by the other identity', await asker.send('PATCH', `${leases(HOME)}/${READER}`, touched, MERGE));
  assert.deepEqual(wrong, []);
  assert.deepEqual(await present(), before);
  assert.equal((await reader.send('PATCH', `${leases(HOME)}/${READER}`, touched, MERGE)).status, 200);
});
