import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { stringify } from 'yaml';
import { z } from 'zod';
import { createClient } from '../../../src/adapters/argocd/client.ts';
import { createServerSideDiff } from '../../../src/adapters/argocd/server-side-diff.ts';
import { ScanOut } from '../../../src/app/scan-contract.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { ObjectRef } from '../../../src/domain/object-ref.ts';
import { refOf } from '../../../src/domain/object-ref.ts';
import type { DryRunAnswer } from '../../../src/ports/cluster.ts';
import type { Bench } from '../bad-input/support.ts';
import { quiet, serveTls, startBench } from '../bad-input/support.ts';
import type { ArgoCDServer } from '../cluster/argocd-server.ts';
import { startArgoCDServer } from '../cluster/argocd-server.ts';
import { READER, install, tokenOf } from '../cluster/install.ts';
import type { GitHost } from '../scenarios/hosts/host.ts';
import { attachGitea } from '../scenarios/hosts/gitea.ts';
import { deployment, lines } from '../scenarios/manifests.ts';
import type { Team } from '../scenarios/team.ts';
import { createTeam } from '../scenarios/team.ts';
import { until } from '../scenarios/world.ts';
import { APP, FILES, NAME, portOf, configMap, service, thing, web } from './argocd-objects.ts';

/** The lines of docs/operations.md, word for word. */
const POLICY = /```csv\n([^`]+)```/.exec(
  readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8'),
)?.[1];

let bench: Bench;
let host: GitHost;
let team: Team;
let server: ArgoCDServer;

before(async () => {
  bench = startBench();
  const { cluster } = bench;
  // What NODE_EXTRA_CA_CERTS does for a process of its own.
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(cluster.ca, 'utf8')]);
  assert.ok(POLICY, 'docs/operations.md has the lines of RBAC');
  server = await startArgoCDServer(cluster, { accounts: ['remendo', 'nobody'], policy: POLICY });
  bench.later(() => server.stop());
  host = attachGitea(cluster, `${bench.folder}/git`);
  bench.later(() => host.close());
  await install(cluster, 'reader');
  await cluster.admin.apply(thing.path, thing.definition);
  bench.later(() => cluster.admin.send('DELETE', thing.path));
  team = await deployed(NAME, FILES);
});
after(() => bench.close());

/** `state`: of the Application, which is synced by hand where it is not to be `Synced`. */
async function deployed(
  name: string,
  files: Readonly<Record<string, string>>,
  state: 'Synced' | 'OutOfSync' = 'Synced',
): Promise<Team> {
  const { cluster } = bench;
  const made = await createTeam(cluster, host, name, files, {});
  bench.later(async () => {
    await cluster.admin.send('DELETE', applicationOf(name));
    await cluster.admin.send('DELETE', `/api/v1/namespaces/${name}`);
  });
  await made.deploy({ manual: state !== 'Synced' });
  await until(
    `${name} is ${state}`,
    200,
    () => syncOf(name, [state]),
    () => cluster.admin.get(applicationOf(name)),
  );
  return made;
}

const applicationOf = (name: string): string => `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;

async function syncOf(name: string, wanted: readonly string[]): Promise<true | undefined> {
  const found = await bench.cluster.admin.get(applicationOf(name));
  return wanted.includes(String(found?.status?.sync?.status)) ? true : undefined;
}

interface How {
  readonly token?: string | undefined;
  readonly url?: string;
  readonly application?: string;
  readonly timeout?: number;
}

function ask(object: JsonObject, how: How = {}): Promise<DryRunAnswer> {
  const { token = server.tokens['remendo'] ?? '', url = server.url, application = NAME, timeout = 60_000 } = how;
  const ref: ObjectRef | undefined = refOf(object);
  assert.ok(ref);
  const diff = createServerSideDiff(createClient({ server: url, token, timeout }), quiet);
  return diff.apply(object, ref, { application: { namespace: 'argocd', name: application } });
}

