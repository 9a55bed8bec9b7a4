import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createDryRun } from '../../../src/adapters/kubernetes/dry-run.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { ObjectRef } from '../../../src/domain/object-ref.ts';
import type { DryRunAnswer } from '../../../src/ports/cluster.ts';
import type { ApiServer, Asked, Handler } from './support.ts';
import { connected, failure, quiet, send, startApi } from './support.ts';

const servers: ApiServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

const REF: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const OBJECT = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, replicaz: 1 };

async function ask(
  handler: Handler,
  ref = REF,
  method: 'apply' | 'create' = 'apply',
): Promise<{ answer: DryRunAnswer; server: ApiServer }> {
  const server = await startApi((asked, response) =>
    isLook(asked)
      ? send(response, 404, failure(404, 'NotFound', 'deployments.apps "web" not found'))
      : handler(asked, response),
  );
  servers.push(server);
  const dryRun = createDryRun(await connected(server.url), { log: quiet });
  const answer = await dryRun[method](OBJECT, ref);
  return { answer, server: { ...server, asked: server.asked.filter((asked) => !isLook(asked)) } };
}

/** The patch of nothing by which an apply looks at what is there. */
const isLook = ({ body, query }: Asked): boolean =>
  body === '{}' && query.get('dryRun') === 'All' && !query.has('force');

const says =
  (code: number, reason: string, message: string, causes: readonly object[] = []): Handler =>
  (_, response) =>
    send(response, code, failure(code, reason, message, causes));

test('apply: the whole object, as Argo CD, and never for real', async () => {
  const { answer, server } = await ask((_, response) =>
    send(
      response,
      200,
      { kind: 'Deployment', spec: {} },
      {
        Warning: ['299 - "would violate PodSecurity \\"restricted:latest\\": x, y"', '299 - "second"'],
      },
    ),
  );
  assert.deepEqual(answer, {
    kind: 'accepted',
    object: { kind: 'Deployment', spec: {} },
    warnings: ['would violate PodSecurity "restricted:latest": x, y', 'second'],
  });
  const [asked] = server.asked;
  assert.equal(`${asked?.method} ${asked?.path}`, 'PATCH /apis/apps/v1/namespaces/shop/deployments/web');
  assert.deepEqual(Object.fromEntries(asked?.query ?? []), {
    dryRun: 'All',
    fieldManager: 'argocd-controller',
    fieldValidation: 'Strict',
    force: 'true',
  });
  assert.equal(asked?.headers['content-type'], 'application/apply-patch+yaml');
  assert.deepEqual(JSON.parse(asked?.body ?? ''), OBJECT, 'unknown fields reach the server, that is the point');
});

test('create: posted to the collection', async () => {
  const pod: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'probe' };
  const { answer, server } = await ask((_, response) => send(response, 201, { kind: 'Pod' }), pod, 'create');
  assert.equal(answer.kind, 'accepted');
  const [asked] = server.asked;
  assert.equal(`${asked?.method} ${asked?.path}`, 'POST /api/v1/namespaces/shop/pods');
  assert.deepEqual(Object.fromEntries(asked?.query ?? []), {
    dryRun: 'All',
    fieldManager: 'argocd-controller',
    fieldValidation: 'Strict',
  });
  assert.equal(asked?.headers['content-type'], 'application/json');
});

