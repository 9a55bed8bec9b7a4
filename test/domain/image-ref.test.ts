import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  effectiveTag,
  formatImageRef,
  parseImageRef,
  sameRepository,
  withRepository,
  withTag,
} from '../../src/domain/image-ref.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const SOUND: readonly (readonly [string, string])[] = [
  ['nginx', 'docker.io/library/nginx'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['bitnami/redis:7', 'docker.io/bitnami/redis:7'],
  ['docker.io/nginx', 'docker.io/library/nginx'],
  ['index.docker.io/nginx:1', 'docker.io/library/nginx:1'],
  ['ghcr.io/org/team/app:v1', 'ghcr.io/org/team/app:v1'],
  ['localhost/app', 'localhost/app'],
  ['registry:5000/app:1', 'registry:5000/app:1'],
  ['127.0.0.1:5000/orders/web:3', '127.0.0.1:5000/orders/web:3'],
  ['[::1]:5000/app', '[::1]:5000/app'],
  ['Registry/app', 'Registry/app'],
  [`app:1@${DIGEST}`, `docker.io/library/app:1@${DIGEST}`],
  ['a__b/c--d.e:_x', 'docker.io/a__b/c--d.e:_x'],
];
const UNSOUND = [
  '',
  'Nginx',
  'a//b',
  'a:',
  'a:b:c',
  'https://ghcr.io/a/b',
  'a b',
  '-a',
  'a/-b',
  'a:.x',
  `a@sha256:12`,
  'ab'.repeat(32),
  `a:${'x'.repeat(129)}`,
  'a/'.repeat(140) + 'a',
];

describe('image references', () => {
  for (const [text, full] of SOUND) {
    it(`${text} is ${full}`, () => {
      const parsed = parseImageRef(text);
      assert(parsed.ok, JSON.stringify(parsed));
      assert.equal(formatImageRef(parsed.value), full);
    });
  }
  for (const text of UNSOUND) {
    it(`${JSON.stringify(text.slice(0, 40))} is none`, () => {
      const parsed = parseImageRef(text);
      assert(!parsed.ok && parsed.error.code === 'bad-image-reference');
    });
  }

  it('reads again what it writes', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8})?$/);
    const arbitrary = fc.record({
      registry: fc.constantFrom('docker.io', 'ghcr.io', 'localhost:5000', 'r.example:443'),
      repository: fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
    });
    fc.assert(
      fc.property(arbitrary, (ref) => {
        const parsed = parseImageRef(formatImageRef(ref));
        assert(parsed.ok);
        assert.deepEqual(parsed.value, { ...ref });
        assert(sameRepository(parsed.value, ref));
      }),
    );
  });

  it('changes a tag or a repository and leaves the rest as it was written', () => {
    assert.equal(withTag('nginx:1', '2'), 'nginx:2');
    assert.equal(withTag('r:5000/a/b', '2'), 'r:5000/a/b:2');
    assert.equal(withRepository('ngnix:1', 'library/nginx'), 'nginx:1');
    assert.equal(withRepository('library/ngnix:1', 'library/nginx'), 'library/nginx:1');
    assert.equal(withRepository('r:5000/a/wbe:1', 'a/web'), 'r:5000/a/web:1');
  });

  it('pulls latest where neither a tag nor a digest is written', () => {
    assert.equal(effectiveTag({ registry: 'r', repository: 'a' }), 'latest');
    assert.equal(effectiveTag({ registry: 'r', repository: 'a', digest: DIGEST }), undefined);
  });
});
