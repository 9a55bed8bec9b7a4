import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { array, assert as holds, constantFrom, integer, nat, oneof, property, string } from 'fast-check';
import { annotate } from '../../action/annotations.ts';
import { placeHere } from '../../action/here.ts';
import type { Report } from '../../action/report.ts';
import { sarif } from '../../action/sarif.ts';
import { summary } from '../../action/summary.ts';
import { createRunner } from '../../action/workflow.ts';
import type { IncidentOut } from '../../src/app/scan-contract.ts';
import { commandsOf } from './world.ts';

const ENV = { GITHUB_REPOSITORY: 'Acme/shop' };

function incident(more: Partial<IncidentOut> = {}): IncidentOut {
  return {
    fingerprint: '0123456789abcdef',
    cause: 'memory/oom-killed',
    severity: 'critical',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    summary: 'the container was killed for its memory',
    stillServing: false,
    evidence: [],
    affected: [],
    explains: [],
    source: {
      application: 'argocd/shop',
      repoURL: 'git@github.com:acme/shop.git',
      revision: 'a'.repeat(40),
      path: 'shop',
      file: 'shop/a file.yaml',
      line: 7,
    },
    proposals: [],
    edit: null,
    proof: null,
    decision: { outcome: 'no-fix', reason: 'no rule knows this' },
    ...more,
  };
}

function reportWith(incidents: readonly IncidentOut[]): Report {
  return {
    version: 1,
    cluster: 'prod',
    scannedAt: '2026-11-21T10:00:00Z',
    blind: [],
    incidents: [...incidents],
    followed: [],
    unreadable: [],
  };
}

function runner(): { lines: string[]; runner: ReturnType<typeof createRunner> } {
  const lines: string[] = [];
  return { lines, runner: createRunner({}, (line) => lines.push(...line.split('\n'))) };
}

describe('the runner', () => {
  test('obeys nothing that is only said, whatever it is', () => {
    const wild = oneof(
      string(),
      constantFrom('::error::x', '##[add-mask]a', '  ::set-output name=a::b', '::stop-commands::a\n::a::\n::error::x'),
    );
    holds(
      property(array(wild), (texts) => {
        const { lines, runner: given } = runner();
        for (const text of texts) given.say(text);
        assert.deepEqual(commandsOf(lines), []);
      }),
    );
  });

  test('reads back what an annotation says as one command, however it is written', () => {
    holds(
      property(string(), string(), (message, title) => {
        const { lines, runner: given } = runner();
        given.annotate('error', `a${message}\n::warning::b\r`, { title, line: 3 });
        const [command = '', ...more] = commandsOf(lines);
        assert.deepEqual(more, []);
        const [, data = ''] = /^::error (?:[^:]*)::(.*)$/.exec(command) ?? [];
        const back = data.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%');
        assert.equal(back, `a${message}\n::warning::b\r`);
      }),
    );
  });

  test('masks each line of a key, and outputs of many lines stay one value', () => {
    const folder = mkdtempSync(join(tmpdir(), 'remendo-test-'));
    const file = join(folder, 'output');
    writeFileSync(file, '');
    const lines: string[] = [];
    const given = createRunner({ GITHUB_OUTPUT: file }, (line) => lines.push(line));
    given.mask('-----BEGIN-----\nabcd\n\n');
    assert.deepEqual(commandsOf(lines), ['::add-mask::-----BEGIN-----', '::add-mask::abcd']);
    given.output('a', 'x\nb<<y\nz');
    const [, word, value] = /^a<<(\S+)\n([\s\S]*)\n\1\n$/.exec(readFileSync(file, 'utf8')) ?? [];
    assert.equal(value, 'x\nb<<y\nz');
    assert.ok((word ?? '').length > 20);
    rmSync(folder, { recursive: true });
  });
});

