import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { ScanOut } from '../../src/app/scan-contract.ts';
import type { IncidentOut } from '../../src/app/scan-contract.ts';
import type { ActionWorld, StepResult } from './world.ts';
import { commandsOf, dropBundle, runStep, startActionWorld } from './world.ts';

after(dropBundle);

const Report = z.object({ ...ScanOut.shape, incidents: ScanOut.shape.incidents.optional() });

function reportOf({ outputs }: StepResult): { incident: IncidentOut | undefined; keys: readonly string[] } {
  const raw: unknown = JSON.parse(readFileSync(outputs['report-file'] ?? '', 'utf8'));
  return { incident: Report.parse(raw).incidents?.[0], keys: Object.keys(raw ?? {}) };
}

const Place = z.object({
  artifactLocation: z.object({ uri: z.string() }),
  region: z.object({ startLine: z.number() }),
});
const Finding = z.object({
  ruleId: z.string(),
  locations: z.array(z.object({ physicalLocation: Place })),
  partialFingerprints: z.record(z.string(), z.string()),
});
const Sarif = z.object({ version: z.literal('2.1.0'), runs: z.array(z.object({ results: z.array(Finding) })) });

const Followed = z.array(z.strictObject({ pullRequest: z.url(), outcome: z.string() }));

describe('the built Action, in a process of its own', () => {
  let world: ActionWorld;
  before(async () => {
    world = await startActionWorld();
  });
  after(() => world.close());

  let scanned: StepResult;
  test('scan reports in every form and writes nothing', async () => {
    const writes = () =>
      world.github.requests.filter(
        ({ method, path }) => method !== 'GET' && !path.endsWith('/git-upload-pack') && !path.endsWith('/graphql'),
      );
    scanned = await runStep({ ...world.env, INPUT_MODE: 'scan' });
    assert.equal(scanned.status, 0, scanned.lines.join('\n'));
    assert.deepEqual(writes(), []);
    const { outputs } = scanned;
    assert.deepEqual(
      {
        mode: outputs['mode'],
        incidents: outputs['incidents'],
        proven: outputs['proven'],
        opened: outputs['opened'],
        pulls: outputs['pull-requests'],
      },
      { mode: 'scan', incidents: '1', proven: '1', opened: '0', pulls: '[]' },
    );
    assert.equal(reportOf(scanned).incident?.cause, 'memory/oom-killed');
    assert.match(scanned.summary, /1 incident, 1 with a proven fix/);
    assert.match(scanned.summary, /\+ {12}memory: 128Mi {3}# measured/);
  });

  test('the annotation points at the line of the manifest', () => {
    const warnings = commandsOf(scanned.lines).filter((line) => /^::(error|warning|notice) /.test(line));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /file=shop\/orders\.yaml,line=20,title=Deployment shop\/orders \[orders\]::/);
  });

  test('SARIF has the incident with a fingerprint that knows no line', () => {
    const fingerprint = reportOf(scanned).incident?.fingerprint;
    const [run] = Sarif.parse(JSON.parse(readFileSync(scanned.outputs['sarif-file'] ?? '', 'utf8'))).runs;
    assert.deepEqual(run?.results, [
      {
        ruleId: 'memory/oom-killed',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'shop/orders.yaml' }, region: { startLine: 20 } } }],
        partialFingerprints: { primaryLocationLineHash: `${fingerprint}:1`, 'remendoIncident/v1': fingerprint },
      },
    ]);
  });

  test('the token is masked before anything else and appears nowhere', () => {
    const token = world.env['INPUT_GITHUB-TOKEN'] ?? '';
    assert.equal(commandsOf(scanned.lines)[0], `::add-mask::${token}`);
    const elsewhere = scanned.lines.filter((line) => !line.startsWith('::add-mask::')).join('\n');
    const files = [scanned.summary, readFileSync(scanned.outputs['report-file'] ?? '', 'utf8')].join('\n');
    assert.equal((elsewhere + files).includes(token), false);
  });

  test('commands are on again for the steps that follow', () => {
    const last = scanned.lines.filter((line) => line.startsWith('::')).at(-1) ?? '';
    const [stop = ''] = scanned.lines.filter((line) => line.startsWith('::stop-commands::'));
    assert.equal(last, `::${stop.slice('::stop-commands::'.length)}::`);
  });

  test('incidents fail the step only when it is asked for', async () => {
    const failed = await runStep({ ...world.env, INPUT_MODE: 'scan', 'INPUT_FAIL-ON': 'warning' });
    assert.equal(failed.status, 1);
    const last = commandsOf(failed.lines).at(-1);
    assert.equal(last, '::error title=Remendo::1 incidents of severity warning or worse (input fail-on) [incidents]');
    assert.equal(failed.outputs['incidents'], '1');
  });

  test('propose opens the pull request, once; a second run remembers it from the forge', async () => {
    const first = await runStep({ ...world.env, INPUT_MODE: 'propose' });
    assert.equal(first.status, 0, first.lines.join('\n'));
    assert.equal(first.outputs['opened'], '1');
    const [pull, ...more] = await world.github.pulls('shop', 'gitops');
    assert.equal(more.length, 0);
    assert.equal(pull?.state, 'open');
    assert.deepEqual(JSON.parse(first.outputs['pull-requests'] ?? ''), [
      reportOf(first).incident?.decision.pullRequest,
    ]);
    const second = await runStep({ ...world.env, INPUT_MODE: 'propose' });
    assert.equal(second.status, 0, second.lines.join('\n'));
    assert.equal(second.outputs['opened'], '0');
    assert.equal(reportOf(second).incident?.decision.outcome, 'already-open');
    assert.equal((await world.github.pulls('shop', 'gitops')).length, 1);
  });

  test('verify follows the merge to its end and opens nothing', async () => {
    await world.github.merge('shop', 'gitops', 1, { method: 'squash', by: world.github.reviewer.login });
    const outcomes: string[] = [];
    for (let run = 0; run < 6 && outcomes.at(-1) !== 'verified'; run++) {
      await world.pass(120);
      const step = await runStep({ ...world.env, INPUT_MODE: 'verify' });
      assert.equal(step.status, 0, step.lines.join('\n'));
      assert.equal(step.outputs['incidents'], '');
      assert.equal(step.outputs['sarif-file'], '');
      assert.equal(reportOf(step).keys.includes('incidents'), false);
      outcomes.push(...Followed.parse(JSON.parse(step.outputs['followed'] ?? '')).map(({ outcome }) => outcome));
    }
    assert.equal(outcomes.at(-1), 'verified', outcomes.join());
    const [pull] = await world.github.pulls('shop', 'gitops');
    assert.deepEqual(
      pull?.labels.filter((label) => label.includes('verified')),
      ['remendo/verified'],
    );
  });
});

