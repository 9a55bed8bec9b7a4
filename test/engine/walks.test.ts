import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scenes } from './walks/steps.ts';
import { walk } from './walks/walk.ts';

/** Walks of this run: `WALKS=200` takes many more, `WALK_SCENES` makes them longer. */
const WALKS = Number(process.env['WALKS'] ?? 3);
const SCENES = Number(process.env['WALK_SCENES'] ?? 8);

void test('whatever happens in whatever order, Remendo keeps its promises and comes to rest', async () => {
  let passes = 0;
  await fc.assert(
    fc.asyncProperty(scenes(SCENES), async (steps) => {
      const walked = await walk(steps);
      passes += walked.passes;
      assert.deepEqual(walked.wrongs, [], walked.story.join('\n'));
    }),
    { numRuns: WALKS },
  );
  assert.ok(passes >= WALKS);
});
