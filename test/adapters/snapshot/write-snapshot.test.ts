import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { createSnapshotFolder } from '../../../src/adapters/snapshot/snapshot-folder.ts';
import { writeSnapshot } from '../../../src/adapters/snapshot/write-snapshot.ts';
import { project } from '../../../src/domain/kubernetes/project.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { noObjects } from '../../../src/domain/snapshot.ts';
import type { ClusterReader } from '../../../src/ports/cluster.ts';

const clock = { now: () => new Date('2026-12-01T00:00:00Z'), sleep: () => Promise.resolve() };
const BY_HAND = fileURLToPath(new URL('../../../fixtures/snapshots/by-hand', import.meta.url));
const root = await mkdtemp(join(tmpdir(), 'remendo-test-'));
after(() => rm(root, { recursive: true, force: true }));
const web = { namespace: 'shop', pod: 'web-1', container: 'web', previous: false, tailLines: 100 };

function readerOf(snapshot: Snapshot): ClusterReader {
  return {
    ...createSnapshotFolder({ directory: BY_HAND, clock }),
    snapshot: () => Promise.resolve({ ok: true, value: snapshot }),
  };
}

test('a written snapshot is read back as the same snapshot, with its logs', async () => {
  const reader = createSnapshotFolder({ directory: BY_HAND, clock });
  const directory = join(root, 'copy');
  const gone = { ...web, pod: 'web-2' };
  const written = await writeSnapshot(reader, directory, {
    logs: ({ objects }) => (objects.Pod.length > 0 ? [web, { ...web, previous: true }, gone] : []),
    scrub: (text) => text.replace('two', '***'),
  });
  assert.ok(written.ok);
  assert.equal(written.value.logs, 2);
  assert.deepEqual(written.value.missing, [gone]);
  const copy = createSnapshotFolder({ directory, clock });
  assert.deepEqual(await copy.snapshot(), await reader.snapshot());
  assert.deepEqual(await copy.logs(web), { ok: true, value: 'one\n***\nthree\n' });
  assert.deepEqual(await copy.logs({ ...web, previous: true }), { ok: true, value: 'before the crash\n' });
});

test('one file a kind, as kubectl lays it out; no values of Secrets or variables', async () => {
  const pod = project('Pod', {
    metadata: { name: 'p', namespace: 'a' },
    spec: {
      containers: [{ name: 'c', args: ['--x=yes', 'yes', '', '0x10'], env: [{ name: 'TOKEN', value: 'hunter2' }] }],
    },
    status: { message: 'line one\nline "two": \u2028 \u0007 é' },
  });
  const secret = project('Secret', {
    metadata: { name: 's', namespace: 'a' },
    type: 'Opaque',
    data: { 'a.b': 'aHVudGVyMg==', __proto__: 'x' },
  });
  assert.ok(pod.ok && secret.ok);
  const snapshot: Snapshot = {
    cluster: 'c',
    takenAt: '2026-11-21T00:00:00Z',
    objects: { ...noObjects(), Pod: [pod.value], Secret: [secret.value] },
    blind: [{ kind: 'Node', reason: 'forbidden' }],
  };
  const directory = join(root, 'layout');
  assert.ok((await writeSnapshot(readerOf(snapshot), directory, { logs: () => [] })).ok);
  assert.deepEqual((await readdir(directory)).sort(), ['pods.yaml', 'secrets.yaml', 'snapshot.json']);
  const pods = await readFile(join(directory, 'pods.yaml'), 'utf8');
  assert.equal(
    pods,
    [
      'apiVersion: v1',
      'items:',
      '- apiVersion: v1',
      '  kind: Pod',
      '  metadata:',
      '    name: p',
      '    namespace: a',
      '  spec:',
      '    containers:',
      '    - name: c',
      '      args:',
      '      - --x=yes',
      '      - "yes"',
      '      - ""',
      '      - "0x10"',
      '      env:',
      '      - name: TOKEN',
      '  status:',
      '    message: "line one\\nline \\"two\\": \\u2028 \\u0007 é"',
      'kind: List',
      '',
    ].join('\n'),
  );
  const secrets = await readFile(join(directory, 'secrets.yaml'), 'utf8');
  assert.ok(!/hunter2|aHVudGVyMg/.test(pods + secrets));
  const back = await createSnapshotFolder({ directory, clock }).snapshot();
  assert.deepEqual(back, { ok: true, value: snapshot });
});

test('a folder that holds something is left alone', async () => {
  const written = await writeSnapshot(createSnapshotFolder({ directory: BY_HAND, clock }), BY_HAND, { logs: () => [] });
  assert.equal(written.ok ? '' : written.error.code, 'snapshot-exists');
});

test('a folder that cannot be made, and a cluster that cannot be read', async () => {
  const reader = createSnapshotFolder({ directory: BY_HAND, clock });
  const below = join(BY_HAND, 'shop.yml', 'below');
  const written = await writeSnapshot(reader, below, { logs: () => [] });
  assert.equal(written.ok ? '' : written.error.code, 'snapshot-not-written');
  const missing = createSnapshotFolder({ directory: join(root, 'nothing'), clock });
  const failed = await writeSnapshot(missing, join(root, 'new'), { logs: () => [] });
  assert.equal(failed.ok ? '' : failed.error.code, 'snapshot-missing');
});