describe('what is wrong fails the step with one line', () => {
  test('an input that is none', async () => {
    assert.match(
      await error({ INPUT_MODE: 'fix' }),
      /input mode: "fix" is none of scan, propose, verify \[input-invalid\]$/,
    );
    assert.match(await error({ INPUT_REPOSITORIES: 'https://git.example.com/a' }), /is not URL=PATH/);
  });

  test('a configuration that does not exist, or is wrong', async () => {
    assert.match(
      await error({ INPUT_CONFIG: 'none.yaml' }),
      /none\.yaml: there is no such configuration file \[config-missing\]/,
    );
  });

  test('propose without a credential', async () => {
    assert.match(await error({ INPUT_MODE: 'propose' }), /has no credential \[credential-missing\]; give github-token/);
  });

  test('a snapshot that is not there, and a cluster that does not answer', async () => {
    assert.match(await error({ INPUT_MODE: 'scan', INPUT_SNAPSHOT: 'gone' }), /\[snapshot-missing\]/);
    const kubeconfig =
      'apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]\n';
    const folder = mkdtempSync(join(tmpdir(), 'remendo-test-'));
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, kubeconfig);
    assert.match(await error({ INPUT_MODE: 'scan', INPUT_KUBECONFIG: file }), /\[cluster-unreachable\]/);
    rmSync(folder, { recursive: true });
  });
});

async function error(env: Record<string, string>): Promise<string> {
  const step = await runStep(env);
  assert.equal(step.status, 1, step.lines.join('\n'));
  const errors = commandsOf(step.lines).filter((line) => line.startsWith('::error'));
  assert.equal(errors.length, 1, errors.join('\n'));
  return errors[0] ?? '';
}
