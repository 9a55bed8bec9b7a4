import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../src/domain/change.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { refOf } from '../../../src/domain/object-ref.ts';
import { danglingMount } from '../../../src/stages/propose/dangling-mount.ts';

function workload(mounts: readonly string[], volumes: readonly string[], more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: {
      ...more,
      template: {
        spec: {
          containers: [{ name: 'db', volumeMounts: mounts.map((name) => ({ name, mountPath: `/${name}` })) }],
          volumes: volumes.map((name) => ({ name, emptyDir: {} })),
        },
      },
    },
  };
}

function judge(object: JsonObject, ...operations: readonly (readonly [Operation['op'], string, JsonValue])[]) {
  const ref = refOf(object);
  assert(ref);
  const changes = operations.map(([op, field, value]): Operation => {
    const path = parseFieldPath(field);
    assert(path.ok);
    return op === 'remove' ? { op, path: path.value } : { op, path: path.value, value };
  });
  return danglingMount([{ object: ref, operations: changes }], { siblings: [{ ref, object }] });
}

const POD = 'spec.template.spec';

describe('mounts without a volume', () => {
  it('refuses a change that takes a volume away and leaves its mount', () => {
    const told = judge(workload(['data', 'tmp'], ['data', 'tmp']), ['remove', `${POD}.volumes[name=tmp]`, null]);
    assert.match(told ?? '', /container db would mount volume `tmp`/);
  });

  it('refuses a change that renames a volume', () => {
    assert(judge(workload(['data'], ['data']), ['replace', `${POD}.volumes[name=data].name`, 'store']) !== undefined);
  });

  it('passes where the mount goes too, where a claim template makes the volume, and where it was so before', () => {
    const both = workload(['data', 'tmp'], ['data', 'tmp']);
    const gone = `${POD}.containers[name=db].volumeMounts[name=tmp]`;
    assert.equal(judge(both, ['remove', `${POD}.volumes[name=tmp]`, null], ['remove', gone, null]), undefined);
    const claimed = workload(['data'], ['data'], { volumeClaimTemplates: [{ metadata: { name: 'data' } }] });
    assert.equal(judge(claimed, ['remove', `${POD}.volumes[name=data]`, null]), undefined);
    const lacking = workload(['old'], ['data']);
    assert.equal(judge(lacking, ['remove', `${POD}.volumes[name=data]`, null]), undefined);
  });
});
