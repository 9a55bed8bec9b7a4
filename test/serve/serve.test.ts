import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApp } from '../../src/app/app.ts';
import { completeConfig } from '../../src/config/config.ts';
import { problem } from '../../src/domain/problem.ts';
import { err, ok } from '../../src/domain/result.ts';
import type { PassReport } from '../../src/engine/report.ts';
import type { ClusterReader } from '../../src/ports/cluster.ts';
import { snapshotOf } from '../../src/app/offline.ts';
import { runDaemon } from '../../src/serve/daemon.ts';
import { createHealth, observed } from '../../src/serve/health.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { serve } from '../../src/serve/server.ts';
import { startActionWorld } from '../action/world.ts';

/** Health on a clock that is turned by hand. */
function health(elected: boolean, intervalSeconds = 60, obstacle?: string) {
  const state = { now: 1_000_000 };
  const clock = { now: () => new Date(state.now * 1000), sleep: () => Promise.resolve() };
  const given = createHealth({ clock, intervalSeconds, elected, obstacle });
  return { ...given, after: (seconds: number) => void (state.now += seconds) };
}

describe('readiness', () => {
  test('comes with the first pass, not before', () => {
    const one = health(false);
    assert.deepEqual(one.ready(), { ok: false, reason: 'the first pass is not done' });
    one.looked(undefined);
    assert.equal(one.ready().ok, false);
    one.passed();
    assert.equal(one.ready().ok, true);
  });

  test('never comes where no pull request could be opened, whoever leads', () => {
    const one = health(true, 60, 'there is no credential');
    assert.deepEqual(one.ready(), { ok: false, reason: 'there is no credential' });
    one.leads(true);
    one.looked(undefined);
    one.passed();
    assert.deepEqual(one.ready(), { ok: false, reason: 'there is no credential' });
    assert.equal(one.live().ok, true, 'starting anew would not help');
  });

  test('goes when the cluster cannot be read for long, and comes back', () => {
    const one = health(false);
    one.looked(undefined);
    one.passed();
    one.after(300);
    one.looked('no route');
    assert.equal(one.ready().ok, true, 'a short outage is none');
    one.after(301);
    assert.deepEqual(one.ready(), { ok: false, reason: 'the cluster was last read 601 s ago: no route' });
    one.looked(undefined);
    assert.equal(one.ready().ok, true);
  });

  test('a long interval between passes is no outage', () => {
    const one = health(false, 3600);
    one.looked(undefined);
    one.passed();
    one.after(7000);
    assert.equal(one.ready().ok, true);
  });

  test('the one that waits is ready; the one that takes over is when its first pass is done', () => {
    const one = health(true);
    assert.equal(one.ready().ok, true);
    one.leads(true);
    assert.equal(one.ready().ok, false);
    one.looked(undefined);
    one.passed();
    assert.equal(one.ready().ok, true);
    one.leads(false);
    one.leads(true);
    assert.equal(one.ready().ok, false);
  });
});

describe('liveness', () => {
  test('failures are no reason to start anew, silence is', () => {
    const one = health(false);
    for (let hour = 0; hour < 5; hour++) {
      one.after(3000);
      one.looked('no route');
      assert.equal(one.live().ok, true);
    }
    one.after(3601);
    assert.deepEqual(one.live(), { ok: false, reason: 'nothing has moved for 3601 s' });
  });

  test('who waits may wait for ever', () => {
    const one = health(true);
    one.after(1e6);
    assert.equal(one.live().ok, true);
    one.leads(true);
    assert.equal(one.live().ok, true);
  });
});

