import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { JsonValue } from '../../../src/domain/json.ts';
import { createRedactor, REDACTED } from '../../../src/domain/redact.ts';
import { redactJson } from '../../../src/domain/redact/redact-json.ts';

const redact = createRedactor([]);

/** Secrets as people and machines make them: no word that has a meaning, nothing that a shell or template would expand. */
const secret = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9!#%^*_+.~-]{7,39}$/)
  .filter((text) => /[a-z]/.test(text) && /\d/.test(text) && /[A-Z]/.test(text));
const name = fc.constantFrom(
  'password',
  'DB_PASSWORD',
  'apiToken',
  'client-secret',
  'spring.datasource.password',
  'API_KEY',
);
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const words = fc.array(fc.constantFrom('GET', '/healthz', 'user=bob', 'port: 8080', 'error:', '"x"', '{', '}', ','), {
  maxLength: 6,
});

/** Ways to write a name and a secret. */
const writings: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n}: ${s}`,
  (n, s) => `${n}=${s}`,
  (n, s) => `${n}: "${s}"`,
  (n, s) => `--${n}=${s}`,
  (n, s) => `"${n}":"${s}"`,
  (n, s) => `{"a":1,"${n}":"${s}"}`,
  (n, s) => JSON.stringify(JSON.stringify({ [n]: s })),
  (n, s) => `- name: ${n}\n  value: ${s}`,
  (n, s) => `{"name":"${n}","value":"${s}"}`,
  (n, s) => `+  ${n}: |\n+    ${s}`,
];

describe('laws of the redactor', () => {
  it('hides a named secret however it is written and whatever stands around it', () => {
    fc.assert(
      fc.property(words, name, secret, fc.constantFrom(...writings), words, (before, name, secret, write, after) => {
        const text = `${before.join(' ')}\n${write(name, secret)}\n${after.join(' ')}`;
        const out = redact(text);
        assert.ok(!out.includes(secret), out);
        assert.ok(out.startsWith(before.join(' ')) && out.endsWith(after.join(' ')), out);
      }),
      { numRuns: 2000 },
    );
  });

  it('hides known secrets in any text, plain and encoded', () => {
    const known = fc
      .string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' })
      .filter((s) => s.trim().length >= 6);
    fc.assert(
      fc.property(fc.string(), known, fc.string(), (before, secret, after) => {
        fc.pre(!REDACTED.includes(secret.trim()) && !secret.includes('[') && !secret.includes(']'));
        const forms = [
          secret,
          Buffer.from(secret.trim()).toString('base64'),
          encodeURIComponent(secret.trim()),
          JSON.stringify(secret.trim()).slice(1, -1),
        ];
        const out = createRedactor([secret])(`${before} ${forms.join(' ')} ${after}`);
        for (const form of forms) assert.ok(!out.includes(form), out);
      }),
    );
  });

  it('is done in one pass: a second changes nothing', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string(),
        secret,
        name,
        fc.constantFrom('=', ': ', '"', "'", '\n', '\n  ', '- ', 'value: ', 'Bearer ', '://', '@', '[', ']', '|'),
      ),
    );
    fc.assert(
      fc.property(pieces, (pieces) => {
        const once = redact(pieces.join(''));
        assert.equal(redact(once), once);
      }),
      { numRuns: 2000 },
    );
  });

  it('comes to an end with any text', () => {
    const line = (before: string, piece: string): string => before + piece.repeat(60_000 / piece.length);
    const lines = [line('password: x', ' '), line('token: x', '\t'), line('a: ', 'A'), line('', 'a:b'), line('k', '0')];
    const text = lines.map((one) => `${one}\n`.repeat(20)).join('');
    assert.ok(redact(text).includes('password: [redacted]'));
    redactJson({ [`${'A'.repeat(1_000_000)}`]: 'x', [`k${'0'.repeat(1_000_000)}x`]: 'y' }, redact);
  });

  it('keeps digests, UUIDs, pod names, addresses and quantities', () => {
    const kept = fc.oneof(
      hex(64).map((digest) => `sha256:${digest}`),
      hex(40).map((sha) => `revision: ${sha}`),
      fc.uuid().map((uid) => `uid: ${uid}`),
      fc.ipV4().map((ip) => `podIP: ${ip}`),
      fc
        .tuple(fc.stringMatching(/^[a-z]{3,12}$/), hex(10), fc.stringMatching(/^[a-z0-9]{5}$/))
        .map(([a, b, c]) => `name: ${a}-${b}-${c}`),
      fc.nat().map((n) => `resourceVersion: "${n}"`),
      fc.nat(9999).map((n) => `memory: ${n}Mi`),
    );
    fc.assert(
      fc.property(fc.array(kept, { minLength: 1 }), (lines) => {
        const text = lines.join('\n');
        assert.equal(redact(text), text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('redactJson', () => {
  it('keeps the form of any value', () => {
    const shape = (value: JsonValue): unknown =>
      Array.isArray(value)
        ? value.map(shape)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]: [string, JsonValue]) => [key, shape(inner)]))
          : 0;
    const json = fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value)));
    fc.assert(fc.property(json, (value) => assert.deepEqual(shape(redactJson(value, redact)), shape(value))));
  });

  it('hides values of Secrets, of telling names, of variables and after flags', () => {
    const object = {
      kind: 'Secret',
      data: { user: 'YWRtaW4=' },
      list: [
        { name: 'DB_PASSWORD', value: 'hunter2' },
        { name: 'REGION', value: 'eu' },
      ],
      args: ['--token', 'hunter2', '-v', '--password=hunter2'],
      pin: { password: 1234, tokens: ['hunter2'] },
    };
    assert.deepEqual(redactJson(object, redact), {
      kind: 'Secret',
      data: { user: REDACTED },
      list: [
        { name: 'DB_PASSWORD', value: REDACTED },
        { name: 'REGION', value: 'eu' },
      ],
      args: ['--token', REDACTED, '-v', `--password=${REDACTED}`],
      pin: { password: REDACTED, tokens: [REDACTED] },
    });
  });
});
