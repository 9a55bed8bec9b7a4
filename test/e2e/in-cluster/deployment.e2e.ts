import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { DoctorOut } from '../../../src/app/doctor/line.ts';
import type { Image } from '../image/image.ts';
import { buildImage, compressedSize, importImage } from '../image/image.ts';
import type { PullView } from '../scenarios/hosts/host.ts';
import { deployment, lines } from '../scenarios/manifests.ts';
import type { Team, World } from '../scenarios/world.ts';
import { endOf, startWorld, until } from '../scenarios/world.ts';
import { noteResult } from '../table.ts';
import type { Recorder } from './connections.ts';
import { recordConnections } from './connections.ts';
import { NetworkPolicy, letsOut } from './network-policy.ts';
import type { Pod, Release } from './release.ts';
import { prepareRelease } from './release.ts';

/** Keys of the Secret, by the variable that holds the same credential elsewhere. */
const KEYS: Readonly<Record<string, string>> = { GITHUB_TOKEN: 'github-token', REMENDO_GITEA_TOKEN: 'gitea-token' };
/** As docs/install.md says. */
const DOCTOR = ['remendo', 'doctor', '--config', '/etc/remendo/remendo.yaml', '--output', 'json'];

let world: World;
let image: Image;
let tokens: readonly string[];
let release: Release;
let second: Release;
let packed: Promise<number>;
let others: string;
let connections: Recorder;

before(async () => {
  world = await startWorld();
  const { cluster, host } = world;
  await cluster.images.push('shop/app', '1');
  image = await buildImage(cluster);
  await importImage(cluster, image);
  // Takes its time; looked at in the end.
  packed = compressedSize(image);
  packed.catch(() => undefined);
  const credentials = Object.fromEntries(
    Object.entries(KEYS).flatMap(([name, key]) => (host.env[name] === undefined ? [] : [[key, host.env[name]]])),
  );
  tokens = Object.values(credentials);
  const authorities = readFileSync(cluster.ca, 'utf8');
  release = await prepareRelease(cluster, { namespace: 'bot', name: 'remendo', credentials, authorities });
  second = await prepareRelease(cluster, { namespace: 'bot-two', name: 'remendo', credentials, authorities });
  others = await release.objects();
  connections = recordConnections(cluster.directory, 8080);
});
after(async () => {
  connections.stop();
  await release.remove();
  await second.remove();
  await world.close();
});

/** What Remendo must reach here: the API server by its Service, and the Git host. */
function reached(): readonly { readonly address: string; readonly port: number }[] {
  const git = new URL(world.cluster.gitea.url);
  return [
    { address: new URL(world.cluster.server).hostname, port: 443 },
    { address: git.hostname, port: Number(git.port) },
  ];
}

function values(detect: Readonly<Record<string, unknown>> = {}): unknown {
  const { host, cluster } = world;
  return {
    config: {
      mode: 'propose',
      cluster: { name: 'e2e' },
      ...host.config,
      registry: { insecureHosts: [cluster.registry] },
      detect: { minimumAge: '5s', minimumRestarts: 1, ...detect },
      limits: { openPullRequests: 50, pullRequestsPerHour: 100 },
      verify: { propagation: '120s', soak: '10s' },
      run: { interval: '5s', debounce: '1s' },
    },
    credentials: { existingSecret: 'credentials' },
    caBundle: { configMap: 'authorities' },
    dryRun: { enabled: true },
    networkPolicy: { enabled: true, egressPorts: reached().map(({ port }) => port) },
    podDisruptionBudget: { enabled: true },
  };
}

test('the image of the Dockerfile runs as nobody in particular and is smaller than 250 MB', () => {
  const { User, Entrypoint, Cmd } = image.config;
  assert.deepEqual(
    { User, Entrypoint, Cmd },
    { User: '10001:10001', Entrypoint: ['/usr/local/bin/remendo'], Cmd: ['run'] },
  );
  const unpacked = statSync(image.archive).size;
  assert.ok(unpacked < 250e6, `${unpacked} bytes`);
});

test('helm installs it into a namespace that enforces "restricted": two pods are ready, one leads', () =>
  world.scenario('helm install', 'two pods are ready', async () => {
    assert.match(await release.install(values()), /runs in mode propose/);
    const pods = await release.pods();
    assert.deepEqual(
      pods.map(({ ready, restarts }) => ({ ready, restarts })),
      [
        { ready: true, restarts: 0 },
        { ready: true, restarts: 0 },
      ],
    );
    const leader = await leading();
    for (const pod of pods) {
      assert.equal((await ask(pod, 'healthz')).status, 200);
      assert.equal((await ask(pod, 'readyz')).status, 200);
      assert.equal(await metric(pod, 'remendo_leader'), pod.name === leader.name ? 1 : 0);
      assert.equal((await ask(pod, 'else')).status, 404);
    }
    const starts = pods.map(({ startSeconds }) => `${startSeconds} s`).join(', ');
    note('from the start of the container to ready', 0, starts);
  }));

test('the leader is killed between pull request and merge: the other one finishes the work', () =>
  world.scenario('in the cluster, leader killed in the middle', 'verified, one pull request', async () => {
    const team = await broken('ledger');
    const opened = await pull(team);
    assert.match(opened.body, /\| api-server \| [^|]+ \| Accepted in dry-run/);
    const killed = await leading();
    await release.kill(killed);
    await team.merge(opened.number);
    await verified(team);
    assert.notEqual((await leading()).name, killed.name);
    assert.equal((await team.pulls()).length, 1);
  }));

