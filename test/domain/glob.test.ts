import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileGlob, compilePathGlob, compilePathMatch, compilePathspec } from '../../src/domain/glob.ts';

const ROWS: readonly (readonly [typeof compileGlob, string, readonly string[], readonly string[]])[] = [
  [compileGlob, '*.yaml', ['a.yaml', 'x/y/a.yaml', '.yaml'], ['a.yml', 'a.yaml/b']],
  [compileGlob, '{config,env-*}/*.y?ml', ['config/a.yaml', 'env-x/b/c.yxml'], ['other/a.yaml', 'config/a.yml']],
  [compileGlob, '[!a-c]\\*', ['d*', '/*'], ['a*', 'dx']],
  [compileGlob, '[]]', [']'], ['[', '']],
  [compileGlob, '{a,b{c,}}', ['a', 'b', 'bc'], ['', 'c', 'ab']],
  [
    compilePathGlob,
    'envs/**/values-*.yaml',
    ['envs/values-a.yaml', 'envs/x/y/values-.yaml'],
    ['envs/x/values-a/b.yaml'],
  ],
  [compilePathMatch, 'apps/*', ['apps/web', 'apps/'], ['apps/web/prod', 'apps']],
  [compilePathMatch, '{a,b}', ['{a,b}'], ['a', 'b']],
  [compilePathspec, 'apps/*/x', ['apps/a/x', 'apps/a/b/x'], ['apps/x']],
  [compileGlob, '?', ['a', '😀'], ['', 'ab']],
];

for (const [compile, pattern, matched, others] of ROWS) {
  test(`${compile.name} ${pattern}`, () => {
    const matches = compile(pattern);
    assert.ok(matches);
    assert.deepEqual([...matched, ...others].filter(matches), matched);
  });
}

test('malformed patterns are told apart from those that match nothing', () => {
  for (const pattern of ['[a', '{a,b', '[z-a]']) assert.equal(compileGlob(pattern), undefined, pattern);
});

test('stars, question marks and braces mean what a regular expression of the same form means', () => {
  const sign = fc.constantFrom('a', 'b', '/', '*', '?', '{a,b/}', '{,*}');
  const expression = { '*': '.*', '?': '.', '{a,b/}': '(?:a|b/)', '{,*}': '(?:|.*)' } as const;
  const inWords = (one: string): string => (one in expression ? expression[one as keyof typeof expression] : one);
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 6 }), path, (signs, text) => {
      // Two stars in a row are a sign of their own.
      const pattern = signs.join('').replaceAll(/\*+/g, '*');
      const same = new RegExp(`^${signs.map(inWords).join('')}$`);
      assert.equal(compileGlob(pattern)?.(text), same.test(text), pattern);
    }),
  );
});

test('a pattern of many stars comes to an end', () => {
  assert.equal(compileGlob(`${'*a'.repeat(30)}*b`)?.('a'.repeat(300)), false);
  assert.equal(compilePathGlob(`${'**/a*'.repeat(30)}b`)?.('a/'.repeat(150)), false);
});
