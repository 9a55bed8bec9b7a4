import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import { checkNodeConstraints } from '../../../src/stages/detect/node-match.ts';
import { createSnapshotIndex } from '../../../src/stages/detect/snapshot-index.ts';

type Expression = { key: string; operator: string; values?: string[] };

/** What blocks a pod on one node with the labels zone=a, cores=8. */
function blocking(expressions: Expression[], nodeSelector: Record<string, string> = {}): string {
  const node = { metadata: { name: 'n1', labels: { zone: 'a', cores: '8' } } };
  const snapshot = {
    cluster: 'test',
    takenAt: '2026-03-01T12:00:00Z',
    objects: { ...noObjects(), Node: [node] },
    blind: [],
  };
  const index = createSnapshotIndex(snapshot, DEFAULT_POLICY.detect);
  const nodeSelectorTerms = [{ matchExpressions: expressions }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return checkNodeConstraints(index, { containers: [], nodeSelector, affinity: { nodeAffinity } }).blocking;
}

describe('node constraints', () => {
  const met: Expression[] = [
    { key: 'zone', operator: 'In', values: ['a', 'b'] },
    { key: 'zone', operator: 'NotIn', values: ['b'] },
    { key: 'disk', operator: 'NotIn', values: ['ssd'] },
    { key: 'zone', operator: 'Exists' },
    { key: 'disk', operator: 'DoesNotExist' },
    { key: 'cores', operator: 'Gt', values: ['4'] },
    { key: 'cores', operator: 'Lt', values: ['16'] },
  ];
  const unmet: Expression[] = [
    { key: 'zone', operator: 'In', values: ['b'] },
    { key: 'zone', operator: 'NotIn', values: ['a'] },
    { key: 'disk', operator: 'Exists' },
    { key: 'zone', operator: 'DoesNotExist' },
    { key: 'cores', operator: 'Gt', values: ['8'] },
    { key: 'disk', operator: 'Lt', values: ['16'] },
    { key: 'zone', operator: 'Near', values: ['a'] },
  ];
  for (const expression of met) {
    it(`is met: ${JSON.stringify(expression)}`, () => assert.equal(blocking([expression]), 'none'));
  }
  for (const expression of unmet) {
    it(`is not met: ${JSON.stringify(expression)}`, () => assert.equal(blocking([expression]), 'node-affinity'));
  }
  it('needs every expression of a term', () => {
    const [first, second] = [met[0], unmet[0]];
    assert.ok(first && second);
    assert.equal(blocking([first, second]), 'node-affinity');
  });
  it('names the selector before the affinity', () => {
    assert.equal(blocking(unmet.slice(0, 1), { zone: 'c' }), 'node-selector');
  });
});