async function refusal(object: JsonObject): Promise<string> {
  const answer = await ask(object);
  assert.equal(answer.kind, 'refused', JSON.stringify(answer).slice(0, 2000));
  assert.equal(answer.kind === 'refused' && answer.askedBy, 'Argo CD');
  return answer.kind === 'refused' ? answer.message : '';
}

async function reason(object: JsonObject, how: How = {}): Promise<string> {
  const answer = await ask(object, how);
  assert.equal(answer.kind, 'unavailable', JSON.stringify(answer).slice(0, 2000));
  return answer.kind === 'unavailable' ? answer.reason : '';
}

describe('what Argo CD’s server-side diff says of an edit, on the real server', () => {
  test('accepted, with the object as it would be; and nothing was changed', async () => {
    const path = `/apis/apps/v1/namespaces/${NAME}/deployments/${APP}`;
    const { uid, generation } = (await bench.cluster.admin.get(path)).metadata;
    const answer = await ask(web({ resources: { limits: { memory: '128Mi' } } }));
    assert.equal(answer.kind, 'accepted', JSON.stringify(answer));
    assert.match(JSON.stringify(answer), /"memory":"128Mi"/);
    assert.match(JSON.stringify(answer), /"terminationMessagePath"/, 'defaults show that the API server was asked');
    const now = (await bench.cluster.admin.get(path)).metadata;
    assert.deepEqual({ uid: now.uid, generation: now.generation }, { uid, generation });
    assert.equal((await ask(configMap('plain', { data: { mode: 'slow' } }))).kind, 'accepted');
    assert.equal((await ask(thing.object({ size: 2 }))).kind, 'accepted');
  });

  test('refused by the schema, validation and immutability, in the API server’s words', async () => {
    assert.match(await refusal(web({ imagee: 'x' })), /\.imagee: field not declared in schema/);
    assert.match(await refusal(web({}, { replicas: 'many' })), /\.spec\.replicas: expected numeric/);
    assert.match(await refusal(web({ resources: { limits: { memory: '64Mbi' } } })), /quantities must match/);
    const inverted = { limits: { memory: '64Mi' }, requests: { memory: '128Mi' } };
    assert.match(await refusal(web({ resources: inverted })), /must be less than or equal to memory limit of 64Mi/);
    assert.match(await refusal(web({}, { selector: { matchLabels: { app: 'other' } } })), /field is immutable/);
    const frozen = configMap('frozen', { immutable: true, data: { mode: 'slow' } });
    assert.match(await refusal(frozen), /immutable when `immutable` is set/);
    assert.match(await refusal(thing.object({ size: 9 })), /should be less than or equal to 5/);
    assert.match(await refusal(thing.object({ size: 1, sise: 2 })), /\.spec\.sise: field not declared in schema/);
  });

  test('refused by a quota, by a policy and by a webhook', async () => {
    const { admin } = bench.cluster;
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: NAME } };
    const hard = { 'services.loadbalancers': '0' };
    await admin.apply(`/api/v1/namespaces/${NAME}/resourcequotas/none`, { ...quota, spec: { hard } });
    const overQuota = await until('the quota counts', 60, async () => {
      const answer = await ask(service({ type: 'LoadBalancer' }));
      return answer.kind === 'refused' ? answer.message : undefined;
    });
    assert.match(overQuota, /is forbidden: exceeded quota: none, requested: services\.loadbalancers=1/);

    await policy(`remendo-e2e-${NAME}`);
    const denied = await until('the policy is active', 60, async () => {
      const answer = await ask(configMap('plain', { data: { mode: 'forbidden' } }));
      return answer.kind === 'refused' ? answer.message : undefined;
    });
    assert.match(denied, /ValidatingAdmissionPolicy '.*' with binding '.*' denied request: no such mode/);

    await webhook('ValidatingWebhookConfiguration', 'services', {
      allowed: false,
      status: { message: 'not on a Saturday' },
    });
    const objection = await until('the webhook is asked', 60, async () => {
      const answer = await ask(service({ sessionAffinity: 'ClientIP' }));
      return answer.kind === 'refused' ? answer.message : undefined;
    });
    assert.match(objection, /^admission webhook "diff\.example\.com" denied the request: not on a Saturday/);
  });

  test('a value that a webhook sets back is told as it would be', async () => {
    const edit = web({ resources: { limits: { memory: '128Mi' } } });
    const path = '/spec/template/spec/containers/0/resources/limits/memory';
    const patch = Buffer.from(JSON.stringify([{ op: 'replace', path, value: '64Mi' }])).toString('base64');
    await webhook('MutatingWebhookConfiguration', 'deployments', { allowed: true, patchType: 'JSONPatch', patch });
    await until('the webhook is asked', 60, async () => {
      const answer = await ask(edit);
      return answer.kind === 'accepted' && JSON.stringify(answer).includes('"memory":"64Mi"}') ? true : undefined;
    });
    await bench.cluster.admin.send('DELETE', pathOf('MutatingWebhookConfiguration'));
  });

  test('could not check: what Argo CD would not ask about, or would judge wrongly', async () => {
    assert.match(
      await reason(configMap('other', { data: { a: '1' } })),
      /is not, or not yet, an object of Application/,
    );
    const probe = { readinessProbe: { tcpSocket: { port: 80 } } };
    assert.match(await reason(web(probe)), /a field goes away/);
    assert.match(await reason(web({ ports: portOf(9090) })), /a field goes away/);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden', namespace: NAME } };
    assert.match(await reason({ ...secret, stringData: { key: 'not-for-logs' } }), /values of Secrets/);
    const log = readFileSync(`${bench.cluster.directory}/argocd-server.log`, 'utf8');
    assert.ok(!log.includes('not-for-logs'));
  });

  test('an object that Argo CD could not make yet is asked about as well', async () => {
    const name = `${NAME}-new`;
    const { admin } = bench.cluster;
    const metadata = { name: APP, namespace: name };
    await admin.apply(`/api/v1/namespaces/${name}`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await deployed(name, { 'app/web.yaml': stringify({ ...web(), metadata }) }, 'OutOfSync');
    const answer = await ask({ ...web({ image: 'registry.example.com/web:2' }), metadata }, { application: name });
    // The protocol is a default: Argo CD did not only compare, it asked.
    assert.match(JSON.stringify(answer), /^{"kind":"accepted".*"protocol":"TCP"/);
    const inverted = { limits: { memory: '64Mi' }, requests: { memory: '128Mi' } };
    const refused = await ask({ ...web({ resources: inverted }), metadata }, { application: name });
    assert.equal(refused.kind, 'refused', JSON.stringify(refused));
    assert.equal(await admin.get(`/apis/apps/v1/namespaces/${name}/deployments/${APP}`), undefined);
  });
});

