import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../src/domain/json.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import { refOf } from '../../../src/domain/object-ref.ts';
import { PROJECTIONS } from '../../../src/domain/kubernetes/kinds.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import type { ProposeContext } from '../../../src/stages/propose/proposer.ts';
import { immutableReason } from '../../../src/stages/propose/immutable.ts';

const template = { spec: { containers: [{ name: 'c' }] } };

function reason(object: JsonObject, field: string, inCluster = true): string | undefined {
  const ref = refOf(object);
  const path = parseFieldPath(field);
  assert(ref && path.ok);
  const objects = noObjects();
  if (inCluster && ref.kind === 'Job') objects.Job.push(PROJECTIONS.Job.parse(object));
  if (inCluster && ref.kind === 'StatefulSet') objects.StatefulSet.push(PROJECTIONS.StatefulSet.parse(object));
  if (inCluster && ref.kind === 'ConfigMap') objects.ConfigMap.push(PROJECTIONS.ConfigMap.parse(object));
  if (inCluster && ref.kind === 'PersistentVolumeClaim')
    objects.PersistentVolumeClaim.push(PROJECTIONS.PersistentVolumeClaim.parse(object));
  const context: Pick<ProposeContext, 'siblings' | 'snapshot'> = {
    siblings: [{ ref, object }],
    snapshot: { cluster: 'c', takenAt: '2026-01-01T00:00:00Z', objects, blind: [] },
  };
  return immutableReason([{ object: ref, operations: [{ op: 'add', path: path.value, value: 'x' }] }], context);
}

const job = (annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'n', annotations },
  spec: { template },
});
const set: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 's', namespace: 'n' },
  spec: { selector: {}, template },
};
const map = (immutable: boolean): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'm', namespace: 'n' },
  immutable,
  data: {},
});
const claim = (spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'p', namespace: 'n' },
  spec,
});

describe('fields that cannot be changed after creation', () => {
  it('a Job keeps its template, unless Argo CD makes it again or it is not there yet', () => {
    assert.match(reason(job(), 'spec.template.spec.restartPolicy') ?? '', /Job n\/j cannot be changed/);
    assert.equal(reason(job(), 'spec.suspend'), undefined);
    assert.equal(reason(job(), 'spec.template.spec.restartPolicy', false), undefined);
    assert.equal(reason(job({ 'argocd.argoproj.io/hook': 'PreSync' }), 'spec.template.spec.restartPolicy'), undefined);
    assert.equal(
      reason(job({ 'argocd.argoproj.io/sync-options': 'Force=true, Replace=true' }), 'spec.template.spec.x'),
      undefined,
    );
    assert.notEqual(
      reason(job({ 'argocd.argoproj.io/sync-options': 'Replace=true' }), 'spec.template.spec.x'),
      undefined,
    );
  });

  it('a StatefulSet lets its template change, not its claims', () => {
    assert.equal(reason(set, 'spec.template.spec.x'), undefined);
    assert.notEqual(reason(set, 'spec.serviceName'), undefined);
  });

  it('an immutable ConfigMap keeps its data', () => {
    assert.notEqual(reason(map(true), 'data.k'), undefined);
    assert.equal(reason(map(false), 'data.k'), undefined);
  });

  it('a claim takes a class while it has none, and may grow', () => {
    assert.equal(reason(claim({}), 'spec.storageClassName'), undefined);
    assert.notEqual(reason(claim({ storageClassName: 'a' }), 'spec.storageClassName'), undefined);
    assert.equal(reason(claim({ resources: { requests: {} } }), 'spec.resources.requests.storage'), undefined);
    assert.notEqual(reason(claim({}), 'spec.volumeName'), undefined);
  });
});