test('doctor finds everything in order, from inside a pod', async () => {
  const said = await release.kubectl('exec', 'deployment/remendo', '--', ...DOCTOR);
  const { lines: found } = DoctorOut.parse(JSON.parse(said));
  assert.deepEqual(
    found.filter(({ result }) => result === 'problem'),
    [],
  );
  const dryRun = found.filter(({ check }) => check === 'dry-run');
  assert.deepEqual(
    dryRun.map(({ result }) => result),
    ['ok'],
  );
});

test('an upgrade in the middle: new pods, and the open pull request goes on', () =>
  world.scenario('in the cluster, helm upgrade in the middle', 'verified, one pull request', async () => {
    const team = await broken('invoices');
    const opened = await pull(team);
    const before = await release.pods();
    await release.upgrade(values({ minimumRestarts: 2 }));
    const now = await until('only new pods', 120, async () => {
      const pods = await release.pods();
      return pods.length === 2 && pods.every((pod) => pod.ready) ? pods : undefined;
    });
    assert.ok(now.every(({ name }) => !before.some((old) => old.name === name)));
    await team.merge(opened.number);
    await verified(team);
    assert.equal((await team.pulls()).length, 1);
  }));

test('installed twice on one cluster: both work, and there is one pull request', () =>
  world.scenario('two installations on one cluster', 'verified, one pull request', async () => {
    await second.install(values());
    try {
      const team = await broken('refunds');
      const opened = await pull(team);
      await team.merge(opened.number);
      await verified(team);
      const all = await team.pulls();
      assert.equal(all.length, 1);
      assert.equal(all[0]?.comments.length, 1);
    } finally {
      await second.uninstall();
    }
  }));

test('probes stayed green, logs are JSON without credentials, memory is far from the limit', async () => {
  const pods = await release.pods();
  assert.deepEqual(
    pods.map(({ restarts }) => restarts),
    [0, 0],
  );
  for (const { name } of pods) {
    const log = await release.kubectl('logs', name);
    for (const line of log.trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
    for (const token of tokens) assert.ok(!log.includes(token));
  }
  const leader = await leading();
  const [memory, passes] = [
    await metric(leader, 'process_resident_memory_bytes'),
    await metric(leader, 'remendo_pass_duration_seconds_count'),
  ];
  note('memory of the leader', 0, `${(memory / 1024 ** 2).toFixed(0)} MiB after ${passes} passes`);
  assert.ok(memory < 768 * 1024 ** 2);
  const sizes = [statSync(image.archive).size, await packed].map((size) => `${(size / 1e6).toFixed(0)} MB`);
  note('image', 0, `${sizes[0]} unpacked, ${sizes[1]} compressed`);
});

test('the network policy lets out what the pods opened, and no more', () =>
  world.scenario('network policy', 'covers every connection that the pods opened', async () => {
    // Nothing on this network enforces policies: what this one would let through is worked out as Kubernetes documents it.
    const path = `/apis/networking.k8s.io/v1/namespaces/${release.namespace}/networkpolicies/remendo`;
    const policy = NetworkPolicy.parse(await world.cluster.admin.get(path));
    const opened = connections.seen();
    for (const { address, port } of reached())
      assert.ok(
        opened.some((one) => one.address === address && one.port === port),
        `${address}:${port} was not recorded, only ${JSON.stringify(opened)}`,
      );
    assert.deepEqual(
      opened.filter((one) => !letsOut(policy, one)),
      [],
    );
    const dns = { address: '10.96.0.10', port: 53 };
    assert.ok(letsOut(policy, { ...dns, protocol: 'UDP' }) && letsOut(policy, { ...dns, protocol: 'TCP' }));
    for (const port of [22, 80, 2379, 8080, 10_250])
      assert.ok(!letsOut(policy, { protocol: 'TCP', address: '10.96.0.10', port }), String(port));
  }));

test('helm uninstall leaves the Lease, the Secret and the namespace', async () => {
  await release.uninstall();
  const left = await until('the pods are gone', 120, async () => {
    const now = await release.objects();
    return now.includes('pod/') ? undefined : now;
  });
  const expected = [...others.split('\n'), 'lease.coordination.k8s.io/remendo'];
  assert.deepEqual(left.split('\n').sort(), expected.sort());
});

async function broken(name: string): Promise<Team> {
  const container = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: 32Mi}}');
  const manifest = deployment(name, `${world.cluster.registry}/shop/app:1`, container);
  const team = await world.team(name, { [`app/${name}.yaml`]: manifest });
  await team.deploy();
  return team;
}

async function pull(team: Team): Promise<PullView> {
  return until(
    'a pull request',
    240,
    async () => (await team.pulls())[0],
    () => release.lastWords(),
  );
}

async function verified(team: Team): Promise<void> {
  const look = async (): Promise<PullView | undefined> => {
    const [now] = await team.pulls();
    return now && endOf(now) !== undefined ? now : undefined;
  };
  const ended = await until('the end of the pull request', 240, look, () => release.lastWords());
  const said = ended.comments.map(({ body }) => body).join('\n');
  assert.equal(endOf(ended), 'verified', `${said}\n${await release.lastWords()}`);
}

async function leading(): Promise<Pod> {
  return until('a leader', 60, async () => {
    const name = await release.leader();
    return (await release.pods()).find((pod) => pod.name === name);
  });
}

function ask(pod: Pod, path: string): Promise<Response> {
  return fetch(`http://${pod.ip}:8080/${path}`, { signal: AbortSignal.timeout(10_000) });
}

async function metric(pod: Pod, name: string): Promise<number> {
  const text = await (await ask(pod, 'metrics')).text();
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
  assert.ok(value !== undefined, text);
  return Number(value);
}

function note(scenario: string, seconds: number, result: string): void {
  noteResult(world.cluster.directory, { scenario, seconds, result });
}