describe('the token of docs/operations.md', () => {
  const as = (method: string, path: string, body?: unknown) =>
    server.call(server.tokens['remendo'] ?? '', method, `/api/v1${path}`, body);

  test('suffices, and can change nothing in Argo CD', async () => {
    const path = `/applications/${NAME}`;
    assert.equal((await as('GET', path)).status, 200);
    const application: unknown = await bench.cluster.admin.get(applicationOf(NAME));
    const { spec } = z.object({ spec: z.looseObject({}) }).parse(application);
    const patch = { name: NAME, patch: '{"spec":{"project":"other"}}', patchType: 'merge' };
    const resource = `namespace=${NAME}&resourceName=${APP}&version=v1&group=apps&kind=Deployment`;
    for (const [method, rest, body] of [
      ['POST', `${path}/sync`, {}],
      ['PATCH', path, patch],
      ['PUT', `${path}/spec`, spec],
      ['POST', `${path}/rollback`, { id: 0 }],
      ['DELETE', `${path}/operation`, undefined],
      ['DELETE', path, undefined],
      ['POST', `${path}/resource?${resource}&patchType=application%2Fmerge-patch%2Bjson`, '{}'],
      ['DELETE', `${path}/resource?${resource}`, undefined],
      ['GET', `${path}/pods/x/logs?namespace=${NAME}&container=x`, undefined],
      ['POST', '/applications', { metadata: { name: 'made' }, spec: { project: 'default', destination: {} } }],
      ['POST', '/projects', { project: { metadata: { name: 'made' } } }],
      ['POST', '/account/nobody/token', {}],
    ] as const) {
      const { status, text } = await as(method, rest, body);
      assert.equal(status, 403, `${method} ${rest}: ${status} ${text}`);
      assert.match(text, /permission denied/, `${method} ${rest}`);
    }
  });

  test('another token, or none of them, or no server: could not check, and why', async () => {
    assert.match(await reason(web({}), { token: server.tokens['nobody'] }), /may not get the Application/);
    assert.match(await reason(web({}), { application: 'nobodys' }), /may not get the Application/);
    const wrong = await reason(web({}), { token: 'wrong.token.wrong' });
    assert.match(wrong, /does not accept the token/);
    assert.ok(!wrong.includes('wrong.token.wrong'));
    assert.match(await reason(web({}), { url: server.url.replace('https:', 'http:') }), /sends its callers elsewhere/);
    assert.match(await reason(web({}), { url: `${server.url}/elsewhere` }), /something else than Argo CD/);
    const silent = await serveTls(bench, () => undefined);
    assert.match(await reason(web({}), { url: silent, timeout: 500 }), /no answer in time/);
  });
});

