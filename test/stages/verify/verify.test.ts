import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Application } from '../../../src/domain/kubernetes/application.ts';
import { project } from '../../../src/domain/kubernetes/project.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { MergedFix, VerifyContext } from '../../../src/stages/verify/verify.ts';
import { verify } from '../../../src/stages/verify/verify.ts';
import { snapshotWith } from '../prove/scene.ts';

const OBJECT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const FIX: MergedFix = {
  fingerprint: 'f',
  cause: 'memory/oom-killed',
  object: OBJECT,
  container: 'web',
  changes: [],
  stillServing: false,
  mergedAt: '2026-11-21T12:00:00Z',
};
const MERGE = 'merge';

interface State {
  readonly sync?: string;
  readonly revision?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly applied?: string;
  readonly finishedAt?: string;
  readonly reconciledAt?: string;
  readonly conditions?: NonNullable<NonNullable<Application['status']>['conditions']>;
  readonly automated?: boolean;
}

function application(state: State): Application {
  const { sync = 'Synced', revision = MERGE, phase = 'Succeeded', applied = MERGE, automated = true } = state;
  return {
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { destination: { namespace: 'shop' }, syncPolicy: automated ? { automated: {} } : {} },
    status: {
      sync: { status: sync, revision },
      reconciledAt: state.reconciledAt ?? '2026-11-21T12:02:00Z',
      conditions: state.conditions ?? [],
      operationState: {
        phase,
        message: state.message ?? '',
        finishedAt: state.finishedAt ?? '2026-11-21T12:01:00Z',
        syncResult: { revision: applied },
      },
    },
  };
}

function cluster(available: number, podCreatedAt = '2026-11-21T12:01:10Z', replicas = 1): Snapshot {
  const deployment = project('Deployment', {
    metadata: { name: 'web', namespace: 'shop', generation: 2 },
    spec: { replicas, selector: {}, template: { spec: { containers: [{ name: 'web' }] } } },
    status: { observedGeneration: 2, updatedReplicas: 1, availableReplicas: available },
  });
  const pod = project('Pod', {
    metadata: { name: 'web-1', namespace: 'shop', creationTimestamp: podCreatedAt },
    spec: { containers: [{ name: 'web' }] },
  });
  assert.ok(deployment.ok && pod.ok);
  return snapshotWith({ Deployment: [deployment.value], Pod: [pod.value] });
}

function incident(more: Partial<Incident> = {}): Incident {
  return {
    fingerprint: 'f',
    cause: FIX.cause,
    severity: 'critical',
    object: OBJECT,
    container: 'web',
    summary: 'web was killed for using too much memory',
    evidence: [],
    facts: {},
    affected: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1' }],
    explains: [],
    stillServing: false,
    ...more,
  };
}

const at = (minutes: number): Date => new Date(Date.parse(FIX.mergedAt) + minutes * 60_000);

function look(state: State, minutes: number, more: Partial<VerifyContext> = {}, fix: Partial<MergedFix> = {}) {
  return verify(
    { ...FIX, ...fix },
    {
      snapshot: cluster(1),
      incidents: [],
      sighted: true,
      application: application(state),
      sourceIndex: 0,
      contains: async (revision) => revision === MERGE,
      policy: DEFAULT_POLICY.verify,
      now: at(minutes),
      ...more,
    },
  );
}

test('applied, healthy and quiet: first the soak, then verified', async () => {
  const first = await look({}, 3);
  assert.equal(first.end, 'waiting');
  assert.equal(first.end === 'waiting' && first.phase, 'soak');
  assert.equal(first.soakSince, at(3).toISOString());
  const soakSince = first.soakSince ?? '';
  assert.equal((await look({}, 12, {}, { soakSince })).end, 'waiting');
  assert.equal((await look({}, 14, {}, { soakSince })).end, 'verified');
});

test('healthy is not believed while Argo CD still shows the state before the merge', async () => {
  assert.equal((await look({ revision: 'old', applied: 'old' }, 2)).end, 'waiting');
  const early = await look({ reconciledAt: '2026-11-21T12:00:30Z' }, 2);
  assert.equal(early.end === 'waiting' && early.phase, 'propagation');
});

test('a merge that renders to the same manifests needs no operation', async () => {
  const state = { applied: 'old', finishedAt: '2026-11-21T10:00:00Z' };
  assert.equal((await look(state, 14, {}, { soakSince: at(3).toISOString() })).end, 'verified');
});

test('new pods that fail for another reason do not make a fix not-fixed while an old pod shows the failure', async () => {
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name });
  const affected = [pod('web-0'), pod('web-1')];
  const other = { cause: 'crash/exit-error', object: pod('web-1'), summary: 'web exits with code 1' };
  const both = incident({ affected, showing: [pod('web-0')], explains: [other] });
  assert.equal((await look({}, 3, { snapshot: cluster(0), incidents: [both] })).end, 'waiting');
  const itself = incident({ affected, showing: affected, explains: [other] });
  assert.equal((await look({}, 3, { snapshot: cluster(0), incidents: [itself] })).end, 'not-fixed');
});

