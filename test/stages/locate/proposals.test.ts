import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proposeValues } from '../../../src/stages/locate/proposals.ts';

const values = (...[scalar, before, after]: Parameters<typeof proposeValues>): readonly unknown[] =>
  proposeValues(scalar, before, after).map(({ value }) => value);

test('the whole, a part before or behind, and the type that the value has', () => {
  assert.deepEqual(values('64Mi', '64Mi', '128Mi'), ['128Mi']);
  assert.deepEqual(values(64, '64Mi', '128Mi'), [128]);
  assert.deepEqual(values('1.2', 'r/web:1.2', 'r/web:1.3'), ['1.3']);
  assert.deepEqual(values(true, 'true', 'false'), [false]);
  assert.deepEqual(values('1.2', 'r/web:1.2', 'r/api:1.3'), []);
});

test('a number that Go prints as of the wrong type becomes a string', () => {
  assert.deepEqual(values(2024, 'r/web:%!s(int64=2024)', 'r/web:2025'), ['2025']);
  assert.deepEqual(values(1.2, 'r/web:%!s(float64=1.2)-x', 'r/web:1.20-x'), ['1.20']);
  assert.deepEqual(values(7, 'r/web:%!s(int64=2024)', 'r/web:2025'), []);
  assert.deepEqual(values(2024, 'r/web:%!s(int64=2024)', 'r/api:2025'), []);
});

test('what was made upper case stays lower case where it is written', () => {
  assert.deepEqual(values('info', 'INFO', 'DEBUG'), ['debug']);
  assert.deepEqual(values('info', 'INFO', 'Debug'), []);
  assert.deepEqual(values('Info', 'INFO', 'DEBUG'), []);
});

test('of a text that the chart hands to tpl only what stands there as it is changes', () => {
  assert.deepEqual(
    values('https://{{ .Release.Name }}.old.example.com', 'https://web.old.example.com', 'https://web.new.example.com'),
    ['https://{{ .Release.Name }}.new.example.com'],
  );
  assert.deepEqual(values('{{ .Release.Name }}-cfg', '--from=web-cfg,x', '--from=web-config,x'), [
    '{{ .Release.Name }}-config',
  ]);
  assert.deepEqual(values('{{ .Release.Name }}-cfg', 'web-cfg', 'api-cfg'), []);
});
