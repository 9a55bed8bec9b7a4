import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunOut } from '../../../src/app/scan-contract.ts';
import { cutOff, html, json, oneOf, only } from './front.ts';
import { startWorld } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const LONGEST = 300_000;

void test('a daemon: a login page, then a short limit and an answer that breaks off, then the pull request', async (t) => {
  const world = await startWorld(t);
  const { hub } = world;
  hub.api = html(200);
  const file = world.config('daemon', { github: { host: hub.host, apiUrl: `http://${hub.host}/api/v3` } });
  const child = spawn(process.execPath, [MAIN, '--config', file, 'run', '--output', 'json'], {
    env: { PATH: process.env['PATH'], HOME: world.directory, ...world.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let [out, log] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const decision = (name: string) => {
    const line = out.split('\n').slice(0, -1).at(-1);
    const report = line === undefined ? undefined : RunOut.parse(JSON.parse(line));
    return report?.incidents.find(({ object }) => object.name === name)?.decision;
  };
  const until = async (what: string, wanted: () => boolean): Promise<void> => {
    for (const end = Date.now() + LONGEST; !wanted(); await sleep(100)) {
      assert.ok(Date.now() < end && child.exitCode === null, `${what}: ${out.slice(-2000)} ${log.slice(-2000)}`);
    }
  };
  await until('the page is seen', () => decision('hub')?.outcome === 'failed');
  assert.equal(decision('elsewhere')?.outcome, 'would-open');
  const warning = log.split('\n').find((line) => line.includes('"the forge could not be read"')) ?? '';
  const { reason } = JSON.parse(warning);
  assert.match(
    reason,
    /http:\/\/127\S+ answers with a page of HTML: the answer is not GitHub's; .*check github\.apiUrl/,
  );

  const limit = json(429, { message: 'You have exceeded a secondary rate limit.' }, { 'retry-after': '1' });
  const asked = hub.asked.length;
  hub.api = oneOf(only(/^POST .*\/git\/blobs/, limit, 1), only(/^GET .*\/pulls/, cutOff, 1));
  await until('the pull request', () => ['opened', 'already-open'].includes(decision('hub')?.outcome ?? ''));
  assert.equal((await world.github.pulls('acme', 'hub')).length, 1);
  const blobs = hub.asked.slice(asked).filter((line) => /^POST .*\/git\/blobs/.test(line));
  assert.equal(blobs.length, 2, 'the limit is waited out, and the request sent once more');
  assert.doesNotMatch(log, /\n\s+at |UnhandledPromise/);
  child.kill('SIGTERM');
  assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0, log);
});
