import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { createSnapshotFolder } from '../../../src/adapters/snapshot/snapshot-folder.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';

const NOW = '2026-12-01T00:00:00.000Z';
const clock = { now: () => new Date(NOW), sleep: () => Promise.resolve() };
const BY_HAND = fileURLToPath(new URL('../../../fixtures/snapshots/by-hand', import.meta.url));
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'remendo-test-'));
  folders.push(directory);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

async function read(directory: string, options: { cluster?: string; takenAt?: string } = {}): Promise<Snapshot> {
  const snapshot = await createSnapshotFolder({ directory, clock, ...options }).snapshot();
  assert.ok(snapshot.ok, snapshot.ok ? '' : JSON.stringify(snapshot.error));
  return snapshot.value;
}

async function refused(files: Record<string, string>): Promise<Problem> {
  const snapshot = await createSnapshotFolder({ directory: await folderOf(files), clock }).snapshot();
  assert.ok(!snapshot.ok);
  return snapshot.error;
}

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n';

test('a folder written by hand', async () => {
  const snapshot = await read(BY_HAND);
  assert.equal(snapshot.cluster, 'by-hand');
  assert.equal(snapshot.takenAt, '2026-11-20T10:00:00Z');
  assert.deepEqual(snapshot.blind, [{ kind: 'Event', reason: 'events is forbidden: no right to list' }]);
  assert.deepEqual(snapshot.objects.Pod, [
    {
      metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web', version: '1' } },
      spec: { containers: [{ name: 'web', image: 'example.com/web:1', ports: [{ containerPort: 8080 }] }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'web', restartCount: 3, ready: false }] },
    },
  ]);
  assert.deepEqual(
    snapshot.objects.Service.map(({ metadata }) => metadata),
    [{ name: 'front', namespace: 'default' }],
    'another group with the same kind is not a core Service; no namespace means default',
  );
  assert.deepEqual(
    snapshot.objects.StorageClass.map(({ metadata }) => metadata),
    [{ name: 'fast' }, { name: 'slow' }],
  );
  assert.deepEqual(snapshot.objects.Event, []);
});

test('values of Secrets do not enter the snapshot, their keys do', async () => {
  const snapshot = await read(BY_HAND);
  assert.deepEqual(snapshot.objects.Secret, [
    { metadata: { name: 'mail', namespace: 'shop' }, keys: ['PASSWORD', 'USER', 'EMPTY'] },
  ]);
  assert.ok(!/super|very-secret|c3VwZX/.test(JSON.stringify(snapshot)));
});

test('explicit options win over snapshot.json', async () => {
  const snapshot = await read(BY_HAND, { cluster: 'prod', takenAt: '2026-01-01T00:00:00Z' });
  assert.deepEqual([snapshot.cluster, snapshot.takenAt], ['prod', '2026-01-01T00:00:00Z']);
});

test('logs: current, previous, the last lines, and what is not there', async () => {
  const folder = createSnapshotFolder({ directory: BY_HAND, clock });
  const request = { namespace: 'shop', pod: 'web-1', container: 'web', previous: false, tailLines: 2 };
  assert.deepEqual(await folder.logs(request), { ok: true, value: 'two\nthree\n' });
  assert.deepEqual(await folder.logs({ ...request, previous: true }), { ok: true, value: 'before the crash\n' });
  for (const bad of [{ pod: 'web-2' }, { container: '../web-1/web' }, { namespace: '..' }, { pod: 'a..b' }]) {
    const log = await folder.logs({ ...request, ...bad });
    assert.equal(log.ok ? '' : log.error.code, 'log-unavailable');
  }
});

test('a log is read from its end, at most 64 KiB', async () => {
  const directory = await folderOf({ 'logs/a/b/c.log': `${'x'.repeat(200_000)}\nlast\n` });
  const log = await createSnapshotFolder({ directory, clock }).logs({
    namespace: 'a',
    pod: 'b',
    container: 'c',
    previous: false,
    tailLines: 1000,
  });
  assert.ok(log.ok && log.value.length === 64 * 1024 && log.value.endsWith('x\nlast\n'));
});

const POD = (name: string): object => ({ metadata: { name, namespace: 'a' }, spec: { containers: [{ name: 'c' }] } });

