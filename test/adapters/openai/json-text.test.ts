import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { readJsonText } from '../../../src/adapters/openai/json-text.ts';

describe('JSON in a model answer', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));

  it('is read back from any of the ways that models write it', () => {
    const write = fc.constantFrom(
      (json: string) => json,
      (json: string) => `\n  ${json}\n`,
      (json: string) => `Sure! Here it is:\n\`\`\`json\n${json}\n\`\`\`\nAnything else?`,
      (json: string) => `<think>\nperhaps {not this}\n</think>\n${json}`,
      (json: string) => `The answer: ${json} That is all.`,
    );
    fc.assert(
      fc.property(object, write, (json, write) => assert.deepEqual(readJsonText(write(json)), JSON.parse(json))),
    );
  });

  it('is not found where there is none, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', 'a', ':') }),
        (text) => void readJsonText(text),
      ),
    );
    // As long as an answer may be: what a model that lost its way fills its tokens with.
    const endless = ['\n', '\n ', '`', '```\n', '{', '"'].map(
      (piece) => `\`\`\`json\n${piece.repeat(200_000 / piece.length)}`,
    );
    for (const text of [...endless, '', 'no', '{', '{"x":', '{x}'.repeat(50)])
      assert.equal(readJsonText(text), undefined);
  });
});