test('where a claim is the root, a new pod that waits for it shows that the fix did not help', async () => {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' };
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1' };
  const waits = incident({ affected: [claim, pod], showing: [claim] });
  assert.equal((await look({}, 3, { snapshot: cluster(0), incidents: [waits] })).end, 'not-fixed');
});

test('an end by a shortage of the whole node does not count against a raised limit', async () => {
  const shortage = incident({ fingerprint: 'g', cause: 'memory/node-out-of-memory' });
  const seen = await look({}, 3, { snapshot: cluster(0), incidents: [shortage] });
  assert.equal(seen.end, 'waiting');
});

test('the same failure on new pods is not-fixed, on old pods it is waited for', async () => {
  const fails = { snapshot: cluster(0), incidents: [incident()] };
  assert.equal((await look({}, 3, fails)).end, 'not-fixed');
  const old = { snapshot: cluster(0, '2026-11-21T09:00:00Z'), incidents: [incident()] };
  assert.equal((await look({}, 3, old)).end, 'waiting');
});

test('a failure that comes back during the soak is not-fixed, under another fingerprint too', async () => {
  const again = { snapshot: cluster(0), incidents: [incident({ fingerprint: 'g' })] };
  assert.equal((await look({}, 8, again, { soakSince: at(3).toISOString() })).end, 'not-fixed');
});

test('another failure on the same workload teaches nothing, and is named when time is up', async () => {
  const other = {
    snapshot: cluster(0),
    incidents: [incident({ fingerprint: 'x', cause: 'image/not-found', summary: 'no such tag' })],
  };
  assert.equal((await look({}, 10, other)).end, 'waiting');
  const late = await look({}, 60, other);
  assert.equal(late.end, 'timed-out');
  assert.match(late.detail, /no such tag/);
  const worse = await look({}, 60, other, { stillServing: true });
  assert.equal(worse.end, 'made-worse');
});

test('a render that broke after the merge is said at once, and made-worse only when it stays', async () => {
  const conditions = [
    {
      type: 'ComparisonError',
      status: 'True',
      message: 'helm template failed',
      lastTransitionTime: '2026-11-21T12:00:20Z',
    },
  ];
  const early = await look({ revision: 'old', conditions }, 2);
  assert.deepEqual([early.end, early.reason], ['waiting', 'cannot-render']);
  assert.match(early.detail, /helm template failed/);
  assert.equal((await look({ revision: 'old', conditions }, 31)).end, 'made-worse');
  const before = [
    { ...conditions[0], type: 'ComparisonError', status: 'True', lastTransitionTime: '2026-11-21T11:00:00Z' },
  ];
  assert.equal((await look({ revision: 'old', applied: 'old', conditions: before }, 31)).end, 'never-applied');
});

test('what lies outside the repository is waited for, and never blamed on the fix', async () => {
  const message = 'failed to list refs: dial tcp 10.0.0.1:443: connection refused';
  const conditions = [{ type: 'ComparisonError', status: 'True', message, lastTransitionTime: '2026-11-21T12:00:20Z' }];
  assert.deepEqual(
    [(await look({ conditions }, 31)).end, (await look({ conditions }, 31)).reason],
    ['waiting', 'cannot-compare'],
  );
  assert.equal((await look({ conditions }, 25 * 60)).end, 'timed-out');
  const unanswered = { contains: async () => undefined };
  assert.deepEqual(
    [(await look({}, 31, unanswered)).end, (await look({}, 31, unanswered)).reason],
    ['waiting', 'cannot-tell'],
  );
  assert.equal((await look({}, 25 * 60, unanswered)).end, 'timed-out');
});

test('a failure that could not be seen is not gone', async () => {
  const blind = { sighted: false };
  assert.deepEqual([(await look({}, 14, blind)).end, (await look({}, 14, blind)).reason], ['waiting', 'blind']);
  assert.equal((await look({}, 60, blind)).end, 'timed-out');
});

test('a workload that is gone, or wants no pods, confirms nothing', async () => {
  const gone = { snapshot: snapshotWith({}) };
  assert.equal((await look({}, 14, gone, { soakSince: at(3).toISOString() })).reason, 'gone');
  assert.equal((await look({}, 60, gone)).end, 'timed-out');
  const idle = { snapshot: cluster(0, undefined, 0) };
  assert.equal((await look({}, 14, idle, { soakSince: at(3).toISOString() })).reason, 'idle');
});

test('pods of before the fix do not make a stuck rollout look done', async () => {
  const made = project('Deployment', {
    metadata: { name: 'web', namespace: 'shop', generation: 2 },
    spec: { replicas: 1, selector: {}, template: { spec: { containers: [{ name: 'web' }] } } },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
  });
  assert.ok(made.ok);
  const stuck = await look(
    {},
    14,
    { snapshot: snapshotWith({ Deployment: [made.value] }) },
    { soakSince: at(3).toISOString() },
  );
  assert.match(stuck.detail, /1 old replica is still there/);
});

