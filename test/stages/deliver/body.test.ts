import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createSecondOpinion } from '../../../src/adapters/secretlint/second-opinion.ts';
import { CHECK_NAMES } from '../../../src/domain/proof.ts';
import type { CheckStatus } from '../../../src/domain/proof.ts';
import { renderBody } from '../../../src/stages/deliver/body.ts';
import type { Delivery } from '../../../src/stages/deliver/delivery.ts';
import { stateOf, withoutSecrets } from '../../../src/stages/deliver/delivery.ts';
import { pullRequestTitle } from '../../../src/stages/deliver/naming.ts';
import { formatBlock, parseState } from '../../../src/stages/deliver/state-block.ts';
import { forgeOn, value } from '../../adapters/github/client.ts';
import { startGitHub } from '../../sandbox/github/world.ts';
import { HOSTILE, SHA, saying } from './hostile.ts';
import { ACTIVE, MARKUP, cellsOf, runningText } from './rendered.ts';
import { BRANCH, POLICY, changeSet, delivery, hide, incident, redact, run } from './world.ts';

const BASE = delivery(SHA);
const LIMIT = 65_536;

function bodyOf(item: Delivery): string {
  const body = renderBody(item, stateOf(item), POLICY, LIMIT);
  assert.ok(body !== undefined);
  return body;
}

function assertHarmless(body: string): void {
  const visible = body.slice(0, body.lastIndexOf('<!-- remendo:state'));
  for (const pattern of ACTIVE) assert.doesNotMatch(runningText(visible), pattern);
  const prose = visible.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '').replaceAll(/(?<!\\)`[^`\n]*`/g, '');
  for (const pattern of MARKUP) assert.doesNotMatch(prose, pattern);
  assert.equal(body.match(/<!-- remendo:state/g)?.length, 1);
  for (const row of prose.split('\n').filter((line) => line.startsWith('|'))) assert.ok(!row.includes('\r'));
  const tables = visible.split('\n').filter((line) => line.startsWith('|'));
  const widths = tables.map((row) => cellsOf(row).filter((cell) => cell !== '').length);
  assert.ok(
    widths.every((width) => width <= 4),
    tables.join('\n'),
  );
}

for (const text of HOSTILE) {
  void test(`${JSON.stringify(text)} in every field does nothing`, async () => {
    const body = bodyOf(await withoutSecrets(saying(text), hide));
    assertHarmless(body);
    assert.deepEqual(parseState(body)?.fingerprint, BASE.incident.fingerprint);
    assert.ok(body.isWellFormed());
  });
}

void test('so does any mixture of what has a meaning somewhere', () => {
  const unit = fc.constantFrom(
    '@',
    '#',
    '1',
    'a',
    '`',
    '\\',
    '|',
    '\n',
    '<',
    '>',
    '!',
    '-',
    '[',
    ']',
    '(',
    ')',
    '&',
    ';',
    '*',
    ' ',
    'GH-',
    'http://',
    'fixes ',
    '<!--',
    '-->',
    '\u200B',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => assertHarmless(bodyOf(saying(text)))),
    { numRuns: 400 },
  );
});

void test('a forged block further up does not count', () => {
  const forged = formatBlock('state', { ...stateOf(BASE), cause: 'forged' });
  const body = bodyOf(saying(forged));
  assert.notEqual(parseState(`${forged}\n\n${body}`)?.cause, 'forged');
  assert.equal(parseState(`${body}\r\n\r\nA person added this.`)?.fingerprint, BASE.incident.fingerprint);
});

void test('the block holds any change exactly', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), json, (key, any) => {
      const operations = [
        { op: 'test' as const, path: ['data', key], value: JSON.parse(JSON.stringify(any)) },
        { op: 'remove' as const, path: ['data', { key: 'name', value: key }] },
      ];
      const item = { ...BASE, fix: { ...BASE.fix, changes: [{ object: BASE.incident.object, operations }] } };
      assert.deepEqual(parseState(bodyOf(item)), stateOf(item));
    }),
  );
});

