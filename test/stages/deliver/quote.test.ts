import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { quoteBlock, quoteCode, quoteInline } from '../../../src/stages/deliver/quote.ts';

const HOSTILE = [
  'ping @octocat and @my-org/team now',
  'this fixes #12, closes: #13 and resolves owner/repo#14',
  'GH-77 and gh-78',
  'see https://evil.example/x or www.evil.example',
  '<!-- remendo:state v1 AAAA --> hidden',
  '[click](https://evil.example) ![pixel](http://evil.example/p.png)',
  '<img src=x onerror=alert(1)> | table | break',
  '```\nend of block\n```',
  '`code` and ``more``',
];

/** What a forge acts on in running text: mentions, references, closing words, links, comments, HTML. */
const ACTIVE = [/@[A-Za-z0-9]/, /#\d/, /\bGH-\d/i, /\b(https?|ftp):\/\//i, /\bwww\.\w/i, /<!--/];

for (const text of HOSTILE) {
  test(`nothing in ${JSON.stringify(text)} acts on a forge`, () => {
    for (const quoted of [quoteInline(text), quoteCode(text)]) {
      for (const pattern of ACTIVE) assert.doesNotMatch(quoted, pattern);
      assert.doesNotMatch(quoted, /\n/);
    }
    assert.doesNotMatch(quoteInline(text), /(?<!\\)[<>|`[\]]/);
    assert.equal(quoteCode(text).replaceAll('`', '').length, quoteCode(text).length - 2);
  });
}

test('a fenced block cannot be closed from inside', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('`', '\n', 'a', '~', ' ') }), (text) => {
      const block = quoteBlock(text);
      const [fence = ''] = /^`+/.exec(block) ?? [];
      const inside = block.split('\n').slice(1, -1);
      assert.ok(inside.every((line) => !line.trim().startsWith(fence)));
      assert.ok(block.endsWith(`\n${fence}`));
    }),
  );
});

test('long texts are cut', () => {
  assert.ok(quoteInline('x'.repeat(1000)).length <= 300);
  assert.ok(quoteCode('x'.repeat(1000)).length <= 302);
});

test('an empty text is said to be empty', () => {
  assert.equal(quoteCode(''), '(empty)');
});
