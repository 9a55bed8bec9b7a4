import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { useEnvironmentProxy } from '../../src/app/environment-proxy.ts';
import { remendo } from '../cli/remendo.ts';
import { listen } from './forge-words/front.ts';
import { DoctorOut } from '../../src/app/doctor/line.ts';

void test('a forge is reached through the proxy of the environment, and not where NO_PROXY names it', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-proxy-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const origin = await listen(t, (_, response) =>
    response.writeHead(200, { date: new Date().toUTCString() }).end('{}'),
  );
  const tunnels: string[] = [];
  const proxy = createHttpServer();
  proxy.on('connect', ({ url = '' }, client) => {
    tunnels.push(url);
    const server = connect(origin, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kubeconfig = join(directory, 'none');
  const ask = async (more: Record<string, string>) => {
    const env = { GITHUB_TOKEN: 'x'.repeat(20), KUBECONFIG: kubeconfig, HTTP_PROXY: `127.0.0.1:${port}`, ...more };
    const { out } = await remendo(['--config', 'remendo.json', 'doctor', '--output', 'json'], { directory, env });
    return DoctorOut.parse(JSON.parse(out)).lines.find(({ check }) => check === 'clock')?.result;
  };
  const settings = { github: { host: 'forge.invalid', apiUrl: 'http://forge.invalid/api/v3' } };
  writeFileSync(join(directory, 'remendo.json'), JSON.stringify(settings));
  assert.equal(await ask({}), 'ok', 'only the proxy knows the name');
  assert.deepEqual([...new Set(tunnels)], ['forge.invalid:80']);
  assert.equal(await ask({ NO_PROXY: 'forge.invalid' }), 'unknown');
});

void test('an address without a scheme is taken as curl takes it; what is none is said without quoting it', () => {
  for (const address of ['http://a b', 'http://user:secret@[', '://']) {
    const found = useEnvironmentProxy({ HTTPS_PROXY: address });
    assert.equal(found?.code, 'proxy-invalid', address);
    assert.ok(!found.message.includes(address));
  }
  assert.equal(useEnvironmentProxy({ HTTPS_PROXY: '', NO_PROXY: '*' }), undefined);
});