test('lists, with and without kinds of their own, many values in one file, and top-level arrays', async () => {
  const kind = { apiVersion: 'v1', kind: 'Pod' };
  const directory = await folderOf({
    'a.json': JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [POD('a')] }),
    'b.json': JSON.stringify({ apiVersion: 'v1', items: [POD('b')], kind: 'PodList' }, undefined, 4),
    'c.json': JSON.stringify({ apiVersion: 'v1', items: [{ ...kind, ...POD('c') }], kind: 'List' }),
    'd.json': `${JSON.stringify({ ...kind, ...POD('d1') })}\n${JSON.stringify({ ...kind, ...POD('d2') })}`,
    'e.json': JSON.stringify([{ ...kind, ...POD('e') }]),
    'f.yaml': `kind: PodList\napiVersion: v1\nitems:\n- ${JSON.stringify(POD('f'))}\n`,
    'deep/g.YML': `---\n---\n# nothing\n---\n${JSON.stringify({ ...kind, ...POD('g') })}\n...\n`,
    'h.json': '\ufeff' + JSON.stringify({ ...kind, ...POD('h') }),
    'values.json': '{"items":[{"name":"not an object of Kubernetes"}]}',
    'empty.yaml': '',
    'number.json': '42',
    '.hidden/x.yaml': ': not read',
    'readme.md': ': not read',
  });
  const { objects } = await read(directory);
  assert.deepEqual(objects.Pod.map(({ metadata }) => metadata.name).sort(), [
    'a',
    'b',
    'c',
    'd1',
    'd2',
    'e',
    'f',
    'g',
    'h',
  ]);
});

test('UTF-16, as PowerShell writes it, and CRLF', async () => {
  const text = NAMESPACE.replaceAll('\n', '\r\n');
  const directory = await folderOf({
    'a.yaml': Buffer.from(`\ufeff${text}`, 'utf16le'),
    'b.json': Buffer.from('\ufeff{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"café"}}', 'utf16le'),
    'c.yaml': text.replace('shop', 'bank'),
  });
  const { objects } = await read(directory);
  assert.deepEqual(
    objects.Namespace.map(({ metadata }) => metadata.name),
    ['shop', 'café', 'bank'],
  );
});

test('an anchor that another item of a list uses', async () => {
  const directory = await folderOf({
    'a.yaml':
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: a\n    labels: &labels {team: x}\n' +
      '- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: b\n    labels: *labels\n',
  });
  const { objects } = await read(directory);
  assert.deepEqual(
    objects.Namespace.map(({ metadata }) => metadata),
    [
      { name: 'a', labels: { team: 'x' } },
      { name: 'b', labels: { team: 'x' } },
    ],
  );
});

test('the same object in two files is one object', async () => {
  const { objects } = await read(await folderOf({ 'a.yaml': NAMESPACE, 'b.yaml': NAMESPACE }));
  assert.equal(objects.Namespace.length, 1);
});

test('links are followed, but not in a circle', async () => {
  const directory = await folderOf({ 'real/a.yaml': NAMESPACE });
  await symlink(directory, join(directory, 'real', 'circle'));
  await symlink(join(directory, 'real', 'a.yaml'), join(directory, 'link.yaml'));
  assert.equal((await read(directory)).objects.Namespace.length, 1);
});

const node = (time: string): string =>
  `apiVersion: v1\nkind: Node\nmetadata:\n  name: node1\nstatus:\n  conditions:\n  - type: Ready\n    status: "True"\n    lastHeartbeatTime: "${time}"\n`;
const event = (time: string): string =>
  `apiVersion: v1\nkind: Event\nmetadata:\n  name: e\n  deletionTimestamp: "2030-01-01T00:00:00Z"\ninvolvedObject: {}\nlastTimestamp: "${time}"\n`;
const lease =
  'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: l}\nspec: {renewTime: "2026-11-21T07:00:00.5Z"}\n';
const takenAt = async (...texts: string[]): Promise<string> =>
  (await read(await folderOf(Object.fromEntries(texts.map((text, n) => [`${n}.yaml`, text]))))).takenAt;

