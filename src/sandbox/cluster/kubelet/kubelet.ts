import type { ClusterContext, Controller } from '../context.ts';
import type { Container, Pod } from '../objects.ts';
import { rfc3339 } from '../time.ts';
import type { ContainerTask } from './container-runtime.ts';
import { newRuntime } from './container-runtime.ts';
import { showBackoff, stepContainer } from './container-step.ts';
import { mountProblem } from './environment.ts';
import type { PodRuntime } from './pod-status.ts';
import { initDone, podStatus } from './pod-status.ts';

/** The kubelets of all nodes: runs pods and keeps their status and logs. */
export interface Kubelet {
  readonly step: Controller;
  /** Log lines of one run of a container, by the containerID of its status. */
  readonly log: (pod: Pod, containerID: string) => readonly string[] | undefined;
}

/** One kubelet for all nodes: it runs the pods that are bound. */
export function createKubelet(context: ClusterContext): Kubelet {
  const runtimes = new Map<string, PodRuntime>();
  const images = new Set<string>();
  let address = 20;

  const runtimeOf = (pod: Pod): PodRuntime => {
    const known = runtimes.get(pod.metadata.uid);
    if (known) return known;
    const ip = `10.244.${Math.floor(address / 250)}.${(address++ % 250) + 2}`;
    const waiting = (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
    const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const containers = new Map(all.map(({ name }) => [name, newRuntime(waiting)]));
    const runtime = { ip, containers, mounted: false, startTime: rfc3339(context.clock.now()), nextMountAt: 0 };
    runtimes.set(pod.metadata.uid, runtime);
    return runtime;
  };
  const stepPod = (pod: Pod): void => {
    const runtime = runtimeOf(pod);
    if (pod.metadata.deletionTimestamp !== undefined) {
      terminate(context, pod, runtime);
      return;
    }
    if (mount(context, pod, runtime)) runContainers(context, pod, runtime, images);
    const status = podStatus(pod, runtime, context.clock.now());
    context.store.update(pod, (draft) => {
      draft.status = status;
    });
  };
  return {
    step: () => {
      const present = new Set<string>();
      for (const pod of context.store.list('Pod')) {
        present.add(pod.metadata.uid);
        const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
        if (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined) context.store.delete(pod);
        else if (pod.spec.nodeName !== undefined && (!over || pod.metadata.deletionTimestamp !== undefined))
          stepPod(pod);
      }
      for (const uid of runtimes.keys()) if (!present.has(uid)) runtimes.delete(uid);
    },
    log: (pod, containerID) => {
      for (const run of runtimes.get(pod.metadata.uid)?.containers.values() ?? []) {
        const lines = run.logs.get(containerID);
        if (lines) return lines;
      }
      return undefined;
    },
  };
}

function terminate(context: ClusterContext, pod: Pod, runtime: PodRuntime): void {
  const now = context.clock.now().getTime();
  if (runtime.killAt === undefined) {
    runtime.killAt = now + context.timing.termination * 1000;
    for (const { name } of pod.spec.containers) {
      if (runtime.containers.get(name)?.state.running === undefined) continue;
      const fieldPath = `spec.containers{${name}}`;
      context.events.record(pod, {
        type: 'Normal',
        reason: 'Killing',
        message: `Stopping container ${name}`,
        component: 'kubelet',
        fieldPath,
      });
    }
  }
  if (now >= runtime.killAt) context.store.delete(pod);
}

/** Mounts the volumes once all they need exists; says in an event why it cannot. */
function mount(context: ClusterContext, pod: Pod, runtime: PodRuntime): boolean {
  const now = context.clock.now().getTime();
  if (runtime.mounted || now < runtime.nextMountAt) return runtime.mounted;
  const problem = mountProblem(context.store, pod);
  if (problem === undefined) {
    runtime.mounted = true;
    return true;
  }
  runtime.nextMountAt = now + context.timing.backoff * 1000;
  context.events.record(pod, { type: 'Warning', reason: 'FailedMount', message: problem, component: 'kubelet' });
  return false;
}

/** Init containers one after another, then all others together. */
function runContainers(context: ClusterContext, pod: Pod, runtime: PodRuntime, images: Set<string>): void {
  const step = (container: Container, init: boolean): void => {
    const run = runtime.containers.get(container.name);
    if (!run) return;
    const task: ContainerTask = { context, pod, container, init, images, podIP: runtime.ip };
    // A state is shown for one tick before the back-off covers it, so that a watcher can see both.
    showBackoff(task, run);
    stepContainer(task, run);
  };
  for (const container of pod.spec.initContainers ?? []) {
    step(container, true);
    if (!initDone(container, runtime.containers.get(container.name))) return;
  }
  for (const container of pod.spec.containers) step(container, false);
}
