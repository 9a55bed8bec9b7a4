import type { Condition, Container, ContainerStatus, Pod, PodStatus } from '../objects.ts';
import { rfc3339 } from '../time.ts';
import type { ContainerRuntime } from './container-runtime.ts';

/** What the kubelet knows about a pod beside its object. */
export interface PodRuntime {
  readonly ip: string;
  readonly containers: Map<string, ContainerRuntime>;
  /** Milliseconds; set when the volumes were mounted. */
  mounted: boolean;
  startTime: string;
  nextMountAt: number;
  killAt?: number;
}

/** Address of every node (RFC 5737, for examples). */
export const HOST_IP = '192.0.2.2';

const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** Whether an init container lets the next one start: ended well, or a sidecar that is started. */
export function initDone(container: Container, run: ContainerRuntime | undefined): boolean {
  if (!run) return false;
  if (isSidecar(container)) return run.state.running !== undefined && run.started;
  return run.step === 'ended' && run.state.terminated?.exitCode === 0;
}

function containerStatus(container: Container, run: ContainerRuntime, init: boolean): ContainerStatus {
  const { limits, requests } = container.resources ?? {};
  const done = init && !isSidecar(container) && run.state.terminated?.exitCode === 0;
  return {
    ...(run.containerID === undefined ? {} : { containerID: run.containerID }),
    ...(run.containerID === undefined || requests === undefined ? {} : { allocatedResources: requests }),
    image: container.image,
    imageID: run.containerID === undefined ? '' : run.imageID,
    lastState: run.lastState,
    name: container.name,
    ready: run.ready || done,
    ...(run.containerID === undefined
      ? {}
      : { resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) } }),
    restartCount: run.restartCount,
    started: run.state.running !== undefined && run.started,
    state: run.state,
  };
}

/** The phase from the containers (pkg/kubelet/kubelet_pods.go getPhase). */
function phaseOf(pod: Pod, runtime: PodRuntime): string {
  const never = pod.spec.restartPolicy === 'Never';
  const inits = (pod.spec.initContainers ?? []).map((container) => ({
    container,
    run: runtime.containers.get(container.name),
  }));
  for (const { container, run } of inits) {
    if (initDone(container, run) || isSidecar(container)) continue;
    return never && run?.state.terminated !== undefined && run.state.terminated.exitCode !== 0 ? 'Failed' : 'Pending';
  }
  const runs = pod.spec.containers.map(({ name }) => runtime.containers.get(name));
  if (runs.some((run) => !run || (run.state.waiting !== undefined && run.lastState.terminated === undefined)))
    return 'Pending';
  if (runs.some((run) => run?.step !== 'ended')) return 'Running';
  return runs.every((run) => run?.state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function setCondition(
  conditions: readonly Condition[],
  type: string,
  now: string,
  next: Partial<Condition> & { status: Condition['status'] },
): Condition {
  const before = conditions.find((condition) => condition.type === type);
  const since = before?.status === next.status ? (before.lastTransitionTime ?? now) : now;
  return { lastProbeTime: null, lastTransitionTime: since, ...next, observedGeneration: 1, type };
}

/** The whole status of a pod that runs on a node. */
export function podStatus(pod: Pod, runtime: PodRuntime, now: Date): PodStatus {
  const before = pod.status ?? {};
  const phase = phaseOf(pod, runtime);
  const inits = pod.spec.initContainers ?? [];
  const initsPending = inits
    .filter((container) => !initDone(container, runtime.containers.get(container.name)))
    .map(({ name }) => name);
  const serving = [...inits.filter(isSidecar), ...pod.spec.containers];
  const unready = serving.filter(({ name }) => runtime.containers.get(name)?.ready !== true).map(({ name }) => name);
  const over = phase === 'Succeeded' || phase === 'Failed';
  const time = rfc3339(now);
  const condition = (type: string, ok: boolean, reason: string, message?: string): Condition =>
    setCondition(
      before.conditions ?? [],
      type,
      time,
      ok ? { status: 'True' } : { status: 'False', reason, ...(message === undefined ? {} : { message }) },
    );
  const notReady = (type: string): Condition =>
    over
      ? condition(type, false, phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed')
      : condition(
          type,
          unready.length === 0,
          'ContainersNotReady',
          `containers with unready status: [${unready.join(' ')}]`,
        );
  const { reason: _reason, message: _message, ...kept } = before;
  return {
    ...kept,
    conditions: [
      setCondition(before.conditions ?? [], 'PodReadyToStartContainers', time, {
        status: runtime.mounted && !over ? 'True' : 'False',
      }),
      condition(
        'Initialized',
        initsPending.length === 0,
        'ContainersNotInitialized',
        `containers with incomplete status: [${initsPending.join(' ')}]`,
      ),
      notReady('Ready'),
      notReady('ContainersReady'),
      setCondition(before.conditions ?? [], 'PodScheduled', time, { status: 'True' }),
    ],
    containerStatuses: pod.spec.containers.flatMap((container) => {
      const run = runtime.containers.get(container.name);
      return run ? [containerStatus(container, run, false)] : [];
    }),
    ...(inits.length === 0
      ? {}
      : {
          initContainerStatuses: inits.flatMap((container) => {
            const run = runtime.containers.get(container.name);
            return run ? [containerStatus(container, run, true)] : [];
          }),
        }),
    hostIP: HOST_IP,
    hostIPs: [{ ip: HOST_IP }],
    observedGeneration: 1,
    phase,
    ...(runtime.mounted ? { podIP: runtime.ip, podIPs: [{ ip: runtime.ip }] } : {}),
    qosClass: qosClass(pod),
    startTime: runtime.startTime,
  };
}

/** Guaranteed, Burstable or BestEffort, from cpu and memory alone. */
export function qosClass(pod: Pod): string {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const any = containers.some(({ resources }) =>
    [resources?.limits, resources?.requests].some((list) => list?.cpu !== undefined || list?.memory !== undefined),
  );
  if (!any) return 'BestEffort';
  const exact = containers.every(({ resources }) =>
    (['cpu', 'memory'] as const).every(
      (name) =>
        resources?.limits?.[name] !== undefined &&
        resources.limits[name] === (resources.requests?.[name] ?? resources.limits[name]),
    ),
  );
  return exact ? 'Guaranteed' : 'Burstable';
}
