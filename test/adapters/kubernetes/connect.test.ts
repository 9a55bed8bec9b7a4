import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import type { KubeconfigOptions } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { bodyText } from '../../../src/adapters/kubernetes/answer.ts';
import { HarmfulRequest, assertHarmless } from '../../../src/adapters/kubernetes/transport.ts';
import type { ApiServer } from './support.ts';
import { connected, folder, kubeconfig, send, startApi } from './support.ts';

const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function api(): Promise<ApiServer> {
  const server = await startApi((_, response) => send(response, 200, {}));
  closing.push(() => server.close());
  return server;
}

const get = { method: 'GET', path: '/version' } as const;

async function problemOf(options: Partial<KubeconfigOptions>): Promise<string> {
  const connection = await connect({ env: { HOME: folder }, ...options });
  assert.ok(!connection.ok);
  return `${connection.error.code}: ${connection.error.message} ${connection.error.hint ?? ''}`;
}

test('what is wrong with a kubeconfig', async () => {
  assert.match(await problemOf({}), /^kubeconfig-missing: no kubeconfig was found/);
  assert.match(await problemOf({ kubeconfig: join(folder, 'none') }), /^kubeconfig-missing: .*none cannot be read/);
  assert.match(await problemOf({ env: { KUBECONFIG: `${folder}/x:${folder}/y` } }), /^kubeconfig-missing/);
  const file = join(folder, 'broken');
  const cases: readonly (readonly [string, RegExp])[] = [
    ['a: [\n', /not YAML/],
    ['clusters: 1', /clusters: /],
    ['{}', /no current context/],
    ['current-context: x', /no context "x"/],
    ['{current-context: x, contexts: [{name: x, context: {cluster: c}}, {name: other}]}', /no cluster "c" .*context x/],
    [
      '{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: nonsense}}]}',
      /cluster "c" .*server/,
    ],
    [
      '{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: "https://h"}}]}',
      /no user "u"/,
    ],
    [
      '{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: "https://h"}}], users: [{name: u, user: {auth-provider: {name: gcp}}}]}',
      /gcp.*exec/,
    ],
    [
      '{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "https://h", certificate-authority: none.pem}}]}',
      /file .* cannot be read/,
    ],
  ];
  for (const [text, message] of cases) {
    writeFileSync(file, text);
    const found = await problemOf({ kubeconfig: file });
    assert.match(found, /^kubeconfig-invalid/, text);
    assert.match(found, message);
  }
  writeFileSync(file, 'users:\n- name: x\n  user:\n    token: hunter2\n   bad: [\n');
  const invalid = await connect({ kubeconfig: file, env: {} });
  assert.ok(!invalid.ok);
  assert.deepEqual([invalid.error.place?.file, invalid.error.place?.line !== undefined], [file, true]);
  assert.ok(!JSON.stringify(invalid.error).includes('hunter2'), 'no excerpt of a file that holds tokens');
  assert.match(
    await problemOf({ kubeconfig: kubeconfig('http://h'), context: 'nope' }),
    /no context "nope".*contexts in the kubeconfig: ctx/,
  );
});

test('KUBECONFIG with several files: the first one that names something wins, missing ones are passed over', async () => {
  const server = await api();
  const first = join(folder, 'first');
  const second = kubeconfig(server.url, { token: 'second' });
  writeFileSync(first, '{users: [{name: me, user: {token: first}}], clusters: null}');
  const connection = await connect({ env: { KUBECONFIG: `${folder}/missing:${first}:${second}` } });
  assert.ok(connection.ok);
  assert.deepEqual([connection.value.cluster, connection.value.server], ['test-cluster', server.url]);
  await connection.value.request(get);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer first');
});