test('a clock that went back does not make the soak last for ever', async () => {
  const soakSince = '2030-01-01T00:00:00Z';
  const first = await look({}, 3, {}, { soakSince });
  assert.equal(first.soakSince, at(3).toISOString());
  assert.equal((await look({}, -60)).end, 'waiting');
});

test('a second fault behind the first is another one, what the fix put there is not', async () => {
  const path = ['spec', 'template', 'spec', 'containers', 0, 'image'];
  const changes = [{ object: OBJECT, operations: [{ op: 'replace' as const, path, value: 'shop/web:2' }] }];
  const fix = { cause: 'image/not-found', subject: 'shop/web:1', changes };
  const seen = (subject: string) => ({
    snapshot: cluster(0),
    incidents: [incident({ fingerprint: 'g', cause: fix.cause, subject })],
  });
  assert.equal((await look({}, 3, seen('shop/web:2'), fix)).end, 'not-fixed');
  assert.equal((await look({}, 3, seen('shop/sidecar:9'), fix)).end, 'waiting');
});

test('a CronJob is verified by a Job that succeeded after the fix', async () => {
  const object = { apiVersion: 'batch/v1', kind: 'CronJob', namespace: 'shop', name: 'report' };
  const cron = (lastSuccessfulTime: string) => {
    const made = project('CronJob', {
      metadata: { name: 'report', namespace: 'shop' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'report' }] } } } },
      },
      status: { lastSuccessfulTime },
    });
    assert.ok(made.ok);
    return { snapshot: snapshotWith({ CronJob: [made.value] }) };
  };
  const soakSince = at(3).toISOString();
  assert.equal((await look({}, 14, cron('2026-11-21T09:00:00Z'), { object, soakSince })).end, 'waiting');
  assert.equal(
    (await look({}, 24 * 60, cron('2026-11-21T09:00:00Z'), { object })).end,
    'waiting',
    'it runs once a day',
  );
  assert.equal((await look({}, 30 * 60, cron('2026-11-21T09:00:00Z'), { object })).end, 'timed-out');
  assert.equal((await look({}, 14, cron('2026-11-21T12:05:00Z'), { object, soakSince })).end, 'verified');
});

const NEVER: readonly (readonly [string, State])[] = [
  ['manual-sync', { sync: 'OutOfSync', applied: 'old', automated: false }],
  ['out-of-sync', { sync: 'OutOfSync', applied: 'old' }],
  [
    'operation-running',
    {
      sync: 'OutOfSync',
      applied: 'old',
      phase: 'Running',
      message: 'waiting for healthy state of apps/Deployment/web',
    },
  ],
  ['operation-running', { revision: 'old', applied: 'old', phase: 'Running' }],
  ['sync-failed', { sync: 'OutOfSync', phase: 'Failed', message: 'one or more objects failed to apply' }],
  ['not-compared', { revision: 'old', applied: 'old' }],
];

for (const [reason, state] of NEVER) {
  test(`never applied: ${reason} (${state.phase ?? 'no operation'})`, async () => {
    const soon = await look(state, 5);
    assert.equal(soon.end, 'waiting');
    const late = await look(state, 31);
    assert.equal(late.end, 'never-applied');
    assert.equal(late.end === 'never-applied' && late.reason, reason);
  });
}

test('an Application that is gone is waited for, then said to be gone', async () => {
  assert.equal((await look({}, 5, { application: undefined })).end, 'waiting');
  assert.equal((await look({}, 31, { application: undefined })).end, 'never-applied');
  const unread = { application: undefined, applicationsUnread: true };
  assert.equal((await look({}, 31, unread)).end, 'waiting', 'what cannot be read is not gone');
  assert.equal((await look({}, 25 * 60, unread)).end, 'timed-out');
});

test('a Service, which has no pods of its own, is judged by what is seen after the fix', async () => {
  const object = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
  const same = incident({ object, affected: [], since: '2026-11-21T12:05:00Z' });
  assert.equal((await look({}, 6, { incidents: [same] }, { object })).end, 'not-fixed');
  const before = incident({ object, affected: [], since: '2026-11-21T11:00:00Z' });
  assert.equal((await look({}, 6, { incidents: [before] }, { object })).end, 'waiting');
  assert.equal((await look({}, 90, { incidents: [before] }, { object })).end, 'timed-out');
});

test('a merge that was taken out of the branch is no fix that Git holds and the cluster has not got', async () => {
  const state = { revision: 'rewritten', applied: 'rewritten' };
  const gone = { onBranch: async () => false };
  assert.equal((await look(state, 5, gone)).end, 'waiting');
  const end = await look(state, 60, gone);
  assert.deepEqual([end.end, /rewritten/.test(end.detail)], ['timed-out', true]);
  for (const onBranch of [async () => true, async () => undefined]) {
    assert.equal((await look(state, 60, { onBranch })).end, 'never-applied');
  }
});