test('a dump with a heartbeat knows its own age', async () => {
  assert.equal(await takenAt(node('2026-11-21T05:00:00Z'), event('2026-11-21T04:00:00Z')), '2026-11-21T05:00:00Z');
  assert.equal(await takenAt(node('2026-11-21T05:00:00Z'), event('2026-11-21T06:00:00Z')), '2026-11-21T06:00:00Z');
  assert.equal(await takenAt(lease, event('2026-11-21T06:00:00Z')), '2026-11-21T07:00:00Z');
  assert.equal(await takenAt(event('2026-11-21T06:00:00Z')), NOW, 'an event may be days old');
});

test('a folder that is not there', async () => {
  const snapshot = await createSnapshotFolder({ directory: join(BY_HAND, 'nowhere'), clock }).snapshot();
  assert.equal(snapshot.ok ? '' : snapshot.error.code, 'snapshot-missing');
});

test('what cannot be read names file, line and reason', async () => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['half.json', '{\n "apiVersion": "v1",\n "items": [\n  {"kind": "Pod",\n   "meta', 5, /not JSON/],
    ['comma.json', '{"items": [\n{"a": 1}\n{"b": 2}]}', 3, /not JSON/],
    ['quote.json', '{\n"a": tru\n}', 2, /not JSON/],
    ['half.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: "a\n', 5, /not YAML/],
    ['tab.yaml', `${NAMESPACE}---\na:\n\tb: 1\n`, 7, /not YAML/],
    ['twice.yaml', `${NAMESPACE}kind: Namespace\n`, 5, /not YAML/],
    ['page.yaml', '<!DOCTYPE html>\n<a>: [\n', 1, /not YAML/],
    [
      'shape.yaml',
      `${NAMESPACE}---\n# here\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: web\n`,
      5,
      /Pod web: spec\.containers: /,
    ],
    [
      'item.yaml',
      `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Namespace\n  metadata: {}\n`,
      7,
      /Namespace \(no name\): metadata\.name: /,
    ],
    [
      'item.json',
      '{"kind":"List","items":[\n{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}},\n{"apiVersion":"v1","kind":"Namespace"}]}',
      3,
      /Namespace \(no name\): metadata: /,
    ],
  ];
  for (const [name, text, line, message] of cases) {
    const found = await refused({ 'fine.yaml': NAMESPACE, [name]: text });
    assert.equal(found.code, 'snapshot-invalid', name);
    assert.ok(found.place?.file.endsWith(name), name);
    assert.equal(found.place?.line, line, `${name}: ${found.message}`);
    assert.match(found.message, message);
    assert.ok(found.excerpt !== undefined, name);
  }
});

test('what is wrong in a file with Secrets is told without an excerpt', async () => {
  const found = await refused({
    'a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  KEY: "hunter2\n',
  });
  assert.equal(found.code, 'snapshot-invalid');
  assert.ok(!JSON.stringify(found).includes('hunter2'));
});

test('snapshot.json: what is wrong in it, and a list of that name', async () => {
  for (const text of ['{', '{"takenAt":"yesterday"}', '{"blind":[{"kind":"Widget","reason":"x"}]}']) {
    const found = await refused({ 'snapshot.json': text });
    assert.equal(found.code, 'snapshot-invalid', text);
    assert.ok(found.place?.file.endsWith('snapshot.json'));
  }
  const list = { apiVersion: 'v1', kind: 'NamespaceList', items: [{ metadata: { name: 'shop' } }] };
  const { objects } = await read(await folderOf({ 'snapshot.json': JSON.stringify(list) }));
  assert.equal(objects.Namespace.length, 1);
});

test('nothing can be dry-run, and watching ends when the caller stops', async () => {
  const folder = createSnapshotFolder({ directory: BY_HAND, clock });
  const answer = await folder.dryRun.apply({}, { apiVersion: 'v1', kind: 'Pod', name: 'x' });
  assert.deepEqual(answer, { kind: 'unavailable', reason: 'offline snapshot' });
  const stop = new AbortController();
  const watching = folder.watch(() => assert.fail('files do not change'), stop.signal);
  stop.abort();
  await watching;
  await folder.close();
});

test('a folder that holds no Kubernetes objects is not a cluster in which nothing fails', async () => {
  const directory = await folderOf({ 'values.yaml': 'replicas: 2\n' });
  const snapshot = await createSnapshotFolder({ directory, clock }).snapshot();
  assert.ok(!snapshot.ok);
  assert.equal(snapshot.error.code, 'snapshot-missing');
  assert.match(snapshot.error.hint ?? '', /kubectl get/);
});
