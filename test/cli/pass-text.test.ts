import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printPass } from '../../src/cli/pass-text.ts';
import type { PassReport } from '../../src/engine/report.ts';
import { incident } from '../stages/deliver/world.ts';

const REASON = `the registry has no such tag: ${'registry.example.com/team/web '.repeat(8)}`.trim();
const PULL = 'https://git.example.com/team/gitops/pulls/7';
const REPORT: PassReport = {
  cluster: 'prod',
  scannedAt: '2026-01-01T00:00:00Z',
  blind: [{ kind: 'Event', reason: REASON }],
  incidents: [
    {
      incident: incident(),
      location: { ok: false, error: { code: 'not-in-git', message: 'it is not' } },
      answers: [],
      decision: { outcome: 'opened', reason: REASON },
      pullRequest: PULL,
      milliseconds: 1,
    },
  ],
  followed: [
    { fingerprint: '0', pullRequest: PULL, title: 'Fix\u001B[2J web', decision: { outcome: 'opened', reason: REASON } },
  ],
  unreadable: [{ repoURL: 'https://git.example.com/team/other.git', reason: REASON }],
};

function printed(report: PassReport, live: boolean, width: number): readonly string[] {
  const text: string[] = [];
  printPass(report, { out: (line) => text.push(line), err: () => undefined, width, live, paint: (_, plain) => plain });
  return text.join('\n').split('\n');
}

test('where there is no terminal each thing is one line, with its whole reason and address', () => {
  const lines = printed(REPORT, false, 120);
  assert.equal(lines.length, 5);
  for (const line of lines.slice(1)) assert.ok(line.includes(REASON), line);
  for (const line of lines.slice(1, 3)) assert.ok(line.includes(PULL) && line.startsWith('opened'), line);
});

for (const width of [80, 120]) {
  test(`a terminal of ${width} columns shows whole reasons and addresses below`, () => {
    const lines = printed(REPORT, true, width);
    assert.ok(
      lines.every((line) => line.length <= width),
      lines.join('\n'),
    );
    const text = lines.map((line) => line.trim()).join(' ');
    assert.equal(text.split(REASON).length - 1, 4);
    assert.equal(text.split(PULL).length - 1, 2);
  });
}

test('a terminal that is wide enough shows one line each', () => {
  assert.equal(printed(REPORT, true, 500).length, 5);
});

test('nothing from outside moves the cursor', () => {
  // An Application may name any text as its repository.
  const unreadable = [{ repoURL: 'https://git.example.com/\u001B[2J', reason: 'it does not answer' }];
  assert.ok(
    !printed({ ...REPORT, unreadable }, false, 120)
      .join('')
      .includes('\u001B'),
  );
  assert.ok(!printed(REPORT, false, 120).join('').includes('\u001B'));
});

test('a pass in which nothing was found is one line', () => {
  const lines = printed({ ...REPORT, blind: [], incidents: [], followed: [], unreadable: [] }, false, 120);
  assert.deepEqual(lines, ['2026-01-01T00:00:00Z  0 incidents, 0 pull requests followed']);
});
