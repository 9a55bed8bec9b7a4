import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from '../../../src/stages/deliver/delivery.ts';
import type { PullRequest } from '../../../src/ports/forge.ts';
import { endLabel, endOf } from '../../../src/stages/deliver/ledger.ts';
import type { RevertState } from '../../../src/stages/deliver/state-block.ts';
import {
  ENDS,
  ROOM_FOR_END,
  formatBlock,
  parseRevert,
  parseState,
  withEnd,
} from '../../../src/stages/deliver/state-block.ts';
import { delivery } from './world.ts';

const STATE = stateOf(delivery('a'.repeat(40)));
const BODY = `### web\r\n\r\n${formatBlock('state', { ...STATE, cause: 'forged' })} quoted\r\n\r\n${formatBlock('state', STATE)}`;

void test('an end is written into the last block and taken out again; every other byte stays', () => {
  for (const end of ENDS) {
    const ended = withEnd(BODY, end);
    assert.equal(parseState(ended)?.end, end);
    assert.ok(ended.length - BODY.length <= ROOM_FOR_END);
    assert.equal(withEnd(ended, end), ended);
    assert.equal(withEnd(ended, undefined), BODY);
  }
  assert.equal(withEnd('no block', 'verified'), 'no block');
});

void test('the block of a revert takes an end too', () => {
  const { fingerprint, cluster, application, repoURL, baseRevision, files } = STATE;
  const of = { of: 7, by: 'dana', comment: 1, objects: [STATE.object] };
  const revert: RevertState = { version: 1, fingerprint, cluster, application, repoURL, baseRevision, files, ...of };
  const body = formatBlock('revert', revert);
  assert.deepEqual(parseRevert(withEnd(body, 'reverted')), { ...revert, end: 'reverted' });
  assert.equal(parseState(body), undefined, 'a revert is no fix: nothing is learned from it');
});

const PULL: PullRequest = {
  number: 1,
  url: 'https://forge.example/acme/shop/pull/1',
  state: 'merged',
  title: 't',
  body: '',
  head: { ref: 'remendo/x', sha: 'b' },
  base: { ref: 'main', sha: 'c' },
  labels: [],
  author: 'remendo',
  createdAt: '2026-11-21T08:00:00Z',
  updatedAt: '2026-11-21T08:00:00Z',
};

void test('an end is what block and label both say, of a pull request that can have ended so', () => {
  const of = (
    state: PullRequest['state'],
    said: (typeof ENDS)[number] | undefined,
    ...labels: (typeof ENDS)[number][]
  ) =>
    endOf({
      pull: { ...PULL, state, labels: ['remendo', ...labels.map(endLabel)] },
      state: { ...STATE, ...(said ? { end: said } : {}) },
    });
  assert.equal(of('merged', 'verified', 'verified'), 'verified');
  assert.equal(of('merged', 'verified', 'not-fixed', 'verified'), 'verified');
  assert.equal(of('merged', undefined, 'verified'), undefined, 'somebody’s label');
  assert.equal(of('merged', 'verified'), undefined, 'a process that ended before the label');
  assert.equal(of('merged', 'not-fixed', 'verified'), undefined);
  assert.equal(of('merged', 'rejected', 'rejected'), undefined, 'reopened and merged after all');
  assert.equal(of('open', 'resolved', 'resolved'), undefined);
  assert.equal(of('closed', 'resolved', 'resolved'), 'resolved');
  assert.equal(endOf({ pull: { ...PULL, labels: [endLabel('verified')] }, state: undefined }), undefined);
});
