import type { ClusterContext } from '../context.ts';
import type { Container, ContainerState, Pod } from '../objects.ts';
import type { Behaviour } from './behaviour.ts';
import { parseImage } from './behaviour.ts';
import type { RunPlan } from './run-plan.ts';

/** What the kubelet knows about one container of one pod. Times are milliseconds of the sandbox clock. */
export interface ContainerRuntime {
  step: 'new' | 'pulling' | 'starting' | 'running' | 'waiting' | 'ended';
  state: ContainerState;
  lastState: ContainerState;
  /** When the next thing happens: the pull ends, the retry is due. */
  nextAt: number;
  restartCount: number;
  crashes: number;
  pullFailures: number;
  pullMessage: string;
  imageID: string;
  containerID?: string;
  startedAt: number;
  ready: boolean;
  started: boolean;
  plan?: RunPlan;
  probes: Map<string, { nextAt: number; failures: number }>;
  /** Log lines by containerID; the last two runs. */
  logs: Map<string, readonly string[]>;
}

/** A container that was not started yet, waiting for a reason. */
export function newRuntime(reason: string): ContainerRuntime {
  return {
    step: 'new',
    state: { waiting: { reason } },
    lastState: {},
    nextAt: 0,
    restartCount: 0,
    crashes: 0,
    pullFailures: 0,
    pullMessage: '',
    imageID: '',
    startedAt: 0,
    ready: false,
    started: false,
    probes: new Map(),
    logs: new Map(),
  };
}

/** One container of a pod, and what its next step needs. */
export interface ContainerTask {
  readonly context: ClusterContext;
  readonly pod: Pod;
  readonly container: Container;
  readonly init: boolean;
  /** Images that the node holds. */
  readonly images: Set<string>;
  readonly podIP: string;
}

/** Records an event about the task's container. */
export function note(task: ContainerTask, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const list = task.init ? 'initContainers' : 'containers';
  const fieldPath = `spec.${list}{${task.container.name}}`;
  task.context.events.record(task.pod, { type, reason, message, component: 'kubelet', fieldPath });
}

/** How the image of a container behaves; well where nothing was said about it. */
export function behaviourOf(task: ContainerTask): Behaviour {
  return task.context.behaviours.get(parseImage(task.container.image)?.repository ?? '') ?? {};
}