test('~/.kube/config, and in a pod its service account, whose token is read again when it is refused', async () => {
  const server = await api();
  const home = join(folder, 'home');
  mkdirSync(join(home, '.kube'), { recursive: true });
  writeFileSync(join(home, '.kube', 'config'), readFileSync(kubeconfig(server.url)));
  assert.ok((await connect({ env: { HOME: home } })).ok);
  const account = join(folder, 'account');
  mkdirSync(account);
  writeFileSync(join(account, 'token'), 'one\n');
  const inPod = await connect({
    env: { HOME: folder, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443' },
    serviceAccount: account,
  });
  assert.ok(inPod.ok);
  assert.deepEqual([inPod.value.cluster, inPod.value.server], ['in-cluster', 'https://127.0.0.1:6443']);

  const rotated = await connected(server.url, { tokenFile: join(account, 'token') });
  server.handler = ({ headers }, response) => send(response, headers.authorization === 'Bearer two' ? 200 : 401, {});
  await rotated.request(get);
  writeFileSync(join(account, 'token'), 'two\n');
  const answer = await rotated.request(get);
  assert.equal(answer.ok && answer.value.status, 200);
});

test('user name and password, impersonation', async () => {
  const server = await api();
  const connection = await connected(server.url, {
    username: 'u',
    password: 'p',
    as: 'other',
    'as-groups': ['g1', 'g2'],
  });
  await connection.request(get);
  const headers = server.asked[0]?.headers ?? {};
  assert.equal(headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
  assert.deepEqual([headers['impersonate-user'], headers['impersonate-group']], ['other', 'g1, g2']);
});

test('exec plugins: found beside the kubeconfig, told about the cluster, asked once, and again after a 401', async () => {
  const server = await api();
  const counter = join(folder, 'count');
  const script = join(folder, 'plugin.sh');
  writeFileSync(counter, '');
  writeFileSync(
    script,
    `#!/bin/sh\nprintf x >> ${counter}\nprintf '%s' "$KUBERNETES_EXEC_INFO" > ${folder}/info\n` +
      `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'"$GIVEN-$1-$(wc -c < ${counter})"'"}}'\n`,
  );
  chmodSync(script, 0o755);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin.sh',
    args: ['arg'],
    env: [{ name: 'GIVEN', value: 'env' }],
    provideClusterInfo: true,
  };
  const connection = await connected(server.url, { exec });
  for (let n = 0; n < 3; n++) assert.ok((await connection.request(get)).ok);
  assert.deepEqual(
    server.asked.map(({ headers }) => headers.authorization),
    Array(3).fill('Bearer env-arg-1'),
  );
  const info = JSON.parse(readFileSync(join(folder, 'info'), 'utf8'));
  assert.equal(info.spec.cluster.server, server.url);
  assert.equal(info.spec.interactive, false);
  server.handler = ({ headers }, response) =>
    send(response, headers.authorization === 'Bearer env-arg-2' ? 200 : 401, {});
  const answer = await connection.request(get);
  assert.equal(answer.ok && answer.value.status, 200);
  server.handler = (_, response) => send(response, 401, {});
  const refused = await connection.request(get);
  assert.equal(refused.ok ? '' : refused.error.code, 'cluster-unauthorized', 'a second refusal is the answer');
});

test('exec plugins that fail', async () => {
  const server = await api();
  const script = join(folder, 'failing.sh');
  writeFileSync(script, '#!/bin/sh\necho "session expired, log in again" >&2\nexit 1\n');
  chmodSync(script, 0o755);
  for (const [command, message] of [
    [script, /session expired/],
    ['no-such-plugin', /ENOENT/],
    ['echo', /JSON/],
  ] as const) {
    const answer = await (await connected(server.url, { exec: { command } })).request(get);
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'cluster-unauthorized');
    assert.match(answer.error.message, message);
  }
  assert.equal(server.asked.length, 0);
});

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

function read(name: string): Buffer {
  return readFileSync(join(folder, name));
}

