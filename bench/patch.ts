import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApp } from '../src/app/app.ts';
import { completeConfig } from '../src/config/config.ts';
import type { EnginePorts } from '../src/engine/ports.ts';
import { pass } from '../src/engine/pass.ts';
import { createSandboxClock } from '../src/sandbox/clock.ts';
import { createClusterWorld } from '../src/sandbox/cluster/world.ts';

const URL_IN_APPLICATION = 'https://git.example/shop/gitops.git';
const RUNS = 30;
const PATIENCE = 30_000;

const MANIFEST = `# Owner: team shop.
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
      - name: orders
        image: registry.example/shop/orders:1
        resources:
          limits:
            memory: 64Mi   # measured in spring
`;

const APPLICATION = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: URL_IN_APPLICATION, path: 'shop', targetRevision: 'main' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
  },
};

/**
 * From the change of an object to a proven patch: one full pass over a cluster with one failing workload, a plain source, its
 * clone on this machine, and dry runs against the sandbox's API server. Without the wait that collects changes.
 */
export async function benchPatch(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const directory = mkdtempSync(join(tmpdir(), 'remendo-bench-'));
  const repository = commit(join(directory, 'gitops'));
  const clock = createSandboxClock();
  const world = createClusterWorld({
    clock,
    behaviours: new Map([['registry.example/shop/orders', { memoryNeeded: 100 * 1024 ** 2 }]]),
    repositories: new Map([[URL_IN_APPLICATION, join(repository, '.git')]]),
    namespaces: ['shop'],
  });
  const { kubeconfigText } = await world.listen();
  try {
    world.apply(APPLICATION);
    world.start();
    const kubeconfig = join(directory, 'kubeconfig.yaml');
    writeFileSync(kubeconfig, kubeconfigText);
    const config = completeConfig({
      cluster: { name: 'bench', kubeconfig },
      detect: { minimumAge: 1 },
      registry: { enabled: false },
      state: { directory: join(directory, 'state') },
      log: { level: 'error' },
    });
    const app = await buildApp(config, {
      env: {},
      repositories: new Map([[URL_IN_APPLICATION, repository]]),
      persistent: false,
    });
    if (!app.ok) throw new Error(app.error.message);
    const stop = new AbortController();
    const watching = app.value.ports.cluster.watch(() => undefined, stop.signal);
    await untilProven(app.value.ports);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      if ((await proven(app.value.ports)) !== 1) throw new Error('the fix was not proven');
      times.push(performance.now() - start);
    }
    stop.abort();
    await watching;
    await app.value.close();
    times.sort((a, b) => a - b);
    const figures = {
      'median, ms': round(times[RUNS / 2]),
      'fastest, ms': round(times[0]),
      'slowest, ms': round(times.at(-1)),
    };
    return [{ name: 'from event to proven patch, plain source', figures }];
  } finally {
    await world.stop();
    clock.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function commit(repository: string): string {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=Dana', '-c', 'user.email=dana@example.com', ...args]);
  mkdirSync(join(repository, 'shop'), { recursive: true });
  writeFileSync(join(repository, 'shop', 'orders.yaml'), MANIFEST);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'orders: first version');
  return repository;
}

async function proven(ports: EnginePorts): Promise<number> {
  const report = await pass(ports);
  return report.ok ? report.value.incidents.filter(({ proof }) => proof?.verdict === 'proven').length : 0;
}

async function untilProven(ports: EnginePorts): Promise<void> {
  const end = performance.now() + PATIENCE;
  while ((await proven(ports)) === 0) {
    if (performance.now() > end) throw new Error('nothing failed in the sandbox, or no fix was proven');
    await sleep(200);
  }
}

function round(milliseconds = 0): number {
  return Math.round(milliseconds);
}
