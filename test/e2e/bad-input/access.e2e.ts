import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Bench } from './support.ts';
import { serveTls, startBench } from './support.ts';

let bench: Bench;
before(() => {
  bench = startBench();
});
after(() => bench.close());

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: bench.folder, stdio: 'pipe' });
const pki = (file: string): string => join(bench.cluster.directory, 'pki', file);

/** Signs a certificate of the cluster's authority that ended yesterday. */
function expired(name: string, key: string, subject: string, extensions: string): string {
  writeFileSync(join(bench.folder, `${name}.ext`), extensions);
  openssl('req', '-new', '-key', key, '-subj', subject, '-out', `${name}.csr`);
  const by = ['-CA', pki('ca.crt'), '-CAkey', pki('ca.key'), '-CAserial', join(bench.folder, 'serial')];
  const more = ['-CAcreateserial', '-days', '-1', '-extfile', `${name}.ext`, '-out', `${name}.crt`];
  openssl('x509', '-req', '-in', `${name}.csr`, ...by, ...more);
  return join(bench.folder, `${name}.crt`);
}

/** `scan` names the cause and a remedy, soon, and does not take silence for health. */
async function told(kubeconfig: string, cause: RegExp, remedy: RegExp, code = 'cluster-unreachable'): Promise<void> {
  const scan = await bench.run(['scan'], { KUBECONFIG: kubeconfig });
  assert.deepEqual([scan.status, scan.out], [1, ''], scan.err);
  assert.match(scan.err, cause);
  assert.match(scan.err, remedy);
  assert.ok(scan.err.includes(`[${code}]`), scan.err);
  assert.doesNotMatch(scan.err, /\n\s+at /, 'a stack trace is not for people');
}

/** And so do one pass of `run`, and `doctor`. */
async function toldByAll(...said: Parameters<typeof told>): Promise<void> {
  await told(...said);
  const [KUBECONFIG, cause, remedy] = said;
  const once = await bench.run(['run', '--once'], { KUBECONFIG });
  assert.deepEqual([once.status, once.out], [1, ''], once.err);
  assert.match(once.err, cause);
  const doctor = await bench.run(['doctor'], { KUBECONFIG });
  assert.equal(doctor.status, 1);
  assert.match(doctor.out, cause);
  assert.match(doctor.out, remedy);
}

test('a client certificate that has expired', () =>
  bench.row('client certificate expired', 'said, with the date', async () => {
    const key = join(bench.folder, 'client.key');
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key);
    const cert = expired('client', key, '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth\n');
    const user = { 'client-certificate': cert, 'client-key': key };
    const cause = /does not accept the credentials, because the client certificate expired at \d{4}-/;
    await toldByAll(
      bench.kubeconfig('client', { user }),
      cause,
      /put a new client certificate/,
      'cluster-unauthorized',
    );
  }));

test('a server certificate that has expired', () =>
  bench.row('server certificate expired', 'said', async () => {
    const cert = expired('server', pki('server.key'), '/CN=kube-apiserver', 'subjectAltName=IP:127.0.0.1\n');
    const server = await serveTls(bench, (_, response) => response.end('{}'), cert);
    await toldByAll(bench.kubeconfig('server', { server }), /its certificate has expired/, /renew the certificate/);
  }));

test('a certificate authority that is another one', () =>
  bench.row('wrong certificate authority', 'said', async () => {
    const made = ['-nodes', '-keyout', 'other.key', '-out', 'other.crt', '-days', '2', '-subj', '/CN=other'];
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', ...made);
    const kubeconfig = bench.kubeconfig('authority', { ca: join(bench.folder, 'other.crt') });
    await told(
      kubeconfig,
      /not signed by the certificate authority that the kubeconfig names/,
      /fetch a new kubeconfig/,
    );
  }));

test('a token that nobody knows', () =>
  bench.row('token unknown', 'said', async () => {
    const kubeconfig = bench.kubeconfig('token', { user: { token: 'nobody-knows-me' } });
    await told(kubeconfig, /does not accept the credentials/, /revoked|another cluster/, 'cluster-unauthorized');
  }));

test('an address where nobody listens, or something else does', () =>
  bench.row('address is wrong, or of a login page', 'said', async () => {
    const refused = bench.kubeconfig('nobody', { server: 'https://127.0.0.1:1' });
    await told(refused, /cannot be reached: nobody listens there/, /check the address/);
    const unknown = bench.kubeconfig('unknown', { server: 'https://api.example.invalid' });
    await told(unknown, /cannot be reached: .*(?:ENOTFOUND|EAI_AGAIN)/, /DNS/);
    const plain = bench.kubeconfig('plain', { server: bench.cluster.server.replace('https:', 'http:') });
    await told(plain, /HTTP request to an HTTPS server/, /https:/);
    const login = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html><body>Please log in</body></html>');
    });
    await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve));
    bench.later(() => login.close());
    const address = login.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const page = bench.kubeconfig('page', { server: `http://127.0.0.1:${port}` });
    await told(page, /no list of an API server, but HTML/, /login page/);
  }));
