import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '../../../src/adapters/argocd/client.ts';
import { decodeMessage } from '../../../src/adapters/argocd/protobuf.ts';
import { createServerSideDiff } from '../../../src/adapters/argocd/server-side-diff.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { refOf } from '../../../src/domain/object-ref.ts';
import type { DryRunAnswer } from '../../../src/ports/cluster.ts';
import { createTestLog } from '../github/client.ts';
import type { Answer, Asked } from './server.ts';
import { recorded, serve } from './server.ts';

const NAME = 'diff-mwqi7bjt';
const TOKEN = 'a.token.of-an-account';

function web(container: JsonObject = {}): JsonObject {
  const first = {
    name: 'web',
    image: 'registry.example.com/web:1',
    ports: [{ containerPort: 8080 }],
    resources: { limits: { memory: '64Mi' } },
    readinessProbe: { httpGet: { path: '/', port: 80 } },
    ...container,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: NAME },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [first] } },
    },
  };
}

interface How {
  readonly application?: { readonly namespace: string; readonly name: string };
  readonly path?: string;
  readonly timeout?: number;
}

async function ask(
  t: TestContext,
  answers: readonly (string | Answer)[],
  object: JsonObject = web(),
  how: How = {},
): Promise<{ readonly answer: DryRunAnswer; readonly asked: readonly Asked[] }> {
  const { application = { namespace: 'argocd', name: NAME }, path = '', ...options } = how;
  const { url, asked } = await serve(
    t,
    answers.map((one) => (typeof one === 'string' ? recorded(one) : one)),
  );
  const log = createTestLog();
  const diff = createServerSideDiff(createClient({ server: `${url}${path}`, token: TOKEN, ...options }), log);
  const ref = refOf(object);
  assert.ok(ref);
  return { answer: await diff.apply(object, ref, { application }), asked };
}

const DEPLOYMENT = 'managed-deployment';

test('asks for the object as Argo CD knows it, then for the difference; the predicted object is the answer', async (t) => {
  const edited = web({ resources: { limits: { memory: '128Mi' } } });
  const { answer, asked } = await ask(t, [DEPLOYMENT, 'accepted'], edited, { path: '/argo-cd/' });
  assert.equal(answer.kind, 'accepted');
  assert.ok(answer.kind === 'accepted' && answer.askedBy === 'Argo CD');
  assert.match(JSON.stringify(answer.object), /"memory":"128Mi".*"terminationMessagePath"/);
  const [first, second] = asked;
  assert.ok(first && second && asked.length === 2);
  assert.deepEqual(
    [first.method, first.url.pathname, second.method, second.url.pathname],
    [
      'GET',
      `/argo-cd/api/v1/applications/${NAME}/managed-resources`,
      'POST',
      '/argo-cd/application.ApplicationService/ServerSideDiff',
    ],
  );
  assert.deepEqual(Object.fromEntries(first.url.searchParams), {
    appNamespace: 'argocd',
    group: 'apps',
    kind: 'Deployment',
    namespace: NAME,
    name: 'web',
  });
  assert.deepEqual([first.token, second.token], [TOKEN, TOKEN]);
  assert.equal(second.body.readUInt32BE(1), second.body.length - 5);
  const fields = decodeMessage(second.body.subarray(5)) ?? [];
  const [name, namespace, live, target] = fields.map(({ value }) => value);
  assert.deepEqual(
    [String(name), String(namespace), fields.map(({ number }) => number)],
    [NAME, 'argocd', [1, 2, 4, 5]],
  );
  assert.deepEqual(JSON.parse(String(target)), edited);
  const told = decodeMessage(live ?? Buffer.alloc(0))?.map(({ number, value }) => [number, String(value)]);
  const identity = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: NAME } };
  assert.deepEqual(told, [
    [1, 'apps'],
    [2, 'Deployment'],
    [3, NAME],
    [4, 'web'],
    [6, JSON.stringify(identity)],
  ]);
});

