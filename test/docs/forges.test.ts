import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CAPABILITIES as gitea } from '../../src/adapters/gitea/gitea.ts';
import { CAPABILITIES as github } from '../../src/adapters/github/github.ts';
import { parseConfig } from '../../src/config/load.ts';
import { SCOPES } from '../support/forge-contract/scopes.ts';

const text = readFileSync(new URL('../../docs/forges.md', import.meta.url), 'utf8');

test('the table of what forges can do says what the code declares', () => {
  const table = /<!-- capabilities -->([\s\S]*?)<!-- end -->/.exec(text)?.[1] ?? '';
  const rows = table
    .split('\n')
    .flatMap((line) => (line.startsWith('|') ? [line.split('|').map((cell) => cell.trim())] : []));
  const row = (name: RegExp): readonly string[] => rows.find(([, first = '']) => name.test(first))?.slice(2, -1) ?? [];
  const forges = [github, gitea];
  assert.deepEqual(
    rows[0]?.slice(2, -1),
    forges.map(({ name }) => name),
  );
  assert.deepEqual(
    row(/^longest text/),
    forges.map(({ bodyLimit }) => String(bodyLimit)),
  );
});

test('the scopes are those that the end-to-end tests use, and the example is a configuration', () => {
  const named = [...text.matchAll(/^ *\| `((?:read|write):\w+)`/gm)].map(([, scope]) => scope);
  assert.deepEqual(named, [...SCOPES]);
  for (const scope of SCOPES) assert.ok(gitea.remedies.rights.includes(scope), scope);
  const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const parsed = parseConfig(example.replaceAll(/^ {3}/gm, ''), 'remendo.yaml');
  assert.ok(parsed.ok && parsed.value.gitea?.host === 'git.example.com', JSON.stringify(parsed));
});
