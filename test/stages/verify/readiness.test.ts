import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';
import { project } from '../../../src/domain/kubernetes/project.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import type { Readiness } from '../../../src/stages/verify/readiness.ts';
import { readinessOf } from '../../../src/stages/verify/readiness.ts';
import { snapshotWith } from '../prove/scene.ts';

type Fields = Readonly<Record<string, unknown>>;

const APPLIED_AT = '2026-11-21T12:00:00Z';
const WORKLOAD = { selector: {}, template: { spec: { containers: [{ name: 'web' }] } } };

/** Whether an object with this specification and status runs as declared. `generation` is 3. */
function look(kind: Kind, spec: Fields, status?: Fields): Readiness {
  const raw = { metadata: { name: 'web', namespace: 'shop', generation: 3 }, spec, ...(status ? { status } : {}) };
  const object = project(kind, JSON.parse(JSON.stringify(raw)));
  assert.ok(object.ok, object.ok ? '' : object.error);
  const snapshot = snapshotWith({ [kind]: [object.value] });
  return readinessOf(snapshot, { apiVersion: 'v1', kind, namespace: 'shop', name: 'web' }, APPLIED_AT);
}

type Case = readonly [what: string, state: Readiness['state'], spec: Fields, status?: Fields];

/** As `kubectl rollout status` decides: k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go. */
const WORKLOADS: Readonly<Partial<Record<Kind, readonly Case[]>>> = {
  Deployment: [
    ['all updated and available', 'ready', { replicas: 2 }, deployment(2, 2, 2)],
    ['no number of replicas is one', 'ready', {}, deployment(1, 1, 1)],
    ['the newest generation is not seen', 'not-ready', {}, { ...deployment(1, 1, 1), observedGeneration: 2 }],
    ['no status', 'not-ready', {}],
    ['old pods are there', 'not-ready', { replicas: 2 }, deployment(3, 2, 3)],
    ['some are updated', 'not-ready', { replicas: 2 }, deployment(2, 1, 2)],
    ['not all are available', 'not-ready', { replicas: 2 }, deployment(2, 2, 1)],
    ['scaled to none', 'idle', { replicas: 0 }, deployment(0, 0, 0)],
  ],
  StatefulSet: [
    ['all updated and available', 'ready', { replicas: 3 }, statefulSet(3, 3, 3)],
    ['a server that counts no available pods', 'ready', { replicas: 3 }, { ...statefulSet(3, 3), readyReplicas: 3 }],
    ['some are updated', 'not-ready', { replicas: 3 }, statefulSet(3, 1, 3)],
    ['not all are available', 'not-ready', { replicas: 3 }, statefulSet(3, 3, 2)],
    ['all above the partition are updated', 'ready', { replicas: 3, ...partition(2) }, statefulSet(3, 1, 3)],
    ['not all above the partition are', 'not-ready', { replicas: 3, ...partition(1) }, statefulSet(3, 1, 3)],
    ['a partition above all replicas', 'ready', { replicas: 3, ...partition(9) }, statefulSet(3, 0, 3)],
    ['a partition hides no pod that fails', 'not-ready', { replicas: 3, ...partition(9) }, statefulSet(3, 0, 2)],
  ],
  DaemonSet: [
    ['on all nodes', 'ready', {}, daemonSet(2, 2, 2)],
    ['not yet on all nodes', 'not-ready', {}, daemonSet(2, 1, 2)],
    ['not available on all', 'not-ready', {}, daemonSet(2, 2, 1)],
    ['no node wants it', 'idle', {}, daemonSet(0, 0, 0)],
    ['the newest generation is not seen', 'not-ready', {}, { ...daemonSet(2, 2, 2), observedGeneration: 2 }],
  ],
};

function deployment(all: number, updated: number, available: number): Fields {
  return { observedGeneration: 3, replicas: all, updatedReplicas: updated, availableReplicas: available };
}

function statefulSet(all: number, updated: number, available?: number): Fields {
  return { observedGeneration: 3, replicas: all, updatedReplicas: updated, availableReplicas: available };
}

function daemonSet(desired: number, updated: number, available: number): Fields {
  const counts = { desiredNumberScheduled: desired, updatedNumberScheduled: updated, numberAvailable: available };
  return { observedGeneration: 3, ...counts };
}

function partition(at: number): Fields {
  return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: at } } };
}

for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'] as const) {
  for (const [what, state, spec, status] of WORKLOADS[kind] ?? []) {
    test(`${kind}: ${what}: ${state}`, () => {
      assert.equal(look(kind, { ...WORKLOAD, ...spec }, status).state, state);
    });
  }
}

test('a Job is ready when it is complete', () => {
  const spec = { template: WORKLOAD.template };
  const under = (type: string, status: string): Readiness => look('Job', spec, { conditions: [{ type, status }] });
  assert.equal(under('Complete', 'True').state, 'ready');
  assert.equal(under('Complete', 'False').state, 'not-ready');
  assert.equal(under('Failed', 'True').state, 'not-ready');
  assert.equal(look('Job', spec).state, 'not-ready');
});

test('a CronJob is ready when a Job of it succeeded since the fix was applied', () => {
  const spec = { schedule: '* * * * *', jobTemplate: { spec: { template: WORKLOAD.template } } };
  assert.equal(look('CronJob', spec).state, 'not-ready');
  assert.equal(look('CronJob', spec, { lastSuccessfulTime: '2026-11-21T11:59:59Z' }).state, 'not-ready');
  assert.equal(look('CronJob', spec, { lastSuccessfulTime: '2026-11-21T12:00:01Z' }).state, 'ready');
  assert.equal(look('CronJob', { ...spec, suspend: true }, { lastSuccessfulTime: APPLIED_AT }).state, 'idle');
});

test('a claim is ready when it is bound', () => {
  assert.equal(look('PersistentVolumeClaim', {}, { phase: 'Bound' }).state, 'ready');
  for (const status of [{ phase: 'Pending' }, { phase: 'Lost' }, undefined]) {
    assert.equal(look('PersistentVolumeClaim', {}, status).state, 'not-ready');
  }
});

test('an object that is not there is gone, whatever its kind; of kinds without such a state nothing is said', () => {
  const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];
  const kinds = [...workloads, 'PersistentVolumeClaim', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount'];
  for (const kind of kinds) {
    const ref = { apiVersion: 'v1', kind, namespace: 'shop', name: 'web' };
    assert.equal(readinessOf(snapshotWith(noObjects()), ref).state, 'gone', kind);
  }
  assert.equal(look('Service', { ports: [] }).state, 'unknown');
  const other = { apiVersion: 'example.com/v1', kind: 'Widget', namespace: 'shop', name: 'web' };
  assert.equal(readinessOf(snapshotWith(noObjects()), other).state, 'unknown');
});