test('an Argo CD that may only read the cluster says so: could not check', async () => {
  const { admin, server: url, ca } = bench.cluster;
  const name = `${NAME}-limited`;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const account = `/api/v1/namespaces/argocd/serviceaccounts/${name}`;
  const secret = `/api/v1/namespaces/argocd/secrets/${name}`;
  const metadata = { name, namespace: 'argocd' };
  for (const path of [account, secret, `${rbac}/clusterroles/${name}`, `${rbac}/clusterrolebindings/${name}`])
    bench.later(() => admin.send('DELETE', path));
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await admin.apply(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await admin.apply(`${rbac}/clusterroles/${name}`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  });
  await admin.apply(`${rbac}/clusterrolebindings/${name}`, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
  const { body } = await admin.send('POST', `${account}/token`, request);
  const tlsClientConfig = { caData: readFileSync(ca).toString('base64') };
  await admin.apply(secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    stringData: { name, server: url, config: JSON.stringify({ bearerToken: body.status.token, tlsClientConfig }) },
  });
  const first = await admin.get(applicationOf(NAME));
  bench.later(() => admin.send('DELETE', applicationOf(name)));
  await admin.apply(applicationOf(name), {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata,
    spec: { ...first.spec, syncPolicy: {}, destination: { server: url, namespace: NAME } },
  });
  await until(
    `${name} is compared`,
    200,
    () => syncOf(name, ['Synced', 'OutOfSync']),
    () => admin.get(applicationOf(name)),
  );
  assert.match(await reason(web({}), { application: name }), /Argo CD itself has no right to dry-run: .*cannot patch/);
});

