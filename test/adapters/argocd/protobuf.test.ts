import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { frame, readAnswer } from '../../../src/adapters/argocd/grpc-web.ts';
import { decodeMessage, encodeMessage } from '../../../src/adapters/argocd/protobuf.ts';

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const field = fc.tuple(
  number,
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 120, maxLength: 400 })),
);

test('what is encoded is decoded again, in its order', () => {
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const decoded = decodeMessage(encodeMessage(fields));
      assert.deepEqual(
        decoded?.map(({ number, value }) => [number, value.toString()]),
        fields,
      );
    }),
  );
});

test('numbers between texts are passed over; absent fields are not sent', () => {
  // Field 1 is the number 300, 2 the text `a`, 3 and 4 are fixed numbers of 64 and 32 bits, 5 is the text `b`.
  const message = Buffer.from('08ac0212016119000000000000000025000000002a0162', 'hex');
  assert.deepEqual(
    decodeMessage(message)?.map(({ number, value }) => [number, value.toString()]),
    [
      [2, 'a'],
      [5, 'b'],
    ],
  );
  assert.deepEqual(encodeMessage([[1, undefined]]), Buffer.alloc(0));
});

test('half a message is none, and no bytes break the reader', () => {
  const whole = encodeMessage([[4, encodeMessage([[6, 'x'.repeat(300)]])]]);
  for (let length = 1; length < whole.length; length++)
    assert.equal(decodeMessage(whole.subarray(0, length)), undefined, `${length} bytes`);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      decodeMessage(Buffer.from(bytes));
      readAnswer(new Headers(), Buffer.from(bytes));
    }),
  );
});

test('an answer of gRPC-web: the status stands in the last frame, or in the headers where there is no message', () => {
  const message = Buffer.from('message');
  const trailers = frame(Buffer.from('grpc-status: 0\r\n'));
  trailers[0] = 0x80;
  const whole = Buffer.concat([frame(message), trailers]);
  assert.deepEqual(readAnswer(new Headers(), whole), { code: 0, words: '', message });
  const refused = new Headers({ 'grpc-status': '7', 'grpc-message': 'no%0Aright, 100%' });
  assert.deepEqual(readAnswer(refused, Buffer.alloc(0)), { code: 7, words: 'no%0Aright, 100%', message: undefined });
  refused.set('grpc-message', 'no%0Aright');
  assert.equal(readAnswer(refused, Buffer.alloc(0))?.words, 'no\nright');
  assert.equal(readAnswer(new Headers(), frame(message)), undefined, 'without a status it is not over');
  assert.equal(readAnswer(new Headers(), whole.subarray(0, -1)), undefined);
  assert.equal(readAnswer(new Headers(), Buffer.from('<html>')), undefined);
});