test('refused: the API server’s own words, without those of Argo CD', async (t) => {
  const words: Readonly<Record<string, RegExp>> = {
    'field-not-declared': /^failed to create typed patch object .*\.imagee: field not declared in schema$/,
    'wrong-type': /^failed to create typed patch object .*\.spec\.replicas: expected numeric/,
    'wrong-quantity': /^failed to convert new object .*quantities must match the regular expression '\^\(\[\+-\]/,
    invalid: /^Deployment\.apps "web" is invalid: .*must be less than or equal to memory limit of 64Mi$/,
    'immutable-selector': /^Deployment\.apps "web" is invalid: .*spec\.selector: .*field is immutable\]$/,
    'immutable-config-map': /^ConfigMap "frozen" is invalid: data: Forbidden: field is immutable/,
    'custom-resource-invalid': /^Thing\.diff\.example\.com "one" is invalid: spec\.size: .*less than or equal to 5$/,
    quota: /^services "web" is forbidden: exceeded quota: none, requested: services\.loadbalancers=1/,
    policy:
      /^configmaps "plain" is forbidden: ValidatingAdmissionPolicy '.*' with binding '.*' denied request: no such/,
    webhook: /^admission webhook "diff\.example\.com" denied the request: not on a Saturday$/,
  };
  for (const [name, expected] of Object.entries(words)) {
    const { answer } = await ask(t, [DEPLOYMENT, name]);
    assert.ok(answer.kind === 'refused', `${name}: ${JSON.stringify(answer)}`);
    assert.match(answer.message, expected);
    assert.equal(answer.askedBy, 'Argo CD');
    assert.equal(answer.status, undefined, 'Argo CD does not pass it on');
  }
});

async function reason(t: TestContext, answers: readonly (string | Answer)[], object?: JsonObject, how?: How) {
  const { answer, asked } = await ask(t, answers, object, how);
  assert.equal(answer.kind, 'unavailable', JSON.stringify(answer));
  return { reason: answer.kind === 'unavailable' ? answer.reason : '', asked };
}

test('not asked: an object of no Application, a Secret, an edit that Argo CD would judge wrongly', async (t) => {
  const foreign = await reason(t, ['managed-nothing']);
  assert.match(
    foreign.reason,
    new RegExp(`Deployment ${NAME}/web is not, or not yet, an object of Application ${NAME}`),
  );
  const other = await reason(t, ['managed-config-map']);
  assert.match(other.reason, /not, or not yet/, 'an answer about another object is none');
  for (const [about, edit] of Object.entries({
    'another kind of probe': { readinessProbe: { tcpSocket: { port: 80 } } },
    'another port': { ports: [{ containerPort: 9090 }] },
    'no limits': { resources: {} },
  })) {
    const { reason: said, asked } = await reason(t, [DEPLOYMENT], web(edit));
    assert.match(said, /a field goes away/, about);
    assert.equal(asked.length, 1, about);
  }
  const metadata = { name: 'hidden', namespace: NAME };
  const secret = await reason(t, [], { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: 'value' } });
  assert.match(secret.reason, /values of Secrets/);
  assert.equal(secret.asked.length, 0);
});

test('asked all the same: a field goes away from an object that Argo CD keeps by server-side apply; an object to be made', async (t) => {
  const text = JSON.stringify(recorded(DEPLOYMENT).body);
  const applied = text.replaceAll(String.raw`\"operation\":\"Update\"`, String.raw`\"operation\":\"Apply\"`);
  assert.notEqual(applied, text);
  const missing = text.replace(/"liveState":"(?:[^"\\]|\\.)*"/, '"liveState":"null"');
  assert.notEqual(missing, text);
  const probe = web({ readinessProbe: { tcpSocket: { port: 80 } } });
  for (const body of [applied, missing]) {
    const managed = { status: 200, headers: { 'content-type': 'application/json' }, body };
    const { answer } = await ask(t, [managed, 'accepted'], probe);
    assert.equal(answer.kind, 'accepted');
  }
  const unreadable = text.replace(/"liveState":"(?:[^"\\]|\\.)*"/, '"liveState":"{"');
  const { answer } = await ask(t, [{ status: 200, headers: {}, body: unreadable }, 'accepted'], probe);
  assert.equal(answer.kind, 'unavailable');
});