test('TLS: certificate authority, client certificate, name of the server', async () => {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=ca',
  );
  for (const name of ['server', 'client']) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:api.example.com');
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-extfile',
      'ext',
    );
  }
  const server = createServer(
    {
      key: read('server.key'),
      cert: read('server.pem'),
      ca: read('ca.pem'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const subject = socket.authorized ? socket.getPeerCertificate().subject : undefined;
      send(response, 200, {}, { 'x-client': subject?.CN ?? 'nobody' });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base64 = (name: string): string => read(name).toString('base64');
  const user = { 'client-certificate-data': base64('client.pem'), 'client-key': 'client.key' };
  const trusted = await connected(url, user, {
    'certificate-authority': 'ca.pem',
    'tls-server-name': 'api.example.com',
  });
  const answer = await trusted.request(get);
  assert.ok(answer.ok, answer.ok ? '' : answer.error.message);
  assert.equal(answer.value.headers['x-client'], 'client');
  const wrongName = await (await connected(url, user, { 'certificate-authority': 'ca.pem' })).request(get);
  assert.match(wrongName.ok ? '' : wrongName.error.message, /altnames/i);
  const unknown = await (await connected(url, {}, { 'tls-server-name': 'api.example.com' })).request(get);
  assert.equal(unknown.ok ? '' : unknown.error.code, 'cluster-unreachable');
  assert.ok((await (await connected(url, {}, { 'insecure-skip-tls-verify': true })).request(get)).ok);
  trusted.close();
});

test('a server that is not there, is silent, or breaks off', async () => {
  const server = await api();
  const gone = await startApi(() => undefined);
  await gone.close();
  const nowhere = await (await connected(gone.url)).request(get);
  assert.equal(nowhere.ok ? '' : nowhere.error.code, 'cluster-unreachable');
  assert.match(nowhere.ok ? '' : nowhere.error.message, /ECONNREFUSED/);
  server.handler = () => undefined;
  const connection = await connected(server.url);
  const silent = await connection.request({ ...get, timeout: 50 });
  assert.match(silent.ok ? '' : silent.error.message, /no answer within 0.05 s/);
  const aborted = await connection.request({ ...get, signal: AbortSignal.timeout(20) });
  assert.equal(aborted.ok ? '' : aborted.error.code, 'cluster-unreachable');
  server.handler = (_, response) => response.destroy();
  assert.equal((await connection.request(get)).ok, false);
});

test('an answer that nobody reads may be broken without harm, and whoever reads it is told', async () => {
  const server = await api();
  server.handler = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not zipped');
  };
  const connection = await connected(server.url);
  const unread = await connection.request(get);
  assert.ok(unread.ok);
  unread.value.body.resume();
  await new Promise((resolve) => unread.value.body.once('close', resolve));
  const read = await connection.request(get);
  assert.ok(read.ok);
  await assert.rejects(bodyText(read.value.body), /incorrect header/);
});

test('nothing but reads and dry runs can be sent', async () => {
  const server = await api();
  const connection = await connected(server.url);
  const path = '/api/v1/namespaces/a/pods';
  const dry = new URLSearchParams({ dryRun: 'All' });
  for (const [method, where, query] of [
    ['POST', path, new URLSearchParams()],
    ['PATCH', path, new URLSearchParams({ dryRun: 'all' })],
    [
      'PATCH',
      path,
      new URLSearchParams([
        ['dryRun', 'All'],
        ['dryRun', ''],
      ]),
    ],
    ['PUT', path, dry],
    ['DELETE', path, dry],
    ['POST', `${path}/web/exec`, dry],
    ['GET', `${path}/web/exec`, new URLSearchParams()],
    ['GET', `${path}/web/attach`, new URLSearchParams()],
    ['GET', '/api/v1/nodes/n/proxy/run', new URLSearchParams()],
    ['GET', '/api/v1/namespaces/a/services/web/proxy', new URLSearchParams()],
    ['GET', '/api/v1/namespaces/a/pods/proxy/proxy', new URLSearchParams()],
    ['GET', '/api/v1/namespaces/a/pods/web/proxy/log', new URLSearchParams()],
    ['GET', '/api/v1/proxy/nodes/n/run', new URLSearchParams()],
    ['GET', '/apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/vm/console', new URLSearchParams()],
    ['PATCH', `${path}/web?dryRun=All&x=`, new URLSearchParams()],
    ['PATCH', '/apis/../api/v1/x', dry],
    ['PATCH', '/other', dry],
    ['GET\r\nX: y', path, new URLSearchParams()],
  ] as const) {
    assert.throws(() => assertHarmless(method, where, query), HarmfulRequest, `${method} ${where}`);
  }
  for (const [method, query] of [
    ['GET', new URLSearchParams()],
    ['POST', dry],
    ['PATCH', dry],
  ] as const) {
    assertHarmless(method, path, query);
  }
  // Objects and namespaces may be called like a subresource.
  for (const where of [
    '/apis/apps/v1/namespaces/shop/deployments/proxy',
    '/api/v1/namespaces/proxy/pods',
    '/api/v1/namespaces/exec',
    '/api/v1/namespaces/shop/pods/exec/log',
    '/api/v1/namespaces/attach/services/portforward',
  ]) {
    assertHarmless('GET', where, new URLSearchParams());
    assertHarmless('PATCH', where, dry);
  }
  await assert.rejects(connection.request({ method: 'POST', path, body: '{}' }), HarmfulRequest);
  await assert.rejects(connection.request({ method: 'PATCH', path, query: { dryRun: '' } }), HarmfulRequest);
  assert.equal(server.asked.length, 0);
});
