import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application, ApplicationStatus } from '../../../src/domain/kubernetes/application.ts';
import { verifyRevert } from '../../../src/stages/verify/revert.ts';

const MERGED_AT = '2026-11-21T12:00:00Z';
const OBJECT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

/** One look, so many seconds after the merge; `status` undefined: the Application is gone. */
function look(status: ApplicationStatus | undefined, seconds: number, holds: boolean | 'cannot be asked' = true) {
  const application: Application = {
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: { destination: {}, syncPolicy: { automated: {} } },
    ...(status ? { status } : {}),
  };
  return verifyRevert(
    { mergedAt: MERGED_AT, objects: [OBJECT] },
    {
      application: status ? application : undefined,
      sourceIndex: 0,
      contains: async () => (holds === 'cannot be asked' ? undefined : holds),
      policy: { propagationSeconds: 60 },
      now: new Date(Date.parse(MERGED_AT) + seconds * 1000),
    },
  );
}

const SYNCED: ApplicationStatus = {
  sync: { status: 'Synced', revision: 'r' },
  health: { status: 'Degraded' },
  history: [{ revision: 'r', deployedAt: '2026-11-21T12:00:10Z' }],
};

void test('applied is enough: the workload may go on failing', async () => {
  assert.deepEqual(await look(SYNCED, 20), { end: 'reverted', detail: 'Applied at 2026-11-21T12:00:10Z.' });
});

void test('not applied in time: never applied, with the reason', async () => {
  const early = await look(SYNCED, 20, false);
  const late = await look(SYNCED, 61, false);
  assert.deepEqual([early.end, late.end], ['waiting', 'never-applied']);
  assert.ok('reason' in late && late.reason === 'not-compared');
  const gone = await look(undefined, 61);
  assert.ok(gone.end === 'never-applied' && gone.reason === 'application-gone');
});

void test('a repository that cannot be asked is waited for, for a day and no longer', async () => {
  const ends = await Promise.all([3600, 25 * 3600].map((seconds) => look(SYNCED, seconds, 'cannot be asked')));
  assert.deepEqual(
    ends.map(({ end }) => end),
    ['waiting', 'never-applied'],
  );
});
