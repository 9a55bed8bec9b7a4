import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { DoctorOut } from '../../src/app/doctor/line.ts';
import { RunOut } from '../../src/app/scan-contract.ts';
import { remendo } from '../cli/remendo.ts';
import { deployment } from '../support/shop-manifests.ts';
import { startWorld } from './forge-words/world.ts';

const TURNED = fileURLToPath(new URL('../support/turned-clock.ts', import.meta.url));
const HOURS = 3600;
/** Has been waiting for a node for about an hour when the tests look. */
const HUGE = deployment('huge', '        resources: {requests: {memory: 900Gi}}\n');

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

void test('a clock that is hours off: it is said, ages go by the API server, and GitHub takes the App’s tokens', async (t) => {
  const world = await startWorld(t, { 'shop/huge.yaml': HUGE });
  const { appId } = world.github.addApp({ slug: 'remendo', owner: 'acme', publicKey });
  const github = { host: world.hub.host, apiUrl: `http://${world.hub.host}/api/v3`, appId };
  for (const [ahead, minimumAge, seen] of [
    [3 * HOURS, '2h', false],
    [-3 * HOURS, '30m', true],
  ] as const) {
    const file = world.config(`skew${ahead}`, { github, detect: { minimumAge } });
    const env = {
      REMENDO_GITHUB_APP_KEY: privateKey,
      NODE_OPTIONS: `--import=${TURNED}`,
      TURNED_SECONDS: String(ahead),
    };
    const place = { directory: world.directory, env };
    const { status, out, err } = await remendo(['--config', file, 'run', '--once', '--output', 'json'], place);
    assert.equal(status, 0, err);
    const { incidents, scannedAt } = RunOut.parse(JSON.parse(out));
    assert.ok(Math.abs(Date.parse(scannedAt) - Date.now()) < 300_000, scannedAt);
    const names = incidents.map(({ object, cause }) => `${object.name} ${cause}`);
    assert.equal(
      names.some((name) => name.startsWith('huge scheduling/')),
      seen,
      `waiting for an hour, asked for ${minimumAge}: ${names.join()}`,
    );
    const hub = incidents.find(({ object }) => object.name === 'hub');
    assert.match(hub?.decision.outcome ?? '', /^(?:opened|already-open)$/, JSON.stringify(hub?.decision));
    assert.match(
      err,
      new RegExp(`"seconds":${-ahead / HOURS > 0 ? '' : '-'}10[78]\\d\\d,.*the API server's clock is another`),
    );

    const looked = await remendo(['--config', file, 'doctor', '--output', 'json'], place);
    const clocks = DoctorOut.parse(JSON.parse(looked.out)).lines.filter(({ check }) => check === 'clock');
    assert.deepEqual(
      clocks.map(({ subject }) => subject),
      ['API server', world.hub.host],
    );
    for (const { result, detail, remedy } of clocks) {
      assert.equal(result, 'problem');
      assert.match(
        detail,
        ahead > 0 ? /the clock here is 10[78]\d\d s ahead/ : /the clock here is 10[78]\d\d s behind/,
      );
      assert.match(remedy ?? '', /NTP/);
    }
    assert.equal(looked.status, 1);
  }
  const titles = (await world.github.pulls('acme', 'hub')).map(({ title }) => title);
  assert.equal(titles.filter((title) => title.startsWith('hub:')).length, 1, titles.join());
});
