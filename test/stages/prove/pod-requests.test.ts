import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, toUnits } from '../../../src/domain/quantity.ts';
import { podAmounts } from '../../../src/stages/prove/pod-requests.ts';

const memory = (amount: string): object => ({ resources: { requests: { memory: amount } } });

const ROWS = [
  ['containers are summed', { containers: [memory('1Gi'), memory('2Gi')] }, '3Gi'],
  ['a limit without a request is one', { containers: [{ resources: { limits: { memory: '1Gi' } } }] }, '1Gi'],
  [
    'the largest init container counts where it is more',
    { initContainers: [memory('2Gi'), memory('4Gi')], containers: [memory('1Gi')] },
    '4Gi',
  ],
  [
    'a sidecar runs beside containers, and beside the init containers behind it',
    {
      initContainers: [memory('3Gi'), { ...memory('1Gi'), restartPolicy: 'Always' }, memory('3Gi')],
      containers: [memory('1Gi')],
    },
    '4Gi',
  ],
  ['overhead comes on top', { containers: [memory('1Gi')], overhead: { memory: '1Gi' } }, '2Gi'],
] as const;

for (const [name, spec, expected] of ROWS) {
  test(name, () => {
    const amounts = podAmounts(JSON.parse(JSON.stringify(spec)), 'requests');
    assert.equal(formatBytes(toUnits(amounts.get('memory') ?? 0n)), expected);
  });
}