test('what the object is refused for, in the words of the server', async () => {
  for (const [status, reason, message] of [
    [400, 'BadRequest', 'failed to create typed patch object: .spec.replicaz: field not declared in schema'],
    [
      403,
      'Forbidden',
      'pods "probe" is forbidden: exceeded quota: team, requested: limits.memory=2Gi, used: limits.memory=1Gi, limited: limits.memory=2Gi',
    ],
    [
      403,
      'Forbidden',
      'pods "probe" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    ],
    [
      403,
      'Forbidden',
      'pods "probe" is forbidden: error looking up service account shop/x: serviceaccount "x" not found',
    ],
    [403, 'Forbidden', 'admission webhook "validate.kyverno.svc-fail" denied the request: no latest tags'],
    [403, 'Forbidden', "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: replicas too high"],
    [422, 'Invalid', 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1'],
    [409, 'Conflict', 'Apply failed with 1 conflict'],
    [
      500,
      '',
      'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema',
    ],
  ] as const) {
    const { answer } = await ask(says(status, reason, message));
    assert.deepEqual(answer, { kind: 'refused', status, message, warnings: [] });
  }
});

test('causes that the message leaves out are added', async () => {
  const { answer } = await ask(
    says(422, 'Invalid', 'Deployment is invalid: a: wrong', [
      { field: 'a', message: 'wrong' },
      { field: 'b', message: 'worse' },
    ]),
  );
  assert.equal(answer.kind === 'refused' ? answer.message : '', 'Deployment is invalid: a: wrong (b: worse)');
});

test('what says nothing about the object', async () => {
  for (const [handler, reason] of [
    [
      says(
        403,
        'Forbidden',
        'deployments.apps "web" is forbidden: User "system:serviceaccount:r:b" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
      ),
      /no right to dry-run/,
    ],
    [
      says(400, 'BadRequest', 'admission webhook "x.example.com" does not support dry run'),
      /webhook cannot be dry-run/,
    ],
    [says(401, 'Unauthorized', 'Unauthorized'), /credentials/],
    [says(404, 'NotFound', 'namespaces "shop" not found'), /namespace/],
    [says(409, 'AlreadyExists', 'pods "probe" already exists'), /exists already/],
    [
      says(500, 'InternalError', 'Internal error occurred: failed calling webhook "x": connection refused'),
      /could not check.*webhook/,
    ],
    [says(504, 'Timeout', 'request did not complete'), /504/],
    [says(429, 'TooManyRequests', 'slow'), /429/],
    [(_, response) => send(response, 403, '<html>blocked by the proxy</html>'), /no right.*proxy/],
    [(_, response) => send(response, 200, 'not json'), /cannot be read/],
    [(_, response) => response.destroy(), /cannot be reached/],
  ] as const satisfies readonly (readonly [Handler, RegExp])[]) {
    const { answer } = await ask(handler);
    assert.equal(answer.kind, 'unavailable');
    assert.match(answer.kind === 'unavailable' ? answer.reason : '', reason);
  }
});

test('a conflict that passes', async () => {
  let first = true;
  const { answer, server } = await ask((asked, response) => {
    if (!first) return send(response, 200, { kind: 'Deployment' });
    first = false;
    says(409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "q": try again')(asked, response);
  });
  assert.equal(answer.kind, 'accepted');
  assert.equal(server.asked.length, 2);
});

test('kinds that are not in the table are looked up, once; one that is not served is looked up again', async () => {
  const later: object[] = [];
  const server = await startApi(({ path }, response) => {
    if (path === '/apis/example.com/v1') {
      send(response, 200, {
        kind: 'APIResourceList',
        resources: [
          { name: 'foxes/status', kind: 'Fox', namespaced: false },
          { name: 'foxes', kind: 'Fox', namespaced: false },
          { name: 'geese', kind: 'Goose', namespaced: true },
          ...later,
        ],
      });
    } else if (path.startsWith('/apis/none')) send(response, 404, failure(404, 'NotFound', 'page not found'));
    else send(response, 200, { kind: 'Fox' });
  });
  servers.push(server);
  const dryRun = createDryRun(await connected(server.url), { log: quiet });
  await dryRun.create({}, { apiVersion: 'example.com/v1', kind: 'Fox', name: 'f' });
  await dryRun.apply({}, { apiVersion: 'example.com/v1', kind: 'Goose', namespace: 'pond', name: 'a/b' });
  // The same kind name in another group is not the Service of core.
  await dryRun.apply({}, { apiVersion: 'none/v1', kind: 'Service', namespace: 'a', name: 's' });
  const unknown = await dryRun.apply({}, { apiVersion: 'example.com/v1', kind: 'Wolf', name: 'w' });
  assert.match(unknown.kind === 'unavailable' ? unknown.reason : '', /does not serve Wolf/);
  later.push({ name: 'wolves', kind: 'Wolf', namespaced: false });
  await dryRun.create({}, { apiVersion: 'example.com/v1', kind: 'Wolf', name: 'w' });
  assert.deepEqual(
    server.asked.map(({ method, path }) => `${method} ${path}`),
    [
      'GET /apis/example.com/v1',
      'POST /apis/example.com/v1/foxes',
      'PATCH /apis/example.com/v1/namespaces/pond/geese/a%2Fb',
      'PATCH /apis/example.com/v1/namespaces/pond/geese/a%2Fb',
      'GET /apis/none/v1',
      'GET /apis/example.com/v1',
      'GET /apis/example.com/v1',
      'POST /apis/example.com/v1/wolves',
    ],
  );
});

const live = (last: object, managers: readonly object[] = []): object => ({
  kind: 'Deployment',
  metadata: {
    name: 'web',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(last) },
    managedFields: managers,
  },
});
const withContainer = (container: JsonObject): JsonObject => ({
  ...OBJECT,
  spec: { containers: [{ name: 'web', ...container }] },
});

test('what client-side apply would remove is removed in the dry-run too', async () => {
  const before = withContainer({
    env: [{ name: 'A', value: 'x' }, { name: 'B' }],
    probe: { httpGet: { port: 80 } },
    args: ['a', 'b'],
  });
  const after = withContainer({
    env: [{ name: 'A', valueFrom: { x: 1 } }],
    probe: { tcpSocket: { port: 80 } },
    args: ['a'],
  });
  const server = await startApi((_, response) =>
    send(response, 200, live(before, [{ manager: 'argocd-controller', operation: 'Update' }])),
  );
  servers.push(server);
  const dryRun = createDryRun(await connected(server.url), { log: quiet });
  assert.equal((await dryRun.apply(after, REF)).kind, 'accepted');
  const sent = server.asked.at(-1);
  assert.equal(sent?.headers['content-type'], 'application/strategic-merge-patch+json');
  assert.deepEqual(Object.fromEntries(sent?.query ?? []), {
    dryRun: 'All',
    fieldManager: 'argocd-controller',
    fieldValidation: 'Strict',
  });
  assert.deepEqual(
    JSON.parse(sent?.body ?? ''),
    withContainer({
      env: [
        { name: 'A', value: null, valueFrom: { x: 1 } },
        { $patch: 'delete', name: 'B' },
      ],
      probe: { httpGet: null, tcpSocket: { port: 80 } },
      args: ['a'],
    }),
  );
});

test('server-side apply where it says the same, and where nothing else is known', async () => {
  const more = withContainer({ tty: true });
  for (const [name, present] of [
    ['nothing goes', live(OBJECT)],
    ['Argo CD applies on the server', live(more, [{ manager: 'argocd-controller', operation: 'Apply' }])],
    ['nobody wrote down what was applied', { kind: 'Deployment', metadata: { name: 'web' } }],
    [
      'what was written down cannot be read',
      { kind: 'Deployment', metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } } },
    ],
  ] as const) {
    const server = await startApi((_, response) => send(response, 200, present));
    servers.push(server);
    const dryRun = createDryRun(await connected(server.url), { log: quiet });
    await dryRun.apply(OBJECT, REF);
    assert.equal(server.asked.at(-1)?.headers['content-type'], 'application/apply-patch+yaml', name);
    assert.equal(server.asked.length, 2, name);
  }
});

test('a custom resource knows no strategic merge patch: server-side apply is asked instead', async () => {
  const server = await startApi((asked, response) =>
    asked.headers['content-type'] === 'application/strategic-merge-patch+json'
      ? send(response, 415, failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format'))
      : send(response, 200, live(withContainer({ tty: true }))),
  );
  servers.push(server);
  const dryRun = createDryRun(await connected(server.url), { log: quiet });
  assert.equal((await dryRun.apply(OBJECT, REF)).kind, 'accepted');
  assert.equal(server.asked.at(-1)?.headers['content-type'], 'application/apply-patch+yaml');
});

test('a patch that is printed whole in a refusal is left out: it holds values', async () => {
  const whole =
    ' "" is invalid: patch: Invalid value: "map[spec:map[env:[map[name:A value:secret]]]]": strict decoding error: unknown field "spec.x"';
  const { answer } = await ask(says(422, 'Invalid', whole));
  assert.equal(answer.kind === 'refused' ? answer.message : '', 'strict decoding error: unknown field "spec.x"');
});