const grpc = (status: string, message: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/grpc-web+proto', 'grpc-status': status, 'grpc-message': message },
  body: undefined,
});
const diffError = (words: string): Answer =>
  grpc(
    '2',
    `error performing state diffs: serverSideDiff error: error running server side apply in dryrun mode for resource Deployment/web: ${words}`,
  );

test('could not check, and why: never a verdict where the API server gave none', async (t) => {
  const noRight =
    'deployments.apps "web" is forbidden: User "system:serviceaccount:argocd:argocd-server" cannot patch resource "deployments" in API group "apps" in the namespace "shop"';
  const cases: readonly (readonly [string | Answer, RegExp])[] = [
    [diffError(noRight), /^Argo CD itself has no right to dry-run: deployments\.apps/],
    [
      diffError('admission webhook "x.example.com" does not support dry run'),
      /^an admission webhook cannot be dry-run: admission webhook "x\.example\.com"/,
    ],
    [diffError('namespaces "nowhere" not found'), /^the API server could not check: namespaces "nowhere" not found/],
    [
      diffError('Internal error occurred: failed calling webhook "x": EOF'),
      /^the API server could not check: Internal/,
    ],
    [
      diffError('Get "https://10.0.0.1:443/api": dial tcp 10.0.0.1:443: i/o timeout'),
      /^the API server could not check/,
    ],
    [diffError('etcdserver: request timed out: "x" is invalid: no'), /^the API server could not check: etcdserver/],
    [grpc('2', 'error getting destination cluster: cluster not found'), /^Argo CD could not compare: error getting/],
    [
      grpc(
        '2',
        'serverSideDiff error: error removing non config mutations for resource ConfigMap/a: "a" is invalid: x',
      ),
      /^Argo CD could not compare/,
    ],
    [grpc('7', 'permission denied'), /^the account of the token may not get the Application/],
    [grpc('12', 'unknown method ServerSideDiff for service application.ApplicationService'), /needs 3\.2$/],
    [grpc('16', 'invalid session'), /^Argo CD does not accept the token: invalid session/],
    [grpc('0', ''), /something else than Argo CD/],
    [{ status: 502, headers: {}, body: '<html>Bad Gateway</html>' }, /something else than Argo CD does \(HTTP 502\)/],
    [{ ...recorded('accepted'), base64: ['AAAA'] }, /something else than Argo CD/],
  ];
  for (const [answer, expected] of cases) {
    const { reason: said } = await reason(t, [DEPLOYMENT, answer]);
    assert.match(said, expected);
  }
  for (const [answer, expected] of [
    ['account-without-rights', /may not get the Application in Argo CD: permission denied/],
    ['wrong-token', /does not accept the token: invalid session/],
    ['plain-http', /sends its callers elsewhere \(HTTP 307\)/],
    [{ status: 200, headers: {}, body: '<html>log in</html>' }, /something else than Argo CD does \(HTTP 200\)/],
  ] as const) {
    const { reason: said, asked } = await reason(t, [answer]);
    assert.match(said, expected);
    assert.equal(asked.length, 1);
  }
  const other = await reason(t, ['managed-config-map', 'accepted'], {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'plain', namespace: NAME },
    data: { mode: 'slow' },
  });
  assert.match(other.reason, /without the object/);
});

test('the token is in no words, whoever says it', async (t) => {
  const { reason: said } = await reason(t, [DEPLOYMENT, grpc('16', `invalid session: ${TOKEN} is malformed`)]);
  assert.equal(said, 'Argo CD does not accept the token: invalid session: [secret] is malformed');
});

test('nobody listens, and pods', async () => {
  const log = createTestLog();
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, 'close');
  const client = createClient({ server: `http://127.0.0.1:${port}`, token: TOKEN });
  const diff = createServerSideDiff(client, log);
  const ref = refOf(web());
  assert.ok(ref);
  const application = { namespace: 'argocd', name: NAME };
  const away = await diff.apply(web(), ref, { application });
  assert.match(away.kind === 'unavailable' ? away.reason : '', /cannot be reached: nobody listens there/);
  assert.equal((await diff.apply(web(), ref)).kind, 'unavailable', 'without an Application');
  assert.equal((await diff.create(web(), ref)).kind, 'unavailable');
});
