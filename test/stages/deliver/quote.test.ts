import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { plainTitle, quoteBlock, quoteCode, quoteInline, quoteProse } from '../../../src/stages/deliver/quote.ts';

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
    for (const quoted of [quoteInline(text), quoteCode(text), quoteProse(text)]) {
      for (const pattern of ACTIVE) assert.doesNotMatch(quoted, pattern);
      assert.doesNotMatch(quoted, /\n/);
    }
    assert.doesNotMatch(quoteInline(text), /(?<!\\)[<>|`[\]]/);
    assert.equal(quoteCode(text).replaceAll('`', '').length, quoteCode(text).length - 2);
  });
}

test('names between backticks are code spans, and what is left of a pair is text', () => {
  assert.equal(quoteProse('`a_b` was `x`, now y_z'), '`a_b` was `x`, now y\\_z');
  assert.equal(quoteProse('no pair: `a'), 'no pair: \\`a');
  assert.equal(quoteProse('nothing in it: ` `'), 'nothing in it: \\` \\`');
  assert.equal(quoteProse('`a`b`c`'), '`a`\u200Bb\u200B`c`');
  assert.equal(quoteProse(`\`${'x'.repeat(20)}\` and more`, 12), `\\\`${'x'.repeat(10)}…`);
});

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

test('a title neither refers to anything nor calls the work unfinished', () => {
  assert.equal(plainTitle('wip: set image to x!12 #13 @dana'), 'wip - set image to x12 13 dana');
  assert.equal(plainTitle('Draft: y'), 'Draft - y');
  assert.equal(plainTitle('wipe: z'), 'wipe: z');
});

test('names that are no commits stay as they can be copied', () => {
  for (const text of ['web-7d4b9c6f5d-abcde', 'sha256:0123abcdef', 'registry/a1b2c3d']) {
    // What follows at the end must not make the name of a picture of it.
    assert.equal(quoteInline(text).replace(/\u200B$/, ''), text);
  }
});

test('times of day, lines of files and ports stay as they can be copied', () => {
  const texts = [
    '12:54:35',
    '2026-11-21T12:54:35Z',
    '12:54: no answer',
    '12:54:35Z: no answer',
    'server.js:142:7',
    'main.go:42:',
    'db:5432:5',
  ];
  for (const text of texts) assert.ok(!quoteInline(text).includes('\u200B'), text);
});

test('what may be the name of a picture is none any more, wherever it stands', () => {
  const texts = [
    ':tada:',
    'a:100:b',
    '12:100:34',
    ':1234:',
    'x:+1:',
    ':-1:',
    ':8ball:',
    '1:54:smile:',
    'fe80:ab:cd::1',
  ];
  for (const text of texts) assert.doesNotMatch(quoteInline(text), /:(?:(?!\d+:)[\w+-]+|100|1234):/, text);
  for (const text of ['so :tada', 'a:100']) {
    assert.doesNotMatch(`${quoteInline(text)}: more`, /:(?:tada|100):/, 'the text around does not make one either');
  }
});

test('long texts are cut', () => {
  assert.ok(quoteInline('x'.repeat(1000)).length <= 300);
  assert.ok(quoteCode('x'.repeat(1000)).length <= 302);
});

test('an empty text is said to be empty', () => {
  assert.equal(quoteCode(''), '(empty)');
});