test('a snapshot is told as it ended; one that was stopped is not told', async () => {
  const told: (string | undefined)[] = [];
  const answers = [ok(snapshotOf([], new Date(0))), err(problem('cluster-unreachable', 'no route'))];
  const reader: ClusterReader = {
    snapshot: () => Promise.resolve(answers.shift() ?? err(problem('cluster-unreachable', 'stopped'))),
    logs: () => Promise.resolve(ok('')),
    watch: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const watched = observed(reader, (failure) => told.push(failure));
  await watched.snapshot();
  await watched.snapshot();
  await watched.snapshot(AbortSignal.abort());
  assert.deepEqual(told, [undefined, 'no route']);
});

test('gauges show the last pass only, counters all', async () => {
  const metrics = createMetrics('1.2.3', () => new Date(5000));
  const followed = (outcome: 'verified' | 'verifying') => ({
    fingerprint: 'f',
    pullRequest: 'u',
    title: 't',
    decision: { outcome, reason: '' },
  });
  const report: PassReport = {
    cluster: 'c',
    scannedAt: '',
    blind: [{ kind: 'Pod', reason: '' }],
    incidents: [],
    followed: [followed('verified'), followed('verifying')],
    unreadable: [],
  };
  assert.doesNotMatch(await metrics.text(), /^remendo_last_pass_timestamp_seconds \d/m, 'no pass, no time of it');
  metrics.passed(report, 2);
  metrics.passed({ ...report, blind: [], followed: [followed('verifying')] }, 1);
  const text = await metrics.text();
  for (const line of [
    'remendo_build_info{version="1.2.3"} 1',
    'remendo_pass_duration_seconds_count 2',
    'remendo_pass_duration_seconds_sum 3',
    'remendo_last_pass_timestamp_seconds 5',
    'remendo_blind_kinds 0',
    'remendo_decisions{outcome="verifying"} 1',
    'remendo_pull_requests_ended_total{outcome="verified"} 1',
    'remendo_incidents{severity="critical"} 0',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} in\n${text}`);
  }
  assert.doesNotMatch(text, /remendo_decisions\{outcome="verified"\}/);
  for (const name of text.matchAll(/^# TYPE (\S+) counter$/gm)) assert.match(name[1] ?? '', /_total$/);
});

describe('the server', () => {
  const bad = { live: () => ({ ok: true, reason: 'ok' }), ready: () => ({ ok: false, reason: 'not yet' }) };
  const metrics = { text: () => Promise.resolve('a 1\n'), contentType: 'text/plain; version=0.0.4' };

  test('answers the three paths and nothing else', async (t) => {
    const serving = await serve('127.0.0.1:0', bad, metrics);
    assert.ok(serving.ok);
    t.after(() => serving.value.close());
    const ask = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const response = await fetch(`http://${serving.value.address}${path}`, { method });
      return [response.status, await response.text()];
    };
    assert.deepEqual(await ask('/healthz'), [200, 'ok\n']);
    assert.deepEqual(await ask('/readyz?verbose'), [503, 'not yet\n']);
    assert.deepEqual(await ask('/metrics'), [200, 'a 1\n']);
    assert.equal((await ask('/'))[0], 404);
    assert.equal((await ask('/metrics', 'POST'))[0], 405);
  });

  test('says why it cannot listen', async (t) => {
    const first = await serve('127.0.0.1:0', bad, metrics);
    assert.ok(first.ok);
    t.after(() => first.value.close());
    const second = await serve(first.value.address, bad, metrics);
    assert.equal(second.ok ? '' : second.error.code, 'listen-failed');
  });
});

test('the daemon on a cluster: not ready, ready after the first pass, metrics of what it saw, and a clean end', async (t) => {
  const world = await startActionWorld();
  t.after(() => world.close());
  const config = completeConfig({
    cluster: { kubeconfig: world.env['INPUT_KUBECONFIG'], name: 'test' },
    registry: { enabled: false },
    run: { listen: '127.0.0.1:0', debounce: 0 },
    state: { directory: join(world.directory, 'daemon') },
    log: { level: 'silent' },
  });
  const app = await buildApp(config, { env: { HOME: world.directory }, repositories: new Map(), persistent: false });
  assert.ok(app.ok);
  const stop = new AbortController();
  const address = Promise.withResolvers<string>();
  const seen: PassReport[] = [];
  const ended = runDaemon(
    app.value,
    { env: {}, version: '0', done: (report) => seen.push(report), listening: address.resolve },
    stop.signal,
  );
  const base = `http://${await address.promise}`;
  for (let tries = 0; tries < 200 && (await fetch(`${base}/readyz`)).status !== 200; tries++) await sleep(50);
  assert.equal((await fetch(`${base}/readyz`)).status, 200);
  assert.ok(seen.length > 0);
  const text = await (await fetch(`${base}/metrics`)).text();
  assert.match(text, /^remendo_incidents\{severity="(critical|warning)"\} 1$/m);
  assert.match(text, /^remendo_cluster_reads_total\{result="ok"\} [1-9]/m);
  stop.abort();
  assert.ok((await ended).ok);
  await app.value.close();
  await assert.rejects(fetch(`${base}/healthz`));
});

test('every metric is documented, and the dashboard asks for no other', async () => {
  const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const metrics = createMetrics('0', () => new Date(0));
  const end = {
    fingerprint: 'f',
    pullRequest: 'u',
    title: 't',
    decision: { outcome: 'verified', reason: '' },
  } as const;
  metrics.passed({ cluster: 'c', scannedAt: '', blind: [], incidents: [], followed: [end], unreadable: [] }, 1);
  metrics.looked(undefined);
  const served = [...(await metrics.text()).matchAll(/^# TYPE (remendo_\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const [, table = ''] = text('docs/install.md').split('<!-- metrics -->');
  const documented = [...table.matchAll(/^\| `(\w+)`\s+\| (\w+)/gm)].map(([, name, type]) => `${name} ${type}`);
  assert.deepEqual(documented.toSorted(), served.toSorted());
  const names = new Set(served.map((one) => one.split(' ')[0]));
  for (const [name] of text('charts/remendo/dashboards/remendo.json').matchAll(/remendo_\w+/g))
    assert.ok(names.has(name), name);
});
