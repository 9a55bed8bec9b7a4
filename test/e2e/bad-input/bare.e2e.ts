import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { createDryRun } from '../../../src/adapters/kubernetes/dry-run.ts';
import { until } from '../scenarios/world.ts';
import type { BareApiServer } from './bare-api-server.ts';
import { startBareApiServer } from './bare-api-server.ts';
import type { Bench, Said } from './support.ts';
import { quiet, startBench } from './support.ts';

// What would disturb the other tests is done to an API server of this file's own.
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const APPLICATIONS = '/apis/argoproj.io/v1alpha1/namespaces';

let bench: Bench;
let bare: BareApiServer;

before(async () => {
  bench = startBench();
  bare = await startBareApiServer(bench);
  for (const name of ['argocd', 'gitops', 'shop']) {
    await bare.admin.apply(`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
});
after(() => bench.close());

const say = (...args: string[]): Promise<Said> => bench.run(args, { KUBECONFIG: bare.kubeconfig });

/** Makes the CRD, `spec` changed as asked for, and waits until it is served. */
async function serveCrd(name: string, change: (spec: object) => object = (spec) => spec): Promise<void> {
  const { spec } = await bench.cluster.admin.get(`${CRDS}/${name}`);
  const metadata = { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } };
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec: change(spec) };
  const { status, body } = await bare.admin.send('POST', CRDS, crd);
  assert.equal(status, 201, JSON.stringify(body));
  const list = `/apis/argoproj.io/v1alpha1/${name.split('.')[0]}`;
  await until(`${name} is served`, 120, async () =>
    (await bare.admin.send('GET', list)).status === 200 ? true : undefined,
  );
}

async function deleteCrd(name: string): Promise<void> {
  await bare.admin.send('DELETE', `${CRDS}/${name}`);
  await until(`${name} is gone`, 120, async () => ((await bare.admin.get(`${CRDS}/${name}`)) ? undefined : true));
}

async function application(namespace: string, name: string, rest: object): Promise<void> {
  const head = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name, namespace } };
  const { status, body } = await bare.admin.send('POST', `${APPLICATIONS}/${namespace}/applications`, {
    ...head,
    ...rest,
  });
  assert.equal(status, 201, JSON.stringify(body));
}

const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' };
const source = { repoURL: 'http://127.0.0.1:1/shop/one', path: 'app', targetRevision: 'main' };

test('a cluster without Argo CD: said, and the rest is looked at', () =>
  bench.row('Argo CD missing', 'said; the rest goes on', async () => {
    const scan = await say('scan');
    assert.equal(scan.status, 0, scan.err);
    assert.match(scan.out, /nothing fails among what could be read/);
    assert.match(scan.out.replaceAll(/\s+/g, ' '), /blind: Application: .*is Argo CD installed in this cluster\?/);
    const doctor = await say('doctor');
    assert.equal(doctor.status, 1);
    assert.match(doctor.out, /✗ argocd: Applications cannot be read: .*does not serve/);
    assert.match(doctor.out, /→ Argo CD must run in this cluster/);
    assert.match(doctor.out, /every kind that Remendo looks at can be listed/);
  }));

test('Applications of every shape, in several namespaces, without status', () =>
  bench.row('Applications without status, two namespaces, no project', 'doctor names each', async () => {
    for (const name of ['applications.argoproj.io', 'appprojects.argoproj.io']) await serveCrd(name);
    const apiVersion = 'argoproj.io/v1alpha1';
    const spec = { sourceRepos: ['*'], destinations: [] };
    const metadata = { name: 'default', namespace: 'argocd' };
    await bare.admin.apply(`${APPLICATIONS}/argocd/appprojects/default`, {
      apiVersion,
      kind: 'AppProject',
      metadata,
      spec,
    });
    for (const namespace of ['argocd', 'gitops']) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace } };
      await bare.admin.apply(`/api/v1/namespaces/${namespace}/configmaps/argocd-cm`, object);
    }
    await application('argocd', 'plain', { spec: { project: 'default', source, destination } });
    await application('gitops', 'several', { spec: { project: 'gone', sources: [source], destination } });
    const hydrator = { drySource: source, syncSource: { targetBranch: 'env/prod', path: 'app' } };
    await application('gitops', 'hydrated', { spec: { project: 'default', sourceHydrator: hydrator, destination } });
    const scan = await say('scan', '--output', 'json');
    assert.equal(scan.status, 0, scan.err);
    assert.deepEqual(JSON.parse(scan.out).blind, []);
    const { out } = await say('doctor');
    assert.match(out, /✓ argocd: 3 Applications in argocd, gitops/);
    assert.match(
      out,
      /✓ argocd tracking in argocd: .*\n✓ argocd tracking in gitops:/,
      'two Argo CDs, each with its own',
    );
    assert.match(out, /✗ argocd projects: the project that they name does not exist: several\n/);
    assert.match(out, /✗ argocd status: no sync status: plain, hydrated, several\n/);
    assert.match(out, /✗ repository http:\/\/127.0.0.1:1\/shop\/one: .*\n    → check the way from here to this host/);
    await deleteCrd('applications.argoproj.io');
  }));

test('a CRD without schema and without a status subresource: what cannot be read is left out and said', () =>
  bench.row('Application CRD without schema and status', 'odd ones left out and named', async () => {
    const free = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await serveCrd('applications.argoproj.io', (spec) => ({
      ...spec,
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: free }],
    }));
    await application('argocd', 'old', { spec: { project: 'default', source, destination }, status: { newer: 1 } });
    await application('argocd', 'empty', {});
    await application('argocd', 'odd', { spec: { project: 3, source: 'a text', destination } });
    const scan = await say('scan');
    assert.equal(scan.status, 0, scan.err);
    assert.match(scan.err, /"object":"argocd\/(?:empty|odd)".*object cannot be read and is left out/);
    const { out } = await say('doctor');
    assert.match(out, /✓ argocd: 1 Application in argocd/);
    assert.match(out, /✗ argocd status: no sync status: old/);
  }));

test('a CRD that is deleted under the daemon is a kind that cannot be read, and comes back', () =>
  bench.row('CRD deleted under the daemon, then back', 'blind, said once, then read again', async () => {
    const state = { directory: join(bench.folder, 'state') };
    const config = bench.config('crd', { cluster: { name: 'e2e' }, run: { interval: '1s', debounce: '1s' }, state });
    const daemon = bench.daemon(['--config', config, 'run'], { KUBECONFIG: bare.kubeconfig });
    const blind = (): readonly string[] => (daemon.last()?.blind ?? []).map(({ kind }) => kind);
    await until('a pass', 120, async () => (daemon.last() ? true : undefined), daemon.log);
    assert.deepEqual(blind(), []);
    await deleteCrd('applications.argoproj.io');
    const isBlind = async (): Promise<true | undefined> => (blind().includes('Application') ? true : undefined);
    await until('Application is blind', 120, isBlind, daemon.log);
    assert.equal(daemon.log().split('"kind cannot be read"').length - 1, 1, daemon.log());
    assert.match(daemon.log(), /is Argo CD installed in this cluster\?/);
    await serveCrd('applications.argoproj.io');
    await until('it is read again', 120, async () => (blind().length === 0 ? true : undefined), daemon.log);
    assert.match(daemon.log(), /"kind can be read again"/);
    assert.equal(daemon.exited(), false);
    await daemon.stop();
  }));

test('an aggregated API that is down: what it serves cannot be checked, everything else can', () =>
  bench.row('aggregated API down', 'unknown for its kinds only', async () => {
    const spec = {
      group: 'bad-input.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'nobody', namespace: 'default', port: 443 },
    };
    const name = 'v1.bad-input.example.com';
    const { status } = await bare.admin.send('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec,
    });
    assert.equal(status, 201);
    const down = async (): Promise<true | undefined> =>
      (await bare.admin.send('GET', '/apis/bad-input.example.com/v1')).status === 503 ? true : undefined;
    await until('the API is down', 30, down);
    const scan = await say('scan', '--output', 'json');
    assert.equal(scan.status, 0, scan.err);
    assert.deepEqual(JSON.parse(scan.out).blind, []);
    const connection = await connect({ env: {}, kubeconfig: bare.kubeconfig });
    assert.ok(connection.ok);
    const dryRun = createDryRun(connection.value, { log: quiet });
    const theirs = { apiVersion: 'bad-input.example.com/v1', kind: 'Thing', namespace: 'shop', name: 'thing' };
    const answer = await dryRun.apply({ ...theirs, metadata: { name: 'thing', namespace: 'shop' } }, theirs);
    assert.equal(answer.kind, 'unavailable');
    assert.match(
      answer.kind === 'unavailable' ? answer.reason : '',
      /what serves bad-input.example.com\/v1 is down \(HTTP 503\)/,
    );
    const ours = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
    const metadata = { name: 'settings', namespace: 'shop' };
    const other = await dryRun.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, ours);
    assert.equal(other.kind, 'accepted', JSON.stringify(other));
    connection.value.close();
    await bare.admin.send('DELETE', `/apis/apiregistration.k8s.io/v1/apiservices/${name}`);
  }));

test('a right that is taken and given back while the daemon runs', () =>
  bench.row('403 on one kind, then granted', 'blind, said once, then read again', async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const role = (resources: readonly string[]): object => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'bad-input' },
      rules: [{ apiGroups: ['*'], resources, verbs: ['get', 'list', 'watch'] }],
    });
    const all = ['*'];
    const { body: lists } = await bare.admin.send('GET', '/api/v1');
    const core: string[] = lists.resources.map(({ name }: { name: string }) => name);
    const fewer = [...core.filter((name) => name !== 'pods'), ...OTHERS];
    await bare.admin.apply(`${rbac}/clusterroles/bad-input`, role(fewer));
    const subject = { kind: 'ServiceAccount', name: 'bad-input', namespace: 'shop' };
    await bare.admin.apply(`${rbac}/clusterrolebindings/bad-input`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'bad-input' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bad-input' },
      subjects: [subject],
    });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bad-input', namespace: 'shop' } };
    await bare.admin.apply('/api/v1/namespaces/shop/serviceaccounts/bad-input', account);
    const token = await bare.admin.send('POST', '/api/v1/namespaces/shop/serviceaccounts/bad-input/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 3600 },
    });
    const access = { server: bare.server, ca: join(bench.folder, 'pki', 'ca.crt') };
    const KUBECONFIG = bench.kubeconfig('few-rights', { ...access, user: { token: token.body.status.token } });
    const state = { directory: join(bench.folder, 'state-403') };
    const config = bench.config('403', { cluster: { name: 'e2e' }, run: { interval: '1s', debounce: '1s' }, state });
    const daemon = bench.daemon(['--config', config, 'run'], { KUBECONFIG });
    const blind = (): readonly string[] => (daemon.last()?.blind ?? []).map(({ kind }) => kind);
    const withoutPods = async (): Promise<true | undefined> =>
      blind().length > 0 && blind().every((kind) => kind === 'Pod') ? true : undefined;
    await until('only pods are blind', 120, withoutPods, () => [blind(), daemon.log()]);
    assert.match(daemon.log(), /pods is forbidden: User .*cannot list resource/);
    await bare.admin.apply(`${rbac}/clusterroles/bad-input`, role(all));
    await until('pods are read', 120, async () => (blind().length === 0 ? true : undefined), daemon.log);
    assert.equal(daemon.log().split('"kind cannot be read"').length - 1, 1, daemon.log());
    await daemon.stop();
  }));

/** What Remendo reads beside the core API. */
const OTHERS = (
  'deployments replicasets statefulsets daemonsets jobs cronjobs endpointslices storageclasses ' +
  'horizontalpodautoscalers poddisruptionbudgets ingresses ingressclasses applications appprojects'
).split(' ');
