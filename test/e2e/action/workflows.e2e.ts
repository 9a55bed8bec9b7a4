import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { attachCluster } from '../cluster/cluster.ts';
import { deployment, lines } from '../scenarios/manifests.ts';
import { until } from '../scenarios/world.ts';
import { noteResult } from '../table.ts';
import type { ActResult } from './act.ts';
import { findAct, startActionWorld } from './world.ts';

const SCENARIO = 'the example workflows, on a schedule';
const Sarif = z.object({
  runs: z.array(
    z.object({
      results: z.array(
        z.object({
          ruleId: z.string(),
          locations: z.array(
            z.object({ physicalLocation: z.object({ artifactLocation: z.object({ uri: z.string() }) }) }),
          ),
        }),
      ),
    }),
  ),
});
const Followed = z.array(z.object({ pullRequest: z.string(), outcome: z.string() }));

const act = await findAct();
const note = (started: number, result: string): void =>
  noteResult(attachCluster().directory, { scenario: SCENARIO, seconds: (Date.now() - started) / 1000, result });

test('scan.yml and propose.yml as they are documented: reported, proposed, merged, verified', async () => {
  const started = Date.now();
  if ('missing' in act) return note(started, `could not check: act cannot be had: ${act.missing}`);
  const app = (registry: string, limit: string): string =>
    deployment(
      'orders',
      `${registry}/shop/orders:2.0.1`,
      lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources:', `  limits: {memory: ${limit}}  # measured`),
    );
  const world = await startActionWorld(act.program, ({ registry }) => ({ 'app/orders.yaml': app(registry, '32Mi') }));
  try {
    // What a person sees first: nothing is opened.
    const scanned = await until('an incident in the report', 180, async () => {
      const result = await good(world.run('workflow_dispatch', 'scan.yml'));
      return result.outputs['remendo']?.['incidents'] === '0' ? undefined : result;
    });
    assert.deepEqual(pick(scanned, ['mode', 'incidents', 'opened', 'blind']), {
      mode: 'scan',
      incidents: '1',
      opened: '0',
      blind: '0',
    });
    assert.equal((await world.pulls()).length, 0);
    assert.match(scanned.summary, /1 incident, 1 with a proven fix/);
    assert.match(scanned.summary, /\+ .*\{memory: 64Mi\} {2}# measured/);
    assert.ok(existsSync(world.sarif), 'the SARIF file did not reach the upload');
    const [first] = Sarif.parse(JSON.parse(readFileSync(world.sarif, 'utf8'))).runs;
    assert.deepEqual(
      first?.results.map(({ ruleId, locations }) => [ruleId, locations[0]?.physicalLocation.artifactLocation.uri]),
      [['memory/oom-killed', 'app/orders.yaml']],
    );

    const proposed = await until('a pull request', 180, async () => {
      const result = await good(world.run('schedule', 'propose.yml'));
      return (await world.pulls()).length === 0 ? undefined : result;
    });
    assert.deepEqual(pick(proposed, ['mode', 'opened']), { mode: 'propose', opened: '1' });
    const [pull] = await world.pulls();
    assert.match(pull?.title ?? '', /memory to 64Mi/);
    assert.equal(pull?.author, world.app);

    await world.merge(pull?.number ?? 0);
    const end = await until('the end of the pull request', 240, async () => {
      const result = await good(world.run('schedule', 'propose.yml'));
      const followed = Followed.parse(JSON.parse(outputOf(result, 'followed')));
      return followed.find(({ outcome }) => outcome === 'verified') === undefined ? undefined : result;
    });
    assert.equal(outputOf(end, 'opened'), '0');
    assert.ok((await world.pulls())[0]?.labels.includes('remendo/verified'));
    note(started, 'reported, proposed, verified');
  } catch (error) {
    note(started, `FAILED: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`);
    throw error;
  } finally {
    await world.close();
  }
});

async function good(running: Promise<ActResult>): Promise<ActResult> {
  const result = await running;
  assert.equal(result.status, 0, result.lines.slice(-60).join('\n'));
  return result;
}

/** Of the step that runs Remendo: with its id, or the one that has none. */
function outputOf({ outputs }: ActResult, name: string): string {
  return Object.values(outputs).find((step) => 'opened' in step)?.[name] ?? '';
}

function pick(result: ActResult, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, outputOf(result, name)]));
}
