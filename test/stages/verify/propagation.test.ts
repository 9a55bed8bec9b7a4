import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../../../src/domain/kubernetes/application.ts';
import type { Contains, Propagation } from '../../../src/stages/verify/propagation.ts';
import { propagationOf } from '../../../src/stages/verify/propagation.ts';

type Status = NonNullable<Application['status']>;

const OBJECT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const RESOURCE = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
const MERGED_AT = '2026-11-21T12:00:00Z';

/** Commits in order: a larger number comes after the merge, which is m5. */
const contains: Contains = async (revision) => Number(revision.slice(1)) >= 5;

function look(
  status: Status,
  more: { index?: number; spec?: Partial<Application['spec']> } = {},
): Promise<Propagation> {
  const application: Application = {
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { destination: { namespace: 'shop' }, syncPolicy: { automated: {} }, ...more.spec },
    status: { reconciledAt: '2026-11-21T12:10:00Z', ...status },
  };
  return propagationOf(application, more.index ?? 0, { mergedAt: MERGED_AT, objects: [OBJECT] }, contains);
}

const reasonOf = (found: Propagation): string => (found.state === 'pending' ? found.reason : found.state);
const entry = (revision: string, minute: number) => ({
  revision,
  deployStartedAt: `2026-11-21T12:${String(minute).padStart(2, '0')}:00Z`,
  deployedAt: `2026-11-21T12:${String(minute).padStart(2, '0')}:30Z`,
});

void test('it was applied when the first deployment that contains it began, not the last', async () => {
  const history = [entry('m4', 0), entry('m5', 2), entry('m6', 5), entry('m7', 9)];
  const found = await look({ sync: { status: 'Synced', revision: 'm7' }, history });
  assert.deepEqual(found, { state: 'applied', at: '2026-11-21T12:02:00Z' });
});

void test('with no history the operation says when, and with neither the merge', async () => {
  const sync = { status: 'Synced', revision: 'm5' };
  const operationState = {
    phase: 'Succeeded',
    startedAt: '2026-11-21T12:01:00Z',
    finishedAt: '2026-11-21T12:01:09Z',
    syncResult: { revision: 'm5' },
  };
  assert.deepEqual(await look({ sync, operationState }), { state: 'applied', at: '2026-11-21T12:01:00Z' });
  assert.deepEqual(await look({ sync }), { state: 'applied', at: MERGED_AT });
});

void test('a rollback is named, and a new deployment after it counts', async () => {
  const rolledBack = [entry('m4', 0), entry('m5', 2), entry('m4', 6)];
  const sync = { status: 'OutOfSync', revision: 'm5' };
  assert.equal(reasonOf(await look({ sync, history: rolledBack })), 'rolled-back');
  const again = [...rolledBack, entry('m6', 8)];
  assert.deepEqual(await look({ sync: { status: 'Synced', revision: 'm6' }, history: again }), {
    state: 'applied',
    at: '2026-11-21T12:08:00Z',
  });
});

void test('of several sources the one that was merged into counts', async () => {
  const sync = { status: 'Synced', revision: '', revisions: ['18.2.0', 'm5'] };
  const history = [{ revisions: ['18.1.0', 'm5'], deployedAt: '2026-11-21T12:03:00Z' }];
  assert.deepEqual(await look({ sync, history }, { index: 1 }), { state: 'applied', at: '2026-11-21T12:03:00Z' });
  assert.equal(reasonOf(await look({ sync: { ...sync, revisions: ['18.2.0', 'm4'] } }, { index: 1 })), 'not-compared');
});

void test('other objects that are never in sync do not hide that this one is', async () => {
  const resources = [
    { ...RESOURCE, status: 'Synced' },
    { ...RESOURCE, name: 'other', status: 'OutOfSync' },
  ];
  const sync = { status: 'OutOfSync', revision: 'm5' };
  assert.equal((await look({ sync, resources, history: [entry('m5', 2)] })).state, 'applied');
  const own = [{ ...RESOURCE, status: 'OutOfSync' }];
  assert.equal(reasonOf(await look({ sync: { ...sync, status: 'Synced' }, resources: own })), 'out-of-sync');
});

void test('a sync that waits for the health of the workload has applied it', async () => {
  const operationState = {
    phase: 'Running',
    message: 'waiting for healthy state of apps/Deployment/web',
    startedAt: '2026-11-21T12:02:00Z',
    syncResult: { revision: 'm5' },
  };
  const sync = { status: 'Synced', revision: 'm5' };
  const resources = [{ ...RESOURCE, status: 'Synced' }];
  assert.deepEqual(await look({ sync, resources, operationState }), { state: 'applied', at: '2026-11-21T12:02:00Z' });
  const stuck = { ...operationState, syncResult: { revision: 'm4' } };
  const outOfSync = { status: 'OutOfSync', revision: 'm5' };
  assert.equal(reasonOf(await look({ sync: outOfSync, operationState: stuck })), 'operation-running');
});

void test('the comparison must be newer than the sync', async () => {
  const operationState = { phase: 'Succeeded', finishedAt: '2026-11-21T12:20:00Z', syncResult: { revision: 'm5' } };
  const sync = { status: 'Synced', revision: 'm5' };
  assert.equal(reasonOf(await look({ sync, operationState })), 'not-reconciled');
});

void test('a cluster whose clock is behind the forge’s is believed', async () => {
  const history = [{ revision: 'm5', deployStartedAt: '2026-11-21T11:50:00Z' }];
  const found = await look({
    sync: { status: 'Synced', revision: 'm5' },
    history,
    reconciledAt: '2026-11-21T11:51:00Z',
  });
  assert.deepEqual(found, { state: 'applied', at: '2026-11-21T11:50:00Z' });
});

void test('an Application that is annotated, or has no status, is said to be', async () => {
  const none = { metadata: { name: 'shop' }, spec: { destination: {} } };
  const merge = { mergedAt: MERGED_AT, objects: [OBJECT] };
  assert.equal(reasonOf(await propagationOf(none, 0, merge, contains)), 'no-status');
  const annotations = { 'argocd.argoproj.io/skip-reconcile': 'true' };
  const skipped = {
    metadata: { name: 'shop', annotations },
    spec: { destination: {} },
    status: { sync: { revision: 'm4' } },
  };
  assert.equal(reasonOf(await propagationOf(skipped, 0, merge, contains)), 'skip-reconcile');
});
