import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOwnerIndex } from '../../src/domain/owners.ts';
import { noObjects } from '../../src/domain/snapshot.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';

const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-1-a' };
const spec = { containers: [{ name: 'web' }] };
const selector = {};
const template = { spec };

function snapshotOf(objects: Partial<Snapshot['objects']>): Snapshot {
  return { cluster: 'test', takenAt: '2026-03-01T12:00:00Z', objects: { ...noObjects(), ...objects }, blind: [] };
}

function owned(kind: string, name: string, more: { uid?: string; controller?: boolean } = {}) {
  const apiVersion = kind === 'Rollout' ? 'argoproj.io/v1alpha1' : kind === 'Node' ? 'v1' : 'apps/v1';
  return { apiVersion, kind, name, ...more };
}

function podOf(...ownerReferences: ReturnType<typeof owned>[]) {
  return { metadata: { name: 'web-1-a', namespace: 'shop', ownerReferences }, spec };
}

describe('owners', () => {
  it('walks to the top', () => {
    const set = {
      metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [owned('Deployment', 'web')] },
      spec: { selector },
    };
    const deployment = { metadata: { name: 'web', namespace: 'shop' }, spec: { selector, template } };
    const index = createOwnerIndex(
      snapshotOf({ Pod: [podOf(owned('ReplicaSet', 'web-1'))], ReplicaSet: [set], Deployment: [deployment] }),
    );
    assert.deepEqual(
      index.chain(POD).map(({ ref }) => ref.kind),
      ['Pod', 'ReplicaSet', 'Deployment'],
    );
  });

  it('ends at an owner that is not in the snapshot', () => {
    const index = createOwnerIndex(snapshotOf({ Pod: [podOf(owned('Rollout', 'web'))] }));
    assert.deepEqual(index.topOwner(POD), {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      namespace: 'shop',
      name: 'web',
    });
  });

  it('prefers the controller among several owners', () => {
    const index = createOwnerIndex(
      snapshotOf({ Pod: [podOf(owned('Rollout', 'other'), owned('StatefulSet', 'web', { controller: true }))] }),
    );
    assert.equal(index.topOwner(POD).kind, 'StatefulSet');
  });

  it('does not follow an object of the same name with another uid', () => {
    const set = {
      metadata: { name: 'web-1', namespace: 'shop', uid: 'new', ownerReferences: [owned('Deployment', 'web')] },
      spec: { selector },
    };
    const pod = podOf(owned('ReplicaSet', 'web-1', { uid: 'old' }));
    assert.equal(createOwnerIndex(snapshotOf({ Pod: [pod], ReplicaSet: [set] })).topOwner(POD).kind, 'ReplicaSet');
  });

  it('takes a mirror pod for its own top', () => {
    assert.deepEqual(createOwnerIndex(snapshotOf({ Pod: [podOf(owned('Node', 'n1'))] })).topOwner(POD), POD);
  });

  it('survives owners that own each other', () => {
    const a = {
      metadata: { name: 'a', namespace: 'shop', ownerReferences: [owned('ReplicaSet', 'b')] },
      spec: { selector },
    };
    const b = {
      metadata: { name: 'b', namespace: 'shop', ownerReferences: [owned('ReplicaSet', 'a')] },
      spec: { selector },
    };
    const index = createOwnerIndex(snapshotOf({ Pod: [podOf(owned('ReplicaSet', 'a'))], ReplicaSet: [a, b] }));
    assert.ok(index.chain(POD).length <= 10);
  });
});
