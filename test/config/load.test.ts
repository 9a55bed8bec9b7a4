import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { completeConfig } from '../../src/config/config.ts';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

test('an empty file means the defaults', () => {
  const config = parseConfig('', 'remendo.yaml');
  assert.ok(config.ok);
  assert.deepEqual(config.value, completeConfig({}));
  assert.deepEqual(config.value.policy, DEFAULT_POLICY);
});

test('durations and sizes become seconds and bytes', () => {
  const config = parseConfig(
    'verify: {soak: 10m}\nmemory: {ceiling: 2Gi}\npatterns: {halfLife: 30d}\n',
    'remendo.yaml',
  );
  assert.ok(config.ok);
  assert.equal(config.value.policy.verify.soakSeconds, 600);
  assert.equal(config.value.policy.memory.ceilingBytes, 2 * 1024 ** 3);
  assert.equal(config.value.policy.patterns.halfLifeDays, 30);
  assert.equal(config.value.policy.verify.propagationSeconds, DEFAULT_POLICY.verify.propagationSeconds);
});

const MISTAKES = [
  { text: 'mode: propse\n', line: 1, column: 1, says: /mode: .*observe/ },
  { text: 'cluster:\n  nam: x\n', line: 2, column: 3, says: /unknown key nam/, hint: /name/ },
  { text: 'verify:\n  soak: 10\n', line: 2, column: 3, says: /number and a unit/ },
  { text: 'argocd:\n  server: http://argocd.example.com\n', line: 2, column: 3, says: /write https:\/\/HOST/ },
  { text: 'memory: {ceiling: lots}\n', line: 1, column: 10, says: /512Mi/ },
  { text: 'repositories:\n- url: x\n  pth: y\n', line: 3, column: 3, says: /unknown key pth/, hint: /path/ },
] as const;

for (const { text, line, column, says, ...more } of MISTAKES) {
  test(`points at the mistake in ${JSON.stringify(text)}`, () => {
    const config = parseConfig(text, 'remendo.yaml');
    assert.ok(!config.ok);
    const [problem] = config.error;
    assert.equal(problem?.code, 'config-invalid');
    assert.match(problem?.message ?? '', says);
    assert.deepEqual(problem?.place, { file: 'remendo.yaml', line, column });
    assert.match(problem?.excerpt ?? '', /\^/);
    if ('hint' in more) assert.match(problem?.hint ?? '', more.hint);
  });
}

test('all mistakes of a file are told at once', () => {
  const config = parseConfig('mode: x\nlog: {level: loud}\n', 'remendo.yaml');
  assert.ok(!config.ok);
  assert.equal(config.error.length, 2);
});

test('broken YAML is a syntax problem with a place', () => {
  const config = parseConfig('mode: [observe\n', 'remendo.yaml');
  assert.ok(!config.ok);
  assert.equal(config.error[0]?.code, 'config-syntax');
  assert.ok((config.error[0]?.place?.line ?? 0) >= 1);
});

test('a named file must exist; the usual one need not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-config-'));
  try {
    const missing = loadConfig(join(folder, 'none.yaml'));
    assert.ok(!missing.ok);
    assert.equal(missing.error[0]?.code, 'config-missing');
    const file = join(folder, 'some.yaml');
    writeFileSync(file, 'mode: propose\n');
    const found = loadConfig(file);
    assert.ok(found.ok);
    assert.equal(found.value.policy.mode, 'propose');
    const unreadable = loadConfig(folder);
    assert.ok(!unreadable.ok);
    assert.equal(unreadable.error[0]?.code, 'config-unreadable');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
