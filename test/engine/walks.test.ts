import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scenes } from './walks/steps.ts';
import { walk } from './walks/walk.ts';

/** `WALKS=200 WALK_SCENES=14` walks for an hour or two, and makes what it finds smaller. */
const { WALKS, WALK_SCENES = '6' } = process.env;
/** Real milliseconds after which no further walk is begun where their number is not asked for. */
const LONGEST = 15_000;

void test('whatever happens in whatever order, Remendo keeps its promises and comes to rest', async () => {
  const until = WALKS === undefined ? Date.now() + LONGEST : Infinity;
  let passes = 0;
  await fc.assert(
    fc.asyncProperty(scenes(Number(WALK_SCENES)), async (steps) => {
      if (Date.now() > until) return;
      const walked = await walk(steps);
      passes += walked.passes;
      assert.deepEqual(walked.wrongs, [], walked.story.join('\n'));
    }),
    { numRuns: Number(WALKS ?? 3), endOnFailure: WALKS === undefined },
  );
  assert.ok(passes > 0);
});