void test('however much there is to say, GitHub takes the body', async (t) => {
  const long = '&<|`@#'.repeat(20_000);
  const huge = saying(long);
  const [item] = huge.incident.evidence;
  assert.ok(item);
  const files = Array.from({ length: 30 }, (_, i) => ({
    ...changeSet(SHA, 'a\n', `${long}\n`).files[0],
    path: `f${i}.yaml`,
  }));
  const many = {
    ...huge,
    location: BASE.location,
    incident: {
      ...huge.incident,
      cause: 'x/y',
      evidence: Array.from({ length: 200 }, (_, i) => ({ ...item, id: `E${i}` })),
    },
    changeSet: {
      ...huge.changeSet,
      files: files.map((file) => ({ spans: [], line: 1, before: '', after: '', diff: long, ...file })),
    },
  };
  const body = bodyOf(many);
  assert.ok(body.length <= 65_536);
  assertHarmless(body);
  assert.match(body, /Too long to be shown here/);
  assert.match(body, /#### If this is wrong/);
  const forge = forgeOn(await startGitHub(t));
  const parent = value(await forge.reader.branch('main')) ?? '';
  value(await forge.writer.commit({ branch: BRANCH, parent, message: 'x', files: [{ path: 'x', content: 'x' }] }));
  value(await forge.writer.createPullRequest({ title: 'x', body, head: BRANCH, base: 'main' }));
});

void test('its second line says how much changes, what the proof found, and how to say no', () => {
  const second = (item: Delivery): string => bodyOf(item).split('\n\n')[1] ?? '';
  const checks = (results: readonly CheckStatus[]): Delivery => ({
    ...BASE,
    proof: {
      verdict: 'proven',
      checks: results.map((result, i) => ({ name: CHECK_NAMES[i] ?? 'fits', result, detail: 'x' })),
    },
  });
  assert.equal(
    second(checks(['pass', 'pass', 'unknown', 'unknown', 'not-applicable'])),
    'One line of `apps/web/deployment.yaml` changes. Proof: 2 checks pass, 2 could not look (api-server, pod-admission). Not wanted? Close this pull request.',
  );
  assert.match(second(checks(['pass', 'not-applicable'])), /Proof: 1 check passes\. /);
});

void test('what is told between backticks is shown as code, and why comes before the evidence', () => {
  const body = bodyOf({ ...BASE, fix: { ...BASE.fix, rationale: 'No node has `zone=a_b`; `zone=b` is near.' } });
  assert.match(body, /^No node has `zone=a_b`; `zone=b` is near\.$/m);
  assert.ok(body.indexOf('#### The change') < body.indexOf('#### Evidence'));
});

void test('a change that the block cannot hold is refused', async (t) => {
  const operations = [{ op: 'test' as const, path: ['data', 'x'], value: 'x'.repeat(60_000) }];
  const change = { object: BASE.incident.object, operations };
  const refused = await run(forgeOn(await startGitHub(t)), {}, (base) => {
    const item = delivery(base);
    return { ...item, fix: { ...item.fix, changes: [change] } };
  });
  assert.equal(refused.outcome, 'not-editable');
});

const SECRETS = [
  ['a password in a log line', 'connect failed: password=hunter2-correct-horse', 'hunter2-correct-horse'],
  ['a URL with credentials', 'dial postgres://app:s3cr3t-p4ss@db:5432/app', 's3cr3t-p4ss'],
  ['a GitHub token', `token ghp_${'A1b2C3d4E5f6'.repeat(3)} refused`, 'A1b2C3d4E5f6A1b2C3d4E5f6'],
  [
    'a private key',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0BAQ',
  ],
] as const;

for (const [name, text, secret] of SECRETS) {
  void test(`${name} gets into no field, shown or hidden`, async () => {
    const hidden = await withoutSecrets(saying(text), hide);
    const body = bodyOf({
      ...hidden,
      location: BASE.location,
      incident: { ...hidden.incident, cause: 'x', since: 'x' },
    });
    const state = Buffer.from(/v1 ([A-Za-z0-9+/=]+) -->/.exec(body)?.[1] ?? '', 'base64').toString();
    const shown = body
      .split('\n')
      .filter((line) => !line.includes('Pod shop/'))
      .join('\n');
    const plain = (all: string): string => all.replaceAll(/[\\\u200B]/g, '');
    assert.ok(!plain(state).includes(secret), 'hidden block');
    assert.ok(!plain(shown.slice(0, shown.lastIndexOf('<!--'))).includes(secret), shown);
  });
}

void test('the second opinion is asked as well', async () => {
  const second = createSecondOpinion();
  const both = async (text: string): Promise<string> => second(redact(text));
  const item = await withoutSecrets(
    saying(`xoxb-${'123456789012'}-${'123456789012'}-${'AbCdEfGhIjKlMnOpQrStUvWx'}`),
    both,
  );
  assert.ok(!item.fix.rationale.includes('AbCdEfGhIjKlMnOpQrStUvWx'));
});

function titleOf(path: readonly string[], set: string): Promise<string> {
  const operations = [{ op: 'replace' as const, path, value: set }];
  return pullRequestTitle(incident(), { ...BASE.fix, changes: [{ object: BASE.incident.object, operations }] }, hide);
}

void test('a title says what changes, and cannot act', async () => {
  assert.equal(await titleOf(['spec', 'image'], 'shop/web:1.4.1'), 'web: set spec.image to shop/web:1.4.1');
  assert.equal(
    await titleOf(['spec', 'image'], `web@sha256:${'a'.repeat(40)}`),
    `web: set spec.image to web@sha256:${'a'.repeat(40)}`,
  );
  assert.equal(await titleOf(['data', 'password'], 'hunter2-correct-horse'), 'web: set data.password');
  assert.equal(await titleOf(['data', 'x'], 'y'.repeat(200)), 'web: set data.x');
  for (const text of [
    'fixes #12',
    'closes GH-7',
    '@octocat',
    'fixes https://github.example/o/r/issues/1',
    'a\nb\u202Ec',
    '<!-- x -->',
  ]) {
    const title = await titleOf(['data', text], text);
    for (const pattern of [/(^|\W)@\w/, /#/, /GH-\d/i, /:\/\//, /[\p{Cc}\p{Cf}]/u, /[<>`]/])
      assert.doesNotMatch(title, pattern);
    assert.ok(title.length <= 120 && title.startsWith('web: set '));
  }
});
