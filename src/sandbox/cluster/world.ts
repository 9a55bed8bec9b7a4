import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { SandboxClock, SandboxTimer } from '../clock.ts';
import type { ClusterContext, Controller } from './context.ts';
import { createControllers } from './controllers/all.ts';
import { createEventRecorder } from './events.ts';
import type { FaultSwitch } from './faults.ts';
import { createFaults } from './faults.ts';
import { createGitOpsController } from './gitops/controller.ts';
import type { GitOpsTroubles } from './gitops/operation.ts';
import type { Render } from './gitops/directory.ts';
import { createLoader } from './gitops/load.ts';
import { createNamespace } from './gitops/sync.ts';
import { createApiServer } from './http/server.ts';
import { textAt, wordOf } from './json-object.ts';
import type { Behaviours } from './kubelet/behaviour.ts';
import { createKubelet } from './kubelet/kubelet.ts';
import { createNode } from './nodes.ts';
import type { NodeOptions } from './nodes.ts';
import { lastApplied, withLastApplied } from './last-applied.ts';
import type { KubeObject } from './objects.ts';
import { resourceOf } from './resources.ts';
import type { ObjectStore } from './store.ts';
import { createObjectStore } from './store.ts';
import type { Timing } from './timing.ts';
import { QUICK } from './timing.ts';
import { writeObject } from './write.ts';

