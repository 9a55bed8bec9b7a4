import assert from 'node:assert/strict';
import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { table, tableWidth, wrap } from '../../src/cli/terminal.ts';
import { printable, printableJson } from '../../src/cli/control-characters.ts';

const cells = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });

describe('table', () => {
  const rows = [
    ['#1', 'team/a/very/long/way/to/front.yaml:16'],
    ['#10', 'x.yaml:1'],
  ];

  it('cuts the end that says less', () => {
    assert.equal(table(rows, 25, { column: 1, keep: 'end' }), '#1   …ay/to/front.yaml:16\n#10  x.yaml:1');
    assert.equal(table(rows, 25, { column: 1, keep: 'start' }), '#1   team/a/very/long/wa…\n#10  x.yaml:1');
  });

  it('does not count colours', () => {
    const painted = [
      [styleText('red', 'ab', { validateStream: false }), 'c'],
      ['abcd', 'e'],
    ];
    assert.equal(stripVTControlCharacters(table(painted, 80, { column: 1, keep: 'start' })), 'ab    c\nabcd  e');
  });

  it('fits the width wherever its flexible column can give way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cells, cells, cells), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 100, max: 160 }),
        (some, width) => {
          const lines = table(some, width, { column: 1, keep: 'end' }).split('\n');
          assert.ok(lines.every((line) => line.length <= width));
          if (tableWidth(some) <= width) assert.ok(lines.every((line) => !line.includes('…')));
        },
      ),
    );
  });
});

describe('wrap', () => {
  it('keeps all words, and lines within the width unless one word is longer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[!-~]{1,30}$/), { maxLength: 40 }),
        fc.integer({ min: 34, max: 120 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width, '  ', '    ').split('\n');
          assert.deepEqual(
            lines.flatMap((line) => line.split(/ +/).filter(Boolean)),
            words,
          );
          assert.ok(lines.every((line) => line.length <= width));
        },
      ),
    );
  });
});

describe('printable', () => {
  it('leaves no character that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(printable(text), /(?![\n\t])[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('reaches every text of a document', () => {
    assert.deepEqual(printableJson({ a: ['\u001B[2J', 1], b: { c: 'fine' } }), {
      a: ['\\u001b[2J', 1],
      b: { c: 'fine' },
    });
  });
});
