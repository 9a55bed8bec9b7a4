import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Operation } from '../../../src/domain/change.ts';
import { compareRenders } from '../../../src/stages/locate/compare.ts';
import type { Question, SourceCase } from '../../support/cases.ts';
import { caseNames, fieldPath, objectRef, openCase } from '../../support/cases.ts';

for (const name of caseNames()) {
  describe(`sources: ${name}`, () => {
    const opened = openCase(name);
    process.on('exit', () => opened[Symbol.dispose]());
    for (const question of opened.questions) {
      const wish = question.remove ? 'remove' : JSON.stringify(question.set ?? question.add ?? 'trace');
      test(`${question.application} ${question.object} ${question.field} ${wish}`, () => ask(opened, question));
    }
  });
}

async function ask({ applications, sources }: SourceCase, question: Question): Promise<void> {
  const application = applications.find(({ metadata }) => metadata.name === question.application);
  assert.ok(application, `the case has no Application ${question.application}`);
  const object = objectRef(question.object, application.spec.destination.namespace);
  const located = await sources.locate(application, object);
  assert.ok(located.ok, located.ok ? '' : JSON.stringify(located.error));
  const { location } = located.value;
  const path = fieldPath(question.field);
  if (question.trace !== undefined) {
    const origin = await sources.origin(location, object, path);
    const got = origin.ok
      ? `${origin.value.file}:${origin.value.line}:${origin.value.column}`
      : `refused ${origin.error.code}`;
    assert.equal(got, question.trace);
  }
  const operation = operationOf(question);
  if (!operation) return;
  const plan = await sources.plan(location, { object, operations: [operation] });
  if (question.refused !== undefined) {
    assert.ok(!plan.ok, plan.ok ? plan.value.files.map(({ diff }) => diff).join('\n') : '');
    assert.equal(plan.error.code, question.refused, JSON.stringify(plan.error));
    assert.ok(plan.error.message.includes(question.says ?? ''), plan.error.message);
    return;
  }
  assert.ok(plan.ok, plan.ok ? '' : JSON.stringify(plan.error, null, 1));
  const { files } = plan.value;
  if (question.files)
    assert.deepEqual(
      files.map((file) => file.path),
      question.files,
    );
  const lines = files.flatMap(({ diff }) => diff.split('\n').filter((line) => /^[-+](?![-+])/.test(line)));
  if (question.diff) assert.deepEqual([files[0]?.path, ...lines], question.diff);
  if (question.changed !== undefined) {
    const out = lines.filter((line) => line.startsWith('-')).length;
    assert.equal(out === 0 ? lines.length : out, question.changed, lines.join('\n'));
  }
  // The proof, again and from outside: only the owner differs, and only in what was asked for.
  const { pairs, unrendered } = await sources.pairs(location, plan.value);
  assert.deepEqual(unrendered, []);
  const [own, ...others] = pairs;
  assert.equal(own?.application.name, question.application);
  for (const { before, after } of others) assert.deepEqual(compareRenders(before, after), []);
  const moved = own ? compareRenders(own.before, own.after) : [];
  assert.ok(moved.length > 0);
}

function operationOf({ field, set, add, remove }: Question): Operation | undefined {
  const path = fieldPath(field);
  if (remove) return { op: 'remove', path };
  if (set !== undefined) return { op: 'replace', path, value: set };
  return add === undefined ? undefined : { op: 'add', path, value: add };
}
