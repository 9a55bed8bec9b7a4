import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followedIn, refutedChanges, repositoriesFor } from '../../src/engine/forge-memory.ts';
import type { PullRequest } from '../../src/ports/forge.ts';
import type { OwnPullRequest } from '../../src/stages/deliver/ledger.ts';
import { endLabel } from '../../src/stages/deliver/ledger.ts';
import { ENDS } from '../../src/stages/deliver/state-block.ts';
import { stateOf } from '../../src/stages/deliver/delivery.ts';
import { changeKey } from '../../src/stages/prove/checks/history.ts';
import { FINGERPRINT, delivery } from '../stages/deliver/world.ts';

const DELIVERY = delivery('a'.repeat(40));
const [CHANGE] = DELIVERY.fix.changes;
const SAME = changeKey(DELIVERY.fix);
/** The change that puts the old value back. */
const BACK = changeKey({
  changes: DELIVERY.fix.changes.map(({ object, operations }) => ({
    object,
    operations: operations.flatMap((item) => (item.op === 'test' ? [{ ...item, op: 'replace' as const }] : [])),
  })),
});

function own(
  state: PullRequest['state'],
  labels: readonly string[],
  more: Partial<OwnPullRequest> = {},
): OwnPullRequest {
  const pull: PullRequest = {
    number: 1,
    url: 'https://forge.example/acme/shop/pull/1',
    state,
    title: 't',
    body: '',
    head: { ref: 'remendo/x', sha: 'b' },
    base: { ref: 'main', sha: 'c' },
    labels,
    author: 'remendo',
    createdAt: '2026-11-21T08:00:00Z',
    updatedAt: '2026-11-21T08:00:00Z',
  };
  const end = ENDS.find((one) => labels.includes(endLabel(one)));
  return { pull, fingerprint: FINGERPRINT, state: { ...stateOf(DELIVERY), ...(end ? { end } : {}) }, ...more };
}

const CASES: readonly (readonly [PullRequest['state'], readonly string[], readonly string[]])[] = [
  ['open', ['remendo'], []],
  ['closed', ['remendo'], [SAME]],
  ['closed', ['remendo', 'remendo/rejected'], [SAME]],
  ['closed', ['remendo', 'remendo/resolved'], []],
  ['closed', ['remendo', 'remendo/rejected', 'remendo/retry'], []],
  ['merged', ['remendo'], [BACK]],
  ['merged', ['remendo', 'remendo/not-fixed'], [SAME, BACK]],
  ['merged', ['remendo', 'remendo/made-worse'], [SAME, BACK]],
  ['merged', ['remendo', 'remendo/verified'], [BACK]],
  ['merged', ['remendo', 'remendo/timed-out'], [BACK]],
  ['merged', ['remendo', 'remendo/not-fixed', 'remendo/retry'], []],
];

for (const [state, labels, refuted] of CASES) {
  void test(`a pull request that is ${state} (${labels.join(', ')}) forbids ${refuted.length} changes`, () => {
    assert.ok(CHANGE);
    assert.deepEqual([...refutedChanges([[own(state, labels)]], FINGERPRINT)].sort(), [...refuted].sort());
    assert.equal(refutedChanges([[own(state, labels)]], 'another').size, 0);
  });
}

void test('what people had put back is not proposed again, though it was verified', () => {
  const labels = ['remendo', 'remendo/verified'];
  const refuted = refutedChanges([[own('merged', labels, { reverted: true })]], FINGERPRINT);
  assert.deepEqual([...refuted].sort(), [SAME, BACK].sort());
});

void test('a label that Remendo did not write is no end', () => {
  const resolved = own('closed', ['remendo', 'remendo/resolved'], { state: stateOf(DELIVERY) });
  assert.deepEqual([...refutedChanges([[resolved]], FINGERPRINT)], [SAME]);
});

void test('a fix may belong to any Git source of the Application, on the branch that source follows', () => {
  const chart = { repoURL: 'https://charts.example/stable', chart: 'web', targetRevision: '1.2.3' };
  const values = { repoURL: 'https://forge.example/acme/values.git', ref: 'values', targetRevision: 'prod' };
  const own = { repoURL: 'https://forge.example/acme/shop', path: 'web', targetRevision: 'main' };
  const again = { repoURL: 'https://forge.example/ACME/shop.git', path: 'other' };
  const location = {
    ...DELIVERY.location,
    targetRevision: 'main',
    spec: { destination: {}, sources: [chart, values, own, again] },
  };
  assert.deepEqual(repositoriesFor(location), [
    'https://forge.example/acme/shop',
    'https://forge.example/acme/values.git',
  ]);
  assert.equal(followedIn(location, 'https://forge.example/acme/values'), 'prod');
  assert.equal(followedIn(location, 'https://forge.example/acme/shop.git'), 'main');
  assert.equal(followedIn(location, 'https://forge.example/acme/unknown'), 'HEAD');
});