test('at most nine errors and ten warnings, the worst first; the rest is counted', () => {
  const many = [
    ...Array.from({ length: 30 }, () => incident({ severity: 'warning' })),
    ...Array.from({ length: 12 }, () => incident()),
  ];
  const { lines, runner: given } = runner();
  assert.equal(annotate(many, given, ENV), 20 + 3);
  const levels = commandsOf(lines).map((line) => line.slice(2, line.indexOf(' ')));
  assert.deepEqual(levels, [...Array<string>(9).fill('error'), ...Array<string>(10).fill('warning')]);
});

test('a file is named only in its own repository', () => {
  assert.deepEqual(placeHere(incident(), ENV), { file: 'shop/a file.yaml', line: 7 });
  assert.equal(placeHere(incident(), { GITHUB_REPOSITORY: 'acme/other' }), undefined);
  assert.equal(placeHere(incident(), { ...ENV, GITHUB_SERVER_URL: 'https://ghe.example.com' }), undefined);
  assert.equal(placeHere(incident(), {}), undefined);
  assert.equal(placeHere(incident({ source: { refused: { code: 'not-in-git', reason: 'no' } } }), ENV), undefined);
});

test('the fingerprint in SARIF is the same when lines move; incidents of other repositories are left out', () => {
  const { source } = incident();
  const moved = incident({ source: 'refused' in source ? source : { ...source, line: 90 } });
  const [before, after, elsewhere] = [
    sarif([incident()], '1.0.0', ENV),
    sarif([moved], '1.0.0', ENV),
    sarif([incident()], '1.0.0', {}),
  ].map((log) => JSON.parse(JSON.stringify(log)).runs[0].results);
  assert.deepEqual(before[0].partialFingerprints, after[0].partialFingerprints);
  assert.equal(after[0].locations[0].physicalLocation.region.startLine, 90);
  assert.equal(before[0].locations[0].physicalLocation.artifactLocation.uri, 'shop/a%20file.yaml');
  assert.deepEqual(elsewhere, []);
});

describe('the summary', () => {
  const long = incident({ edit: { files: [{ path: 'a', diff: '+ä\n'.repeat(2000) }] }, evidence: [] });

  test('never outgrows the room, in bytes', () => {
    holds(
      property(nat(60), integer({ min: 0, max: 200_000 }), (incidents, room) => {
        const text = summary(reportWith(Array<IncidentOut>(incidents).fill(long)), 'scan', room);
        assert.ok(Buffer.byteLength(text) <= Math.max(room, 1), `${Buffer.byteLength(text)} > ${room}`);
      }),
      { numRuns: 40 },
    );
  });

  test('says how many found no room', () => {
    const text = summary(reportWith(Array<IncidentOut>(500).fill(long)), 'scan', 1024 * 1024);
    const shown = text.split('#### ').length - 1;
    assert.ok(shown > 20 && shown < 500);
    assert.match(text, new RegExp(`${500 - shown} more are in the report file`));
  });

  test('text of a pod cannot mention, link, or end the table', () => {
    const text = summary(
      reportWith([
        incident({
          summary: '@team | <img src=x> [a](http://b)',
          evidence: [{ id: 'e1', object: incident().object, text: 'a ` | b' }],
        }),
      ]),
      'scan',
      100_000,
    );
    assert.doesNotMatch(text, /@team|[^\\]<img|http:\/\//);
  });

  test('verify speaks of pull requests only', () => {
    const followed = [
      {
        fingerprint: '0123456789abcdef',
        pullRequest: 'https://github.com/acme/shop/pull/4',
        title: 't',
        outcome: 'verified',
        reason: 'quiet for 10 minutes',
      },
    ];
    const text = summary({ ...reportWith([]), followed }, 'verify', 100_000);
    assert.match(text, /1 pull request followed/);
    assert.match(text, /\[#4\]\(https:\/\/github\.com\/acme\/shop\/pull\/4\) \| verified/);
    assert.doesNotMatch(text, /nothing fails/);
  });
});
