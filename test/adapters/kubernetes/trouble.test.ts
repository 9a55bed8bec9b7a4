import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { mayBeReplaced, unauthorized, unreachable } from '../../../src/adapters/kubernetes/trouble.ts';
import { createRedactor } from '../../../src/domain/redact.ts';
import { folder, kubeconfig, send, startApi } from './support.ts';

const SERVER = 'https://api.example.com:6443';
const NOW = Date.parse('2026-03-01T12:00:00Z');
const coded = (code: string, message = 'said by OpenSSL'): Error => Object.assign(new Error(message), { code });
const get = { method: 'GET', path: '/version' } as const;

test('why nothing answers: the cause, the words of the system, and what to do', () => {
  const cases: readonly (readonly [string, RegExp, RegExp])[] = [
    ['ECONNREFUSED', /nobody listens there/, /address/],
    ['ENOTFOUND', /name is not known/, /DNS/],
    ['EAI_AGAIN', /DNS\) does not answer/, /asked again/],
    ['ETIMEDOUT', /no answer arrives/, /firewall/],
    ['CERT_HAS_EXPIRED', /certificate has expired/, /renew/],
    ['CERT_NOT_YET_VALID', /not valid yet/, /clock/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /not signed by the certificate authority/, /new kubeconfig/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not signed by the certificate authority/, /new kubeconfig/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/, /tls-server-name/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS/, /plain HTTP/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /refuses the client certificate/, /renew/],
    ['ERR_OSSL_PEM_NO_START_LINE', /cannot be used/, /PEM/],
    ['ECONNRESET', /connection broke/, /proxy/],
    ['EWHATEVER', /said by OpenSSL/, /network/],
  ];
  for (const [code, cause, remedy] of cases) {
    const found = unreachable(SERVER, coded(code));
    assert.equal(found.code, 'cluster-unreachable');
    assert.match(found.message, cause, code);
    assert.match(found.message, /said by OpenSSL/);
    assert.match(found.hint ?? '', remedy, code);
  }
  const both = new AggregateError([coded('ECONNREFUSED', 'first'), coded('ENETUNREACH', 'second')]);
  assert.match(unreachable(SERVER, both).message, /nobody listens there \(first\)/);
  assert.match(unreachable(SERVER, 'a text').message, /no reason given/);
  const advice = coded('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed; if the root CA is installed locally, try --use-x');
  assert.doesNotMatch(unreachable(SERVER, advice).message, /root CA/);
});

test('only certificates are worth looking for new ones', () => {
  assert.deepEqual(
    ['CERT_HAS_EXPIRED', 'ERR_OSSL_X', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'].map((code) => mayBeReplaced(coded(code))),
    [true, true, true],
  );
  assert.deepEqual(
    ['ECONNREFUSED', 'ECONNRESET', ''].map((code) => mayBeReplaced(coded(code))),
    [false, false, false],
  );
});

const jwt = (exp: number): string => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
const bearer = (token: string): { readonly headers: Record<string, string> } => ({
  headers: { Authorization: `Bearer ${token}` },
});

test('why the server answers 401, as far as it shows; and the log does not take the reason for a secret', () => {
  const cases = [
    [bearer(jwt(NOW / 1000 - 60)), /because the token expired at 2026-03-01T11:59:00/],
    [bearer(jwt(NOW / 1000 + 60)), /although the token is not out of date/],
    [bearer('opaque'), /although the token is not out of date/],
    [bearer('a.!!!.b'), /although the token is not out of date/],
    [{ headers: {} }, /because there are none/],
    [{ headers: {}, cert: 'no certificate' }, /although the client certificate is not out of date/],
  ] as const;
  const redact = createRedactor([]);
  for (const [credentials, expected] of cases) {
    const found = unauthorized(SERVER, credentials, NOW);
    assert.equal(found.code, 'cluster-unauthorized');
    assert.match(found.message, expected);
    assert.equal(redact(found.message), found.message);
    assert.ok(found.hint);
  }
});

test('a kubeconfig with other credentials is read when the server refuses; one of another cluster is not followed', async (t) => {
  const [server, other] = [await startApi(answer('new')), await startApi(answer('old'))];
  t.after(() => Promise.all([server.close(), other.close()]));
  const file = join(folder, 'replaced');
  const put = (url: string, token: string): void => writeFileSync(file, readFileSync(kubeconfig(url, { token })));
  put(server.url, 'old');
  const connection = await connect({ env: {}, kubeconfig: file });
  assert.ok(connection.ok);
  const refused = await connection.value.request(get);
  assert.equal(refused.ok ? '' : refused.error.code, 'cluster-unauthorized');
  assert.equal(server.asked.length, 1, 'nothing new to try: not asked again');

  put(other.url, 'old');
  assert.equal((await connection.value.request(get)).ok, false);
  assert.equal(other.asked.length, 0, 'a daemon stays with its cluster');

  put(server.url, 'new');
  const both = await Promise.all([connection.value.request(get), connection.value.request(get)]);
  assert.deepEqual(
    both.map((one) => one.ok && one.value.status),
    [200, 200],
  );
  connection.value.close();
});

function answer(token: string): Parameters<typeof startApi>[0] {
  return ({ headers }, response) => send(response, headers.authorization === `Bearer ${token}` ? 200 : 401, {});
}