test('scan: one identity that cannot write, and a proof whose API server check was asked by Argo CD', async () => {
  await bench.row(
    'api-server check through Argo CD, one identity',
    'accepted in dry-run, asked by Argo CD',
    async () => {
      const { cluster } = bench;
      await cluster.images.push('shop/diff', '1.0.0');
      const name = `${NAME}-oom`;
      const limit = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources:', '  limits: {memory: 32Mi}');
      const image = `${cluster.registry}/shop/diff:1.0.0`;
      await deployed(name, { 'app/web.yaml': deployment(APP, image, limit) });
      const kubeconfig = bench.kubeconfig('reader', { user: { token: await tokenOf(cluster, READER) } });
      const config = bench.config('remendo', {
        cluster: { name: 'e2e', kubeconfig },
        ...host.config,
        argocd: { server: server.url },
        detect: { minimumAge: '5s', minimumRestarts: 1, ignoreNamespaces: [NAME] },
        registry: { enabled: false },
      });
      const env = { ...host.env, REMENDO_ARGOCD_TOKEN: server.tokens['remendo'] };
      let said = '';
      const proof = await until(
        'a proven fix',
        300,
        async () => {
          const { out, err } = await bench.run(['--config', config, 'scan', '--output', 'json'], env);
          said = `${out}\n${err}`;
          const report = ScanOut.safeParse(JSON.parse(out === '' ? '{}' : out));
          const found = report.data?.incidents.find(({ object }) => object.namespace === name);
          return found?.proof ?? undefined;
        },
        () => said,
      );
      const detailOf = (check: string): string => {
        const found = proof.checks.find((one) => one.name === check);
        return `${found?.result}: ${found?.detail}`;
      };
      assert.match(detailOf('api-server'), /^pass: Accepted in dry-run, asked by Argo CD/);
      assert.match(detailOf('pod-admission'), /^unknown: /);
      assert.equal(proof.verdict, 'proven', JSON.stringify(proof));
      assert.ok(!said.includes(env.REMENDO_ARGOCD_TOKEN ?? '-'));
      const doctor = await bench.run(['--config', config, 'doctor'], env);
      assert.match(doctor.out, /✓ argocd API: .*Argo CD v3\S+: it can be asked what the API server says to an edit\n/);
    },
  );
});

test('the server goes away: could not check', async () => {
  await server.stop();
  assert.match(await reason(web({})), /cannot be reached: nobody listens there/);
  assert.equal(team.name, NAME);
});

const Review = z.object({ request: z.object({ uid: z.string() }) });
const pathOf = (kind: string): string =>
  `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/remendo-e2e-${NAME}`;
const inTeam = { matchLabels: { 'kubernetes.io/metadata.name': NAME } };

/** A policy that knows one mode that ConfigMaps of this test may not have. */
async function policy(name: string): Promise<void> {
  const { admin } = bench.cluster;
  const group = '/apis/admissionregistration.k8s.io/v1';
  const paths = [`${group}/validatingadmissionpolicies/${name}`, `${group}/validatingadmissionpolicybindings/${name}`];
  for (const path of paths) bench.later(() => admin.send('DELETE', path));
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] };
  await admin.apply(paths[0] ?? '', {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [
        {
          expression: "!has(object.data) || !('mode' in object.data) || object.data.mode != 'forbidden'",
          message: 'no such mode',
        },
      ],
    },
  });
  await admin.apply(paths[1] ?? '', {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector: inTeam } },
  });
}

/** A webhook that always says the same, asked about edits of one kind in this test's namespace alone. */
async function webhook(kind: string, resource: string, answer: Readonly<Record<string, unknown>>): Promise<void> {
  const { admin, ca } = bench.cluster;
  const url = await serveTls(bench, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { uid } = Review.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).request;
      response.setHeader('content-type', 'application/json');
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...answer } };
      response.end(JSON.stringify(review));
    });
  });
  bench.later(() => admin.send('DELETE', pathOf(kind)));
  const groups = resource === 'deployments' ? ['apps'] : [''];
  await admin.apply(pathOf(kind), {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: `remendo-e2e-${NAME}` },
    webhooks: [
      {
        name: 'diff.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        clientConfig: { url: `${url}/review`, caBundle: readFileSync(ca).toString('base64') },
        namespaceSelector: inTeam,
        rules: [{ apiGroups: groups, apiVersions: ['v1'], resources: [resource], operations: ['UPDATE'], scope: '*' }],
      },
    ],
  });
}
