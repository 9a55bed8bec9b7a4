import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldPath } from '../../../src/domain/field-path.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { references } from '../../../src/stages/prove/checks/references.ts';
import { rendered, scene, snapshotWith } from './scene.ts';

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: ngnix
  rules:
  - http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: wbe, port: {number: 80}}}}
`;
const SCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}}
`;
const SERVICES = { Service: [{ metadata: { name: 'web', namespace: 'shop' } }] };
const CLASSES = { IngressClass: [{ metadata: { name: 'nginx' } }] };
const SETS = {
  StatefulSet: [
    {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: {}, template: { spec: { containers: [{ name: 'web' }] } } },
    },
  ],
};

/** What the check says of an edit of one field. */
async function said(yaml: string, path: FieldPath, value: JsonValue, snapshot: Snapshot): Promise<string> {
  const [object] = rendered(yaml);
  assert.ok(object);
  const changes = [{ object: object.ref, operations: [{ op: 'replace' as const, path, value }] }];
  const { result, detail } = await references.run(scene({ before: yaml, changes, more: { snapshot } }));
  return `${result}: ${detail}`;
}

const BACKEND: FieldPath = ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name'];
const CLASS: FieldPath = ['spec', 'ingressClassName'];
const TARGET: FieldPath = ['spec', 'scaleTargetRef', 'name'];
const KIND: FieldPath = ['spec', 'scaleTargetRef', 'kind'];

test('what an Ingress newly sends to must exist in its namespace', async () => {
  assert.match(await said(INGRESS, BACKEND, 'web', snapshotWith(SERVICES)), /^pass/);
  assert.match(
    await said(INGRESS, BACKEND, 'api', snapshotWith(SERVICES)),
    /^fail: .*Service api, which does not exist/,
  );
  const elsewhere = { Service: [{ metadata: { name: 'web', namespace: 'lab' } }] };
  assert.match(await said(INGRESS, BACKEND, 'web', snapshotWith(elsewhere)), /^fail/);
  const unread = snapshotWith({}, [{ kind: 'Service', reason: 'forbidden' }]);
  assert.match(await said(INGRESS, BACKEND, 'web', unread), /^unknown: .*Services cannot be read/);
});

test('a class belongs to no namespace', async () => {
  assert.match(await said(INGRESS, CLASS, 'nginx', snapshotWith(CLASSES)), /^pass/);
  assert.match(await said(INGRESS, CLASS, 'traefik', snapshotWith(CLASSES)), /^fail: .*IngressClass traefik/);
});

test('what an autoscaler newly scales must exist; of other APIs nothing is known', async () => {
  assert.match(await said(SCALER, TARGET, 'web', snapshotWith(SETS)), /^fail: .*Deployment web/);
  const named = SCALER.replace('wbe', 'web');
  assert.match(await said(named, KIND, 'StatefulSet', snapshotWith(SETS)), /^pass/);
  assert.match(await said(named, KIND, 'Rollout', snapshotWith(SETS)), /^not-applicable/);
});
