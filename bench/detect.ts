import { performance } from 'node:perf_hooks';
import { DEFAULT_POLICY } from '../src/domain/policy.ts';
import type { Snapshot } from '../src/domain/snapshot.ts';
import { noObjects } from '../src/domain/snapshot.ts';
import { correlate } from '../src/stages/correlate/correlate.ts';
import { detect } from '../src/stages/detect/detect.ts';

const SIZES = [1000, 5000, 10_000];
const RUNS = 5;

/** Detection and correlation in memory at three sizes; one pod in twenty fails, in one of five ways. */
export async function benchDetect(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const figures: Record<string, string | number> = {};
  const perPod: number[] = [];
  // The first pass of a fresh process measures the compiler.
  pass(snapshotOf(SIZES[0] ?? 1000));
  for (const size of SIZES) {
    const snapshot = snapshotOf(size);
    const times: number[] = [];
    let incidents = 0;
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      incidents = pass(snapshot);
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
    perPod.push(median / size);
    figures[`${size} pods, ms`] = Math.round(median);
    figures[`${size} pods, incidents`] = incidents;
  }
  const crowded = snapshotOf(10_000, 1);
  const start = performance.now();
  pass(crowded);
  figures['10000 pods in one namespace, ms'] = Math.round(performance.now() - start);
  figures['time per pod at 10,000 against 1,000'] = ((perPod.at(-1) ?? 0) / (perPod[0] ?? 1)).toFixed(2);
  return [{ name: 'detect and correlate', figures }];
}

function pass(snapshot: Snapshot): number {
  return correlate(snapshot, detect(snapshot, DEFAULT_POLICY.detect).findings).length;
}

const STATES = [
  { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x": ErrImagePull: x: not found' } },
  { waiting: { reason: 'CrashLoopBackOff' } },
  { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' } },
  { terminated: { exitCode: 137, reason: 'OOMKilled' } },
  { running: {} },
];

/** Deployments of ten pods each, spread over the namespaces, with a Service each and two events a pod. */
function snapshotOf(pods: number, namespaces = pods / 100): Snapshot {
  const objects = noObjects();
  for (let d = 0; d < pods / 10; d++) {
    const namespace = `team-${d % namespaces}`;
    const [name, app] = [`app-${d}`, { app: `app-${d}` }];
    const spec = {
      containers: [{ name: 'main', image: `r.example/${name}:1`, ports: [{ name: 'http', containerPort: 8080 }] }],
    };
    const template = { metadata: { labels: app }, spec };
    const selector = { matchLabels: app };
    objects.Deployment.push({ metadata: { name, namespace }, spec: { replicas: 10, selector, template } });
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, controller: true };
    const set = { ...owner, kind: 'ReplicaSet', name: `${name}-1` };
    objects.ReplicaSet.push({
      metadata: { name: set.name, namespace, ownerReferences: [owner] },
      spec: { replicas: 10, selector, template },
      status: { replicas: 10 },
    });
    objects.Service.push({
      metadata: { name, namespace },
      spec: { selector: app, ports: [{ port: 80, targetPort: 'http' }] },
    });
    objects.ConfigMap.push({ metadata: { name, namespace }, keys: ['a'] });
    for (let p = 0; p < 10; p++) {
      const failing = (d * 10 + p) % 20 === 0;
      const state = failing ? STATES[(d / 2) % STATES.length] : { running: {} };
      const metadata = { name: `${set.name}-${p}`, namespace, labels: app, ownerReferences: [set] };
      const conditions = [{ type: 'Ready', status: failing ? 'False' : 'True' }];
      const status = { name: 'main', ready: !failing, restartCount: failing ? 5 : 0, ...(state && { state }) };
      objects.Pod.push({ metadata, spec, status: { phase: 'Running', conditions, containerStatuses: [status] } });
      for (const reason of ['Pulled', 'BackOff']) {
        objects.Event.push({
          metadata: { name: `${metadata.name}.${reason}`, namespace },
          involvedObject: { kind: 'Pod', namespace, name: metadata.name, fieldPath: 'spec.containers{main}' },
          reason,
          message: reason,
          lastTimestamp: '2026-03-01T11:00:00Z',
        });
      }
    }
  }
  return { cluster: 'bench', takenAt: '2026-03-01T12:00:00Z', objects, blind: [] };
}
