import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { applyOperations } from '../../../src/domain/change.ts';
import type { Operation } from '../../../src/domain/change.ts';
import type { FieldPath } from '../../../src/domain/field-path.ts';
import { formatFieldPath, fromPointer } from '../../../src/domain/field-path.ts';
import { deepEqual, escapePointer, plainText } from '../../../src/domain/json.ts';
import type { Application } from '../../../src/domain/kubernetes/application.ts';
import { formatRef, refKey } from '../../../src/domain/object-ref.ts';
import type { RenderedObject } from '../../../src/domain/source.ts';
import { withNamesOf } from '../../../src/stages/locate/generated-names.ts';
import { overlayOf } from '../../../src/stages/locate/pairs.ts';
import { scalarsOf } from '../../../src/stages/locate/places.ts';
import { perturb } from '../../../src/stages/locate/proposals.ts';
import type { SourceCase } from '../../support/cases.ts';
import { openCase } from '../../support/cases.ts';

interface Field {
  readonly opened: SourceCase;
  readonly application: Application;
  readonly rendered: RenderedObject;
  readonly all: readonly RenderedObject[];
  readonly path: FieldPath;
  readonly operation: Operation;
}

/** Cases whose renders are the same each time, so that they can be compared without help. */
const NAMES = [
  'plain',
  'kustomize-overlays',
  'kustomize-generators',
  'helm-environments',
  'helm-umbrella',
  'multi-source',
];

async function fieldsOf(opened: SourceCase): Promise<Field[]> {
  const out: Field[] = [];
  for (const application of opened.applications) {
    const answer = await opened.sources.render(application);
    assert.ok(answer.ok);
    for (const rendered of answer.value.objects) {
      for (const { path: plain, value } of scalarsOf(rendered.object)) {
        // What an object is called and where it lives makes it another object.
        const identity = ['apiVersion', 'kind', 'name', 'namespace'].includes(
          plainText(plain[plain[0] === 'metadata' ? 1 : 0]),
        );
        if (identity) continue;
        const pointer = `/${plain.map((segment) => escapePointer(plainText(segment))).join('/')}`;
        const path = fromPointer(rendered.object, pointer);
        const other = rendered.ref.kind === 'Secret' ? 'b3RoZXI=' : (perturb(value)[0] ?? null);
        out.push({
          opened,
          application,
          rendered,
          all: answer.value.objects,
          path,
          operation: { op: 'replace', path, value: other },
        });
      }
    }
  }
  return out;
}

/** The render after the edit, compared by hand: no part of the comparer of the product is used. */
async function isExact(field: Field): Promise<'edited' | 'refused'> {
  const { opened, application, rendered, all, operation } = field;
  const located = await opened.sources.locate(application, rendered.ref);
  assert.ok(located.ok);
  const plan = await opened.sources.plan(located.value.location, { object: rendered.ref, operations: [operation] });
  if (!plan.ok) return 'refused';
  const again = await opened.sources.render(application, { overlay: overlayOf(plan.value) });
  assert.ok(again.ok);
  const wanted = applyOperations(rendered.object, [operation]);
  assert.ok(wanted.ok);
  const now = new Map(withNamesOf(all, again.value.objects).map(({ ref, object }) => [refKey(ref), object]));
  assert.equal(now.size, all.length);
  for (const { ref, object } of all) {
    const expected = ref === rendered.ref ? wanted.value.object : object;
    const label = `${formatRef(rendered.ref)} ${formatFieldPath(field.path)} through ${plan.value.place}: ${formatRef(ref)}`;
    assert.ok(deepEqual(now.get(refKey(ref)), expected), label);
  }
  for (const other of opened.applications) {
    if (other === application) continue;
    const before = await opened.sources.render(other);
    const after = await opened.sources.render(other, { overlay: overlayOf(plan.value) });
    assert.ok(before.ok && after.ok);
    assert.ok(
      deepEqual(
        before.value.objects.map(({ object }) => object),
        after.value.objects.map(({ object }) => object),
      ),
    );
  }
  return 'edited';
}

test('setting any field either changes exactly that field of the render, or is refused', async () => {
  const cases = NAMES.map((name) => openCase(name));
  try {
    const fields = (await Promise.all(cases.map(fieldsOf))).flat();
    assert.ok(fields.length > 150, `only ${fields.length} fields`);
    const counts = { edited: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), async (field) => {
        counts[await isExact(field)]++;
      }),
      { numRuns: 25, seed: 20261121 },
    );
    assert.ok(counts.edited >= 10, JSON.stringify(counts));
    assert.ok(counts.refused >= 2, JSON.stringify(counts));
  } finally {
    for (const opened of cases) opened[Symbol.dispose]();
  }
});
