import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

test('an alias without its anchor is a mistake with a place, and aliases that multiply are refused', () => {
  const config = parseConfig('mode: propose\ncluster: *one\n', 'remendo.yaml');
  const [problem] = config.ok ? [] : config.error;
  assert.equal(problem?.code, 'config-syntax');
  assert.match(problem?.message ?? '', /anchor/);
  assert.deepEqual(problem?.place, { file: 'remendo.yaml', line: 2, column: 10 });
  const levels = Array.from(
    { length: 9 },
    (_, i) =>
      `x${i}: &x${i} [${Array(9)
        .fill(i === 0 ? 'x' : `*x${i - 1}`)
        .join()}]`,
  );
  const bomb = parseConfig(levels.join('\n'), 'remendo.yaml');
  assert.equal(bomb.ok ? '' : bomb.error[0]?.code, 'config-syntax');
});

const WORDS = [
  { text: 'mode: Propose\n', says: 'mode: write one of observe, propose' },
  { text: 'limits:\n  openPullRequests: many\n', says: 'limits.openPullRequests: a number is expected, not text' },
  { text: 'limits:\n', says: 'limits: is empty: give it a value, or take the line out' },
  { text: 'llm: {callsPerHour: 3}\n', says: 'llm.model: is required' },
  { text: 'registry: {enabled: yes}\n', says: 'registry.enabled: true or false is expected: here yes is text' },
  { text: 'guardrails: {kinds: Job}\n', says: 'guardrails.kinds: a list is expected: write [Job]' },
  { text: 'memory: {factor: 9}\n', says: 'memory.factor: must be at most 4' },
  { text: 'memory: {ceiling: 8}\n', says: 'memory.ceiling: write a size as Kubernetes does: 512Mi or 8Gi' },
  { text: 'run: {listen: 8080}\n', says: 'run.listen: write HOST:PORT, such as 0.0.0.0:8080' },
  { text: 'github: {apiUrl: github.example.com}\n', says: 'github.apiUrl: write a whole address: https://HOST/PATH' },
  { text: '- mode: observe\n', says: 'a section with keys of its own is expected, not a list' },
  { text: 'mode: observe\nmode: propose\n', says: 'this key stands there twice' },
  { text: 'mode: observe\n---\nlog: {}\n', says: 'a second document begins here, and a configuration is one document' },
  { text: 'soak: 10m\n', says: 'soak: unknown key soak', hint: 'it is written as verify.soak' },
  // One letter from `mode`, and a key of its own elsewhere: the exact name is what was meant.
  { text: 'model: gpt-5\n', says: 'model: unknown key model', hint: 'it is written as llm.model' },
] as const;

for (const { text, says, ...more } of WORDS) {
  test(`says in plain words what is wrong with ${JSON.stringify(text)}`, () => {
    const config = parseConfig(text, 'remendo.yaml');
    const [problem] = config.ok ? [] : config.error;
    assert.equal(problem?.message, says);
    assert.equal(problem?.hint, 'hint' in more ? more.hint : undefined);
  });
}

test('a credential in the file is told of without being shown', () => {
  const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`.slice(0, 40);
  const config = parseConfig(`github:\n  token: ${token}\n`, 'remendo.yaml');
  const [problem] = config.ok ? [] : config.error;
  assert.match(problem?.message ?? '', /unknown key token/);
  assert.match(problem?.hint ?? '', /environment/);
  assert.match(problem?.excerpt ?? '', /token: \[redacted\]/);
  assert.doesNotMatch(JSON.stringify(config), new RegExp(token.slice(4, 20)));
  const inAddress = parseConfig(`repositories: https://bot:${token}@git.example.com/a/b\n`, 'remendo.yaml');
  assert.match(inAddress.ok ? '' : (inAddress.error[0]?.message ?? ''), /^repositories: a list is expected/);
  assert.doesNotMatch(JSON.stringify(inAddress), new RegExp(token.slice(4, 20)));
});

test('mistakes are told in the order of the lines', () => {
  const config = parseConfig('wibble: 1\nverify: {soack: 1m}\nmode: x\nlimits: {perWorkload: -1}\n', 'remendo.yaml');
  assert.deepEqual(config.ok ? [] : config.error.map(({ place }) => place?.line), [1, 2, 3, 4]);
});

test('a file that cannot be read says why', () => {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-config-'));
  const says = (name: string): string => {
    const config = loadConfig(join(directory, name));
    return config.ok ? 'ok' : `${config.error[0]?.code}: ${config.error[0]?.message}`;
  };
  try {
    writeFileSync(join(directory, 'binary'), Buffer.from([0xff, 0xfe, 0x6d, 0x00]));
    symlinkSync('loop', join(directory, 'loop'));
    assert.equal(says('.'), 'config-unreadable: the configuration is a folder, not a file');
    assert.equal(says('binary'), 'config-unreadable: the configuration is not a text in UTF-8');
    assert.equal(says('loop'), 'config-unreadable: the configuration is a symbolic link that leads back to itself');
    assert.equal(
      says('binary/below'),
      'config-unreadable: the configuration lies below something that is a file, not a folder',
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

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
