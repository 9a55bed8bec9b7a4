import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Application } from '../../../src/domain/kubernetes/application.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import type { TrackingSettings } from '../../../src/stages/locate/applications.ts';
import type { Marks } from '../../../src/stages/locate/unmanaged.ts';
import { findApplication, indexApplications } from '../../../src/stages/locate/applications.ts';
import { parseTrackingId } from '../../../src/stages/locate/tracking.ts';

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const LISTED = [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }];

function application(name: string, resources: object[] = [], namespace = 'argocd'): Application {
  return Application.parse({
    metadata: { name, namespace },
    spec: { source: { repoURL: 'https://git.example.com/a.git', path: 'a' }, destination: { namespace: 'shop' } },
    status: { resources },
  });
}

function find(applications: Application[], marks: Marks, settings: TrackingSettings = {}, object = WEB): string {
  const snapshot: Snapshot = {
    cluster: 'c',
    takenAt: '2026-11-21T12:00:00Z',
    objects: { ...noObjects(), Application: applications },
    blind: [],
  };
  const found = findApplication(indexApplications(snapshot, settings), object, marks);
  if (!found.ok) return `${found.error.code}: ${found.error.message}`;
  const { metadata } = found.value.application;
  return `${metadata.namespace}/${metadata.name} by ${found.value.by}`;
}

const tracked = (id: string, more: Record<string, string> = {}): Marks => ({
  annotations: { 'argocd.argoproj.io/tracking-id': id, ...more },
});

test('a tracking annotation that names its own object names the Application', () => {
  assert.equal(
    find([application('shop')], tracked('shop:apps/Deployment:shop/web')),
    'argocd/shop by tracking-annotation',
  );
});

test('an annotation that names another object was copied and counts for nothing', () => {
  const copied = tracked('shop:apps/StatefulSet:shop/db');
  assert.match(find([application('shop')], copied), /^not-managed: .*another tool copied it/);
  assert.equal(find([application('shop'), application('web', LISTED)], copied), 'argocd/web by status');
});

test('Applications outside the control plane are named with their namespace', () => {
  const both = [application('web', [], 'argocd'), application('web', [], 'team-a')];
  assert.equal(find(both, tracked('team-a_web:apps/Deployment:shop/web')), 'team-a/web by tracking-annotation');
  assert.match(find(both, tracked('web:apps/Deployment:shop/web')), /^ambiguous-application/);
  const listed = [application('web', LISTED, 'argocd'), application('web', [], 'team-a')];
  assert.equal(find(listed, tracked('web:apps/Deployment:shop/web')), 'argocd/web by tracking-annotation');
});

test('objects of cluster scope carry the destination namespace, which is not compared', () => {
  const object = { apiVersion: 'v1', kind: 'PersistentVolume', name: 'disk' };
  const marks = tracked('shop:/PersistentVolume:shop/disk');
  const snapshot = {
    cluster: 'c',
    takenAt: '',
    objects: { ...noObjects(), Application: [application('shop')] },
    blind: [],
  };
  assert.ok(findApplication(indexApplications(snapshot), object, marks).ok);
});

test('an installation id tells two Argo CDs apart', () => {
  const marks = tracked('shop:apps/Deployment:shop/web', { 'argocd.argoproj.io/installation-id': 'other' });
  assert.match(find([application('shop')], marks, { installationId: 'mine' }), /^not-managed: .*another Argo CD/);
  assert.match(find([application('shop')], marks, { installationId: 'other' }), /^argocd\/shop/);
});

test('a label counts only where an Application confirms it', () => {
  const labels = { 'app.kubernetes.io/instance': 'shop' };
  assert.match(find([application('shop')], { labels }), /^not-managed/);
  assert.equal(find([application('shop', LISTED)], { labels }), 'argocd/shop by label');
  const own = { 'example.com/app': 'shop' };
  const two = [application('shop', LISTED), application('other', LISTED)];
  assert.equal(find(two, { labels: own }, { instanceLabelKey: 'example.com/app' }), 'argocd/shop by label');
});

test('without marks the status of the Applications tells, where it is one', () => {
  assert.equal(find([application('shop', LISTED)], {}), 'argocd/shop by status');
  assert.match(
    find([application('a', LISTED), application('b', LISTED)], {}),
    /^ambiguous-application: .*argocd\/a, argocd\/b/,
  );
});

test('who manages the rest is told as far as labels and owners tell', () => {
  assert.match(find([], { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }), /Helm manages it/);
  assert.match(find([], { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }), /Flux deploys it/);
  assert.match(find([], { ownerReferences: [{ kind: 'Postgres', name: 'db' }] }), /Postgres db made it/);
  assert.match(find([], {}), /no Argo CD Application manages it/);
  assert.match(find([], tracked('gone:apps/Deployment:shop/web')), /its Application gone is not there/);
});

test('Applications that cannot be read are said to be the reason', () => {
  const snapshot: Snapshot = {
    cluster: 'c',
    takenAt: '',
    objects: noObjects(),
    blind: [{ kind: 'Application', reason: 'forbidden' }],
  };
  const found = findApplication(indexApplications(snapshot), WEB, {});
  assert.ok(!found.ok);
  assert.match(found.error.message, /could not be read: forbidden/);
});

test('tracking ids are read as Argo CD reads them', () => {
  assert.deepEqual(parseTrackingId('a:/Service:ns/web'), {
    application: { name: 'a' },
    group: '',
    kind: 'Service',
    namespace: 'ns',
    name: 'web',
  });
  assert.equal(parseTrackingId('a:apps/Deployment:ns/with:colon')?.name, 'with:colon');
  for (const text of ['', 'a', 'a:b', 'a:b:c/d', 'a:x/y/z:n/m', 'a:x/y:n', ':x/y:n/m', 'a:x/y:n/m/o']) {
    assert.equal(parseTrackingId(text), undefined, text);
  }
});
