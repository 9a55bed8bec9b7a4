import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listKind } from '../../../src/adapters/kubernetes/list.ts';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { getField } from '../../../src/domain/field-path.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { isObject } from '../../../src/domain/json.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { attachCluster } from '../cluster/cluster.ts';
import { plain } from './objects.ts';
import type { Side, Sides } from './sides.ts';
import { openSides } from './sides.ts';

const HOME = `size-${Date.now().toString(36)}`;
const KIB = 1024;
/** As large as an object may be that carries a copy of itself in an annotation. */
const LARGE = 250 * KIB;
const clock = createSystemClock();
let sides: Sides;
before(async () => {
  sides = await openSides();
  for (const side of [sides.real, sides.sandbox]) {
    await side.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } });
    await side.seed(map({ LARGE: 'x'.repeat(LARGE) }, 'large'));
  }
});
after(async () => {
  await sides.close();
  await attachCluster().admin.send('DELETE', `/api/v1/namespaces/${HOME}`);
});

const map = (data: Record<string, string>, name = 'new'): JsonObject => plain('ConfigMap', name, { data }, HOME);
const annotated = (bytes: number): JsonObject => {
  const object = map({ A: 'b' });
  const { metadata } = object;
  assert.ok(isObject(metadata));
  return { ...object, metadata: { ...metadata, annotations: { note: 'x'.repeat(bytes) } } };
};

const CASES: Readonly<Record<string, JsonObject>> = {
  'as much data as a ConfigMap may have': map({ A: 'x'.repeat(KIB * KIB) }),
  'one byte more': map({ A: 'x'.repeat(KIB * KIB + 1) }),
  'too much over several keys': map({ A: 'x'.repeat(700 * KIB), B: 'x'.repeat(700 * KIB) }),
  'annotations that are just small enough': annotated(256 * KIB - 4),
  'annotations that are too large': annotated(256 * KIB),
  'a request that is too large': map({ A: 'x'.repeat(3 * KIB * KIB) }),
};

for (const [name, object] of Object.entries(CASES)) {
  test(`apply: ${name}`, async () => {
    const ask = async ({ dryRun }: Side): Promise<unknown> => {
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: HOME, name: 'new' };
      const answer = await dryRun.apply(object, ref);
      return answer.kind === 'accepted' ? answer.kind : answer;
    };
    assert.deepEqual(await ask(sides.sandbox), await ask(sides.real));
  });
}

test('a list with a large object arrives whole', async () => {
  const lengths = async ({ connection }: Side): Promise<unknown> => {
    const found: number[] = [];
    const item = (raw: JsonObject): void => {
      const data = getField(raw, ['data', 'LARGE']);
      if (typeof data === 'string') found.push(data.length);
    };
    const listed = await listKind(connection, KINDS.ConfigMap, { clock, namespace: HOME, begin() {}, item });
    assert.ok(listed.ok);
    return found;
  };
  assert.deepEqual(await lengths(sides.real), [LARGE]);
  assert.deepEqual(await lengths(sides.sandbox), [LARGE]);
});
