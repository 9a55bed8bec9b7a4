import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { INPUT_NAMES } from '../../action/inputs.ts';
import { OUTPUT_NAMES } from '../../action/outputs.ts';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const Described = z.strictObject({ description: z.string().min(10), required: z.literal(false) });
const Action = z.object({
  inputs: z.record(z.string(), Described),
  outputs: z.record(z.string(), z.strictObject({ description: z.string().min(10) })),
  runs: z.strictObject({ using: z.literal('node24'), main: z.literal('action/dist/index.mjs') }),
});
const action = Action.parse(parse(text('action.yml')));

/** Names in the first column of the table after a marker of docs/action.md. */
function documented(marker: string): readonly string[] {
  const [, rest = ''] = text('docs/action.md').split(`<!-- ${marker} -->`);
  const [table = ''] = rest.split(/\n(?:##|<!--) /);
  return [...table.matchAll(/^\| `(?<name>[\w-]+)`/gm)].map(({ groups }) => groups?.['name'] ?? '');
}

test('action.yml, its page and the code name the same inputs, in kebab-case and without defaults', () => {
  assert.deepEqual(Object.keys(action.inputs), [...INPUT_NAMES]);
  assert.deepEqual(documented('inputs'), [...INPUT_NAMES]);
  for (const name of INPUT_NAMES) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
});

test('action.yml, its page and the code name the same outputs', () => {
  assert.deepEqual(Object.keys(action.outputs), OUTPUT_NAMES);
  assert.deepEqual(documented('outputs'), OUTPUT_NAMES);
});

const Step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const Workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ 'cancel-in-progress': z.union([z.boolean(), z.string()]) }),
  jobs: z.record(z.string(), z.object({ 'timeout-minutes': z.number(), steps: z.array(Step) })),
});
const Schedule = z.array(z.object({ cron: z.string() }));

for (const folder of ['docs/workflows/', '.github/workflows/']) {
  for (const name of readdirSync(new URL(folder, root))) {
    test(`${folder}${name}: pinned actions, least rights, no input that is not there, no text of others in scripts`, () => {
      const source = text(folder + name);
      const workflow = Workflow.parse(parse(source));
      const rights = Object.entries(workflow.permissions);
      assert.ok(
        rights.every(([right, level]) => right === 'contents' && level === 'read'),
        'rights are given to jobs',
      );
      for (const { steps } of Object.values(workflow.jobs)) {
        for (const { uses, run, with: given = {} } of steps) {
          assert.doesNotMatch(run ?? '', /\$\{\{/, 'expressions belong into env');
          if (uses?.startsWith('actions/checkout@')) assert.equal(given['persist-credentials'], false);
          if (uses === './' || uses?.startsWith('remendo/')) {
            for (const input of Object.keys(given)) assert.ok(input in action.inputs, `no input ${input}`);
          } else if (uses !== undefined) assert.match(uses, /^[\w.-]+(\/[\w.-]+)+@[0-9a-f]{40}$/);
        }
      }
      const used = source.matchAll(/steps\.remendo\.outputs\.(?<name>[\w-]+)/g);
      for (const { groups } of used)
        assert.ok((groups?.['name'] ?? '') in action.outputs, `no output ${groups?.['name']}`);
    });
  }
}

for (const name of readdirSync(new URL('docs/workflows/', root))) {
  test(`docs/workflows/${name}: an odd minute, by hand too, one at a time and never stopped in the middle`, () => {
    const workflow = Workflow.parse(parse(text(`docs/workflows/${name}`)));
    const [{ cron } = { cron: '' }] = Schedule.parse(workflow.on['schedule']);
    const minutes = (cron.split(' ')[0] ?? '').split(',').map((part) => Number.parseInt(part, 10));
    assert.ok(
      minutes.every((minute) => minute % 2 === 1),
      cron,
    );
    assert.ok('workflow_dispatch' in workflow.on);
    assert.equal(workflow.concurrency['cancel-in-progress'], false);
  });
}
