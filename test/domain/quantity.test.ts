import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  formatBytes,
  formatMillicores,
  fromUnits,
  parseQuantity,
  quantity,
  toUnits,
} from '../../src/domain/quantity.ts';
import { scaleQuantity } from '../../src/domain/scale-quantity.ts';

void test('quantities are read as apimachinery reads them', () => {
  const NANO = 1_000_000_000n;
  const rows: readonly (readonly [string | number, bigint])[] = [
    ['100m', NANO / 10n],
    ['0.1', NANO / 10n],
    ['1.5Gi', (3n * 1024n ** 3n * NANO) / 2n],
    ['1e3', 1000n * NANO],
    ['1E3', 1000n * NANO],
    ['1E', 10n ** 18n * NANO],
    ['12e-1', (12n * NANO) / 10n],
    ['.5', NANO / 2n],
    ['5.', 5n * NANO],
    ['+1Ki', 1024n * NANO],
    ['-1', -NANO],
    ['1n', 1n],
    ['0.1n', 1n],
    [2, 2n * NANO],
    [0.25, NANO / 4n],
  ];
  for (const [text, expected] of rows) assert.equal(quantity(text), expected, String(text));
  for (const text of ['', 'Mi', '1 Mi', '1mi', '1KiB', '1e', '0x10', '1_000', '1,5', 'NaN', '--1']) {
    const parsed = parseQuantity(text);
    assert.equal(parsed.ok ? parsed.value : parsed.error.code, 'bad-quantity', text);
  }
});

void test('a text of any length is looked at once', () => {
  const digits = '1'.repeat(1_000_000);
  assert.equal(quantity(`${digits}x`), undefined);
  assert.equal(scaleQuantity(`${digits}x`, 2, 'others'), undefined);
});

function units(text: string): number {
  return toUnits(quantity(text) ?? 0n);
}

void test('whole units are rounded up, below zero too', () => {
  assert.deepEqual([units('1'), units('1m'), units('1001m'), units('0')], [1, 1, 2, 0]);
  assert.deepEqual([units('-1500m') + 0, units('-2')], [-1, -2]);
});

void test('law: bytes and millicores are read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (n) => {
      assert.equal(quantity(formatBytes(n)), fromUnits(n));
      assert.equal((quantity(formatMillicores(n)) ?? 0n) * 1000n, fromUnits(n));
    }),
  );
  assert.deepEqual(
    [formatBytes(268435456), formatBytes(1000), formatBytes(1024), formatMillicores(1500)],
    ['256Mi', '1000', '1Ki', '1500m'],
  );
});