/** What the sandbox's cluster begins with. */
export interface ClusterWorldOptions {
  readonly clock: SandboxClock;
  /** By image repository; an image that is not here cannot be pulled. */
  readonly behaviours?: Behaviours;
  readonly timing?: Partial<Timing>;
  /** Repository URL as Applications write it -> path of a bare repository. */
  readonly repositories?: ReadonlyMap<string, string>;
  readonly render?: Render;
  /** One node of 4 cores and 16 GiB when absent. */
  readonly nodes?: readonly NodeOptions[];
  /** Besides `default`, `kube-system` and `argocd`; with labels where there are any. */
  readonly namespaces?: readonly (
    string | { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  )[];
  /** Events of each watch that can be resumed. */
  readonly historyLimit?: number;
  /** Real milliseconds between bookmarks of a watch. */
  readonly bookmarkMs?: number;
  /** What the API server says that the time is, for clients that compare it with their own; the real time when absent. */
  readonly date?: () => Date;
}

/** Where a client finds the world's API. */
interface ClusterAddress {
  readonly url: string;
  readonly token: string;
  /** A kubeconfig that @kubernetes/client-node takes for plain http. */
  readonly kubeconfigText: string;
}

/** A cluster that runs: its objects, its troubles, its API server. */
export interface ClusterWorld {
  readonly store: ObjectStore;
  readonly faults: FaultSwitch;
  readonly gitops: GitOpsTroubles;
  /** The last requests as `METHOD /path?query`, at most 2,000. */
  readonly requests: readonly string[];
  listen(): Promise<ClusterAddress>;
  /** Applies a manifest as an administrator does with kubectl; throws the server's text where it is refused. */
  apply(object: JsonObject): KubeObject;
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(kind: string, namespace?: string): readonly KubeObject[];
  /** Starts the controllers, the kubelets and the GitOps controller on the clock. */
  start(): void;
  /** Stops everything; nothing is left that keeps the process alive. */
  stop(): Promise<void>;
}

const MAX_REQUESTS = 2000;
const USER = 'system:serviceaccount:remendo:remendo';

/**
 * Makes a cluster with its API server, controllers, scheduler, kubelet and GitOps controller. Nothing moves before it
 * is started.
 */
export function createClusterWorld(options: ClusterWorldOptions): ClusterWorld {
  const { clock } = options;
  const store = createObjectStore(clock, options.historyLimit);
  const timing: Timing = { ...QUICK, ...options.timing };
  const context: ClusterContext = {
    clock,
    store,
    timing,
    behaviours: options.behaviours ?? new Map(),
    events: createEventRecorder(store, clock),
  };
  const kubelet = createKubelet(context);
  const gitops = createGitOpsController(context, createLoader(options.repositories ?? new Map(), options.render));
  const faults = createFaults();
  const requests: string[] = [];
  const token = randomBytes(16).toString('hex');
  const server = createApiServer({
    store,
    faults,
    token,
    user: USER,
    bookmarkMs: options.bookmarkMs ?? 5000,
    date: options.date,
    logOf: kubelet.log,
    onRequest: (line) => {
      requests.push(line);
      if (requests.length > MAX_REQUESTS) requests.splice(0, MAX_REQUESTS / 2);
    },
  });
  populate(context, options);

  const loops = startLoops(context, [...createControllers(context), kubelet.step, gitops.step], gitops.poll);
  let listening: Promise<string> | undefined;
  return {
    store,
    faults,
    gitops: gitops.troubles,
    requests,
    listen: async () => {
      listening ??= server.listen();
      const url = await listening;
      return { url, token, kubeconfigText: kubeconfig(url, token) };
    },
    apply: (object) => {
      const resource = resourceOf(textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? '');
      if (!resource) throw new Error(`the sandbox does not serve ${wordOf(object.apiVersion)} ${wordOf(object.kind)}`);
      const namespace = resource.namespaced ? (textAt(object, 'metadata', 'namespace') ?? 'default') : undefined;
      const last = lastApplied(store.get(resource.kind, namespace, textAt(object, 'metadata', 'name') ?? ''));
      const request = { resource, object: withLastApplied(object), verb: 'apply', dryRun: false } as const;
      const answer = writeObject(store, last ? { ...request, last } : request);
      if (!answer.ok) throw new Error(answer.status.message);
      return answer.object;
    },
    get: (kind, namespace, name) => store.get(kind, namespace, name),
    list: (kind, namespace) => store.list(kind, namespace),
    start: loops.start,
    stop: async () => {
      await loops.stop();
      if (listening) await server.close();
    },
  };
}

function populate(context: ClusterContext, options: ClusterWorldOptions): void {
  for (const node of options.nodes ?? [{ name: 'node1' }]) createNode(context, node);
  for (const name of ['default', 'kube-system', 'argocd']) createNamespace(context, name);
  for (const namespace of options.namespaces ?? []) {
    if (typeof namespace === 'string') createNamespace(context, namespace);
    else createNamespace(context, namespace.name, namespace.labels);
  }
}

function startLoops(
  context: ClusterContext,
  controllers: readonly Controller[],
  poll: () => Promise<void>,
): { start: () => void; stop: () => Promise<void> } {
  const { clock, timing } = context;
  const timers = new Map<string, SandboxTimer>();
  let running = false;
  let busy: Promise<void> = Promise.resolve();
  const every = (name: string, seconds: number, task: () => void | Promise<void>): void => {
    const run = async (): Promise<void> => {
      await task();
      if (running) timers.set(name, clock.after(seconds * 1000, run));
    };
    timers.set(name, clock.after(name === 'poll' ? 0 : seconds * 1000, run));
  };
  return {
    start: () => {
      if (running) return;
      running = true;
      every('poll', timing.gitPoll, () => (busy = poll()));
      every('tick', timing.tick, () => {
        for (const step of controllers) step();
      });
    },
    stop: async () => {
      running = false;
      for (const timer of timers.values()) timer.cancel();
      await busy;
      for (const timer of timers.values()) timer.cancel();
    },
  };
}

function kubeconfig(url: string, token: string): string {
  return `apiVersion: v1
kind: Config
current-context: sandbox
clusters:
  - name: sandbox
    cluster:
      server: ${url}
      insecure-skip-tls-verify: true
contexts:
  - name: sandbox
    context:
      cluster: sandbox
      user: remendo
users:
  - name: remendo
    user:
      token: ${token}
`;
}
