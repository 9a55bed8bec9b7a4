import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHide } from '../../src/app/hide-secrets.ts';
import { createRedactor } from '../../src/domain/redact.ts';
import type { RenderedObject } from '../../src/domain/source.ts';

const PASSWORD = 'correct-horse-9';
const ENCODED = Buffer.from(PASSWORD).toString('base64');

function rendered(kind: string, rest: RenderedObject['object']): RenderedObject {
  const ref = { apiVersion: 'v1', kind, namespace: 'shop', name: 'web' };
  return { ref, object: { apiVersion: 'v1', kind, metadata: { name: 'web' }, ...rest } };
}

const OBJECTS = [
  rendered('Secret', { data: { blob: ENCODED, engine: Buffer.from('postgres').toString('base64') } }),
  rendered('ConfigMap', { data: { engine: 'postgres' } }),
];

describe('hiding secrets in what trace and render print', () => {
  const hide = createHide(createRedactor([]), OBJECTS);

  it('hides every entry of a Secret, whatever it is called', () => {
    assert.equal(hide.value('Secret', ['data', 'blob'], ENCODED), '[redacted]');
    assert.deepEqual(hide.value('Secret', [], { kind: 'Secret', data: { a: 'b' } }), {
      kind: 'Secret',
      data: { a: '[redacted]' },
    });
  });

  it('hides what a Secret holds in texts about other files, plain and encoded', () => {
    assert.equal(hide.text(`+anything: ${PASSWORD}`).includes(PASSWORD), false);
    assert.equal(hide.text(`the value ${ENCODED} is wrong`).includes(ENCODED), false);
  });

  it('leaves what stands openly in other objects', () => {
    assert.equal(hide.text('image: postgres:16'), 'image: postgres:16');
  });

  it('hides values whose name says so, in maps and in environment variables', () => {
    const container = {
      name: 'app',
      env: [
        { name: 'DB_PASSWORD', value: 'tops3cret!' },
        { name: 'MODE', value: 'fast' },
      ],
    };
    assert.deepEqual(hide.value('Deployment', ['spec'], container), {
      name: 'app',
      env: [
        { name: 'DB_PASSWORD', value: '[redacted]' },
        { name: 'MODE', value: 'fast' },
      ],
    });
    assert.equal(hide.value('ConfigMap', ['data', 'API_TOKEN'], 'abcdef123'), '[redacted]');
    assert.equal(hide.value('Deployment', ['spec', 'replicas'], 3), 3);
  });

  it('keeps the keys of a diff for a Secret, and none of its values', () => {
    const diff =
      '--- a/s.yaml\n+++ b/s.yaml\n@@ -1,4 +1,4 @@\n kind: Secret\n data:\n-  user: YWRtaW4=\n+  user: cm9vdA==\n   pin: MTIzNA==';
    const shown = hide.diff('Secret', diff);
    for (const value of ['YWRtaW4=', 'cm9vdA==', 'MTIzNA==']) assert.equal(shown.includes(value), false, shown);
    assert.match(shown, /^-  user: \[redacted\]$/m);
    assert.match(shown, /^ kind: Secret$/m);
  });
});
