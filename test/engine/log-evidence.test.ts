import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../../src/domain/incident.ts';
import { problem } from '../../src/domain/problem.ts';
import { err, ok } from '../../src/domain/result.ts';
import { withLogs } from '../../src/engine/log-evidence.ts';
import type { ClusterReader, LogRequest } from '../../src/ports/cluster.ts';

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1' };

function incident(more: Partial<Incident> = {}): Incident {
  return {
    fingerprint: 'f',
    cause: 'crash/exit-error',
    severity: 'critical',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    container: 'web',
    summary: '',
    evidence: [{ id: 'E1', object: POD, text: 'Error, exit code 1' }],
    facts: {},
    affected: [POD],
    explains: [],
    stillServing: false,
    ...more,
  };
}

/** A reader that has only logs; `texts` by `previous`. */
function cluster(texts: { readonly previous?: string; readonly current?: string }, asked: LogRequest[] = []) {
  const logs: ClusterReader['logs'] = async (request) => {
    asked.push(request);
    const text = request.previous ? texts.previous : texts.current;
    return text === undefined ? err(problem('log-unavailable', 'none')) : ok(text);
  };
  const reader: ClusterReader = {
    logs,
    snapshot: async () => err(problem('cluster-unreachable', '')),
    watch: async () => undefined,
    close: async () => undefined,
  };
  return { cluster: reader, redact: (text: string) => text.replaceAll('hunter2', '[redacted]') };
}

void test('the last lines of the run that ended become evidence, without secrets', async () => {
  const previous = ['one', 'two', '', 'three', 'password hunter2', 'panic'].join('\n');
  const [found] = await withLogs(cluster({ previous, current: 'starting' }), [incident()]);
  const last = found?.evidence.at(-1);
  assert.deepEqual([last?.id, last?.path], ['E2', 'log']);
  assert.equal(last?.text, 'two\nthree\npassword [redacted]\npanic');
});

void test('the present run speaks where the one before cannot be had, also when the runtime says so in its words', async () => {
  const gone = 'unable to retrieve container logs for containerd://1840';
  for (const texts of [{ current: 'starting' }, { previous: gone, current: 'starting' }]) {
    const [found] = await withLogs(cluster(texts), [incident()]);
    assert.equal(found?.evidence.at(-1)?.text, 'starting');
  }
});

void test('nothing is asked for causes that a log does not explain, or without a pod', async () => {
  const asked: LogRequest[] = [];
  const silent = [incident({ cause: 'image/not-found' }), incident({ affected: [] })];
  const answer = await withLogs(cluster({ current: 'x' }, asked), silent);
  assert.deepEqual(answer, silent);
  assert.equal(asked.length, 0);
});

void test('a large outage does not ask for hundreds of logs', async () => {
  const asked: LogRequest[] = [];
  await withLogs(
    cluster({ previous: 'x' }, asked),
    Array.from({ length: 200 }, () => incident()),
  );
  assert.ok(asked.length <= 60);
});
