import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { ScanOut } from '../../src/app/scan-contract.ts';
import type { Ended } from './remendo.ts';
import { remendo, scratch } from './remendo.ts';

const WORLD = fileURLToPath(new URL('../../fixtures/worlds/orders', import.meta.url));
const URL_IN_APPLICATIONS = 'https://git.orders.example/platform/gitops.git';
const ESCAPE = '\u001B';

function validate(document: unknown): readonly unknown[] {
  const file = new URL('../../docs/schema/scan.schema.json', import.meta.url);
  const check = new Ajv().compile(JSON.parse(readFileSync(file, 'utf8')));
  return check(document) ? [] : (check.errors ?? []);
}

describe('scan on the orders world', () => {
  const folder = scratch();
  let text: Ended, json: Ended, healthy: Ended;

  before(async () => {
    for (const state of ['broken', 'healthy']) {
      execFileSync('git', [
        'clone',
        '-q',
        '-b',
        'main',
        join(WORLD, state, 'repository.bundle'),
        join(folder.path, state),
      ]);
    }
    const scan = (state: string, ...more: string[]): Promise<Ended> => {
      const repo = `${URL_IN_APPLICATIONS}=${state}`;
      const args = ['scan', '--snapshot', join(WORLD, state, 'cluster'), '--repo', repo, ...more];
      return remendo(args, { directory: folder.path });
    };
    [text, json, healthy] = await Promise.all([
      scan('broken'),
      scan('broken', '-o', 'json'),
      scan('healthy', '-o', 'json'),
    ]);
  });
  after(() => folder[Symbol.dispose]());

  it('ends with 3: incidents with proven fixes', () => {
    assert.deepEqual([text.status, json.status], [3, 3]);
    assert.deepEqual([text.err, json.err], ['', '']);
  });

  it('prints a document that its schema and its contract describe', () => {
    const document: unknown = JSON.parse(json.out);
    assert.deepEqual(validate(document), []);
    assert.deepEqual(ScanOut.parse(document), document);
  });

  it('prints a line of the table for each incident, with the place in Git', () => {
    const { incidents } = ScanOut.parse(JSON.parse(json.out));
    const lines = text.out.split('\n');
    for (const { object, cause, source } of incidents) {
      const line = lines.find(
        (one) =>
          one.startsWith('#') &&
          one.includes(`${object.kind} ${object.namespace}/${object.name}`) &&
          one.includes(cause),
      );
      assert.ok(line, `${object.name} ${cause}`);
      if ('file' in source && source.line !== undefined)
        assert.ok(line.endsWith(`${source.file}:${source.line}`), line);
    }
    assert.match(lines[0] ?? '', new RegExp(`^snapshot {2}${incidents.length} incidents, \\d+ with a proven fix`));
  });

  it('shows the changed line, and the proof', () => {
    assert.match(text.out, /\n {4}-.*key: SMTP_PASWORD.*\n {4}\+.*key: SMTP_PASSWORD/);
    assert.match(text.out, /proof: proven ✓ minimal ✓ exact-render/);
  });

  it('leaves colours out of a pipe', () => {
    assert.ok(!text.out.includes(ESCAPE));
  });

  it('ends with 2 where nothing that fails has a fix', () => {
    const { incidents } = ScanOut.parse(JSON.parse(healthy.out));
    assert.equal(healthy.status, 2);
    assert.deepEqual(
      incidents.map(({ object }) => `${object.kind} ${object.namespace}/${object.name}`),
      ['CronJob orders/nightly'],
    );
  });

  it('does not touch the clone', () => {
    assert.equal(
      execFileSync('git', ['-C', join(folder.path, 'broken'), 'status', '--porcelain'], { encoding: 'utf8' }),
      '',
    );
  });
});

/** A snapshot folder of one Deployment with a pod that is killed for its memory, written by hand. */
function writeSnapshot(directory: string, name: string, ready: boolean): void {
  mkdirSync(directory, { recursive: true });
  const labels = { app: 'web' };
  const owner = (kind: string, owned: string) => ({
    apiVersion: 'apps/v1',
    kind,
    name: owned,
    controller: true,
    uid: owned,
  });
  const containers = [{ name: 'web', image: 'registry.example/web:1', resources: { limits: { memory: '64Mi' } } }];
  const template = { metadata: { labels }, spec: { containers } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-03-01T11:58:00Z' };
  const state = ready ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff', message: name } };
  const containerStatuses = [
    { name: 'web', ready, restartCount: ready ? 0 : 9, state, ...(ready ? {} : { lastState: { terminated } }) },
  ];
  const objects = [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web-1', namespace: 'shop', labels, ownerReferences: [owner('Deployment', 'web')] },
      spec,
      status: { replicas: 1 },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web-1-x',
        namespace: 'shop',
        labels,
        ownerReferences: [owner('ReplicaSet', 'web-1')],
        creationTimestamp: '2026-03-01T11:00:00Z',
      },
      spec: { containers },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
        containerStatuses,
      },
    },
  ];
  writeFileSync(join(directory, 'objects.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  writeFileSync(join(directory, 'snapshot.json'), JSON.stringify({ cluster: name, takenAt: '2026-03-01T12:00:00Z' }));
}

describe('scan on a snapshot written by hand', () => {
  it('ends with 0 where nothing fails', async () => {
    using folder = scratch();
    writeSnapshot(join(folder.path, 'case'), 'quiet', true);
    const { status, out } = await remendo(['scan', '--snapshot', 'case'], { directory: folder.path });
    assert.deepEqual([status, out], [0, 'quiet  nothing fails  2026-03-01T12:00:00Z\n']);
  });

  it('says of an object that no Application deploys that it is not managed', async () => {
    using folder = scratch();
    writeSnapshot(join(folder.path, 'case'), 'alone', false);
    const { status, out } = await remendo(['scan', '--snapshot', 'case', '-o', 'json'], { directory: folder.path });
    const [incident] = ScanOut.parse(JSON.parse(out)).incidents;
    assert.equal(status, 2);
    assert.equal(incident?.cause, 'memory/oom-killed');
    assert.equal(incident.decision.outcome, 'not-located');
    assert.deepEqual(Object.keys(incident.source), ['refused']);
  });

  it('shows terminal escapes of the cluster and does not pass them on', async () => {
    using folder = scratch();
    writeSnapshot(join(folder.path, 'case'), `${ESCAPE}]0;title\u0007\u202Eevil\u009B31m`, false);
    const { out } = await remendo(['scan', '--snapshot', 'case'], {
      directory: folder.path,
      env: { FORCE_COLOR: '0' },
    });
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(out, /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/);
    assert.match(out, /\\u001b\]0;title\\u0007\\u202eevil\\u009b31m/);
  });

  it('colours where it is told to', async () => {
    using folder = scratch();
    writeSnapshot(join(folder.path, 'case'), 'alone', false);
    const { out } = await remendo(['scan', '--snapshot', 'case'], {
      directory: folder.path,
      env: { FORCE_COLOR: '1' },
    });
    assert.ok(out.startsWith(`${ESCAPE}[1malone${ESCAPE}[22m`));
  });

  it('leaves nothing in the working directory', async () => {
    using folder = scratch();
    writeSnapshot(join(folder.path, 'case'), 'alone', false);
    await remendo(['scan', '--snapshot', 'case'], { directory: folder.path });
    assert.deepEqual(readdirSync(folder.path), ['case']);
  });
});
