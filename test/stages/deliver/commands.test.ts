import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comment } from '../../../src/ports/forge.ts';
import { newestCommand } from '../../../src/stages/deliver/commands.ts';

const MARKER = '<!-- own -->';

function comment(id: number, body: string, more: Partial<Comment> = {}): Comment {
  return { id, body, author: `a${id}`, trusted: true, createdAt: `2026-11-21T12:00:0${id}Z`, ...more };
}

const ask = (id: number, more: Partial<Comment> = {}): Comment => comment(id, '/remendo revert', more);

void test('the newest counts, by time and then by number', () => {
  assert.equal(newestCommand([ask(2), ask(1)], MARKER)?.comment, 2);
  const createdAt = '2026-11-21T12:00:00Z';
  assert.equal(newestCommand([ask(3, { createdAt }), ask(4, { createdAt })], MARKER)?.by, 'a4');
  assert.equal(newestCommand([comment(1, 'thank you')], MARKER), undefined);
});

void test('who may write goes before who may not, and the latter is still known', () => {
  const mallory = ask(5, { trusted: false });
  assert.deepEqual(newestCommand([ask(1), mallory], MARKER)?.comment, 1);
  assert.deepEqual(newestCommand([mallory], MARKER), { name: 'revert', comment: 5, by: 'a5', trusted: false });
});

void test('Remendo’s own comment is no command, also where it acts as a person who gives one', () => {
  const own = comment(1, `${MARKER}\n/remendo revert`, { author: 'dana' });
  assert.equal(newestCommand([own], MARKER), undefined);
  assert.equal(newestCommand([own, ask(2, { author: 'dana' })], MARKER)?.comment, 2);
});

void test('a code block ends where CommonMark ends it', () => {
  const asks = (body: string): boolean => newestCommand([comment(1, body)], MARKER) !== undefined;
  assert.ok(asks('```\nx\n```\n/remendo revert'));
  assert.ok(asks('  \n/remendo revert  \r\n'));
  assert.ok(!asks('````\n```\n/remendo revert\n````'));
  assert.ok(!asks('```\n``` yaml\n/remendo revert'), 'a fence with words behind it closes nothing');
  assert.ok(!asks('~~~\n/remendo revert'), 'an open block goes on to the end');
  assert.ok(!asks('<!-- never closed\n/remendo revert'));
});
