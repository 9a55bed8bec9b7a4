import { sha256 } from '../../../domain/fingerprint.ts';
import type { Terminated } from '../objects.ts';
import { goDuration, rfc3339 } from '../time.ts';
import { parseImage } from './behaviour.ts';
import { askProbe } from './container-probe.ts';
import type { ContainerRuntime, ContainerTask } from './container-runtime.ts';
import { behaviourOf, note } from './container-runtime.ts';
import { nonRootConflict, resolveEnvironment } from './environment.ts';
import { pullImage } from './pull.ts';
import type { Pull } from './pull.ts';
import { planRun } from './run-plan.ts';

/** The growing wait before attempt `n` (1 is the first failure). */
function backoff(task: ContainerTask, n: number): number {
  const { backoff: base, maxBackoff } = task.context.timing;
  return Math.min(maxBackoff, base * 2 ** Math.max(0, n - 1));
}

/** Moves one container on, as far as the clock allows. */
export function stepContainer(task: ContainerTask, run: ContainerRuntime): void {
  const now = task.context.clock.now().getTime();
  if (run.step === 'new' || (run.step === 'waiting' && now >= run.nextAt)) beginPull(task, run, now);
  if (run.step === 'pulling' && now >= run.nextAt) endPull(task, run, now);
  if (run.step === 'starting' && now >= run.nextAt) start(task, run, now);
  if (run.step === 'running') live(task, run, now);
}

function beginPull(task: ContainerTask, run: ContainerRuntime, now: number): void {
  const { image, imagePullPolicy } = task.container;
  if (task.images.has(image) && imagePullPolicy !== 'Always') {
    note(task, 'Normal', 'Pulled', `Container image "${image}" already present on machine`);
    configure(task, run, now);
    return;
  }
  if (imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    wait(run, 'ErrImageNeverPull', message, now + backoff(task, 1) * 1000);
    note(task, 'Warning', 'ErrImageNeverPull', message);
    return;
  }
  if (parseImage(image)) note(task, 'Normal', 'Pulling', `Pulling image "${image}"`);
  run.step = 'pulling';
  run.nextAt = now + task.context.timing.pull * 1000;
}

function endPull(task: ContainerTask, run: ContainerRuntime, now: number): void {
  const { image } = task.container;
  const pull: Pull = pullImage(image, task.context.behaviours, sha256);
  if (pull.ok) {
    const took = `${Math.round(task.context.timing.pull * 1000)}ms`;
    note(
      task,
      'Normal',
      'Pulled',
      `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: 2007839 bytes.`,
    );
    Object.assign(run, { imageID: pull.digest, pullFailures: 0 });
    task.images.add(image);
    configure(task, run, now);
    return;
  }
  if (pull.reason === 'InvalidImageName') {
    note(task, 'Warning', 'InspectFailed', pull.message);
    note(task, 'Warning', 'Failed', 'Error: InvalidImageName');
    wait(run, 'InvalidImageName', pull.message, now + backoff(task, 1) * 1000);
    return;
  }
  run.pullFailures++;
  run.pullMessage = pull.message;
  note(task, 'Warning', 'Failed', `Failed to pull image "${image}": ${pull.message}`);
  note(task, 'Warning', 'Failed', 'Error: ErrImagePull');
  wait(run, 'ErrImagePull', pull.message, now + backoff(task, run.pullFailures) * 1000);
}

function configure(task: ContainerTask, run: ContainerRuntime, now: number): void {
  if (run.imageID === '')
    run.imageID = `${parseImage(task.container.image)?.repository ?? ''}@sha256:${sha256(task.container.image)}`;
  const environment = resolveEnvironment(task.context.store, task.pod, task.container);
  const behaviour = behaviourOf(task);
  const problem = environment.ok ? nonRootConflict(task.pod, task.container, behaviour) : environment.message;
  if (problem !== undefined || !environment.ok) {
    note(task, 'Warning', 'Failed', `Error: ${problem ?? ''}`);
    wait(run, 'CreateContainerConfigError', problem ?? '', now + backoff(task, 1) * 1000);
    return;
  }
  const sidecar = task.init && task.container.restartPolicy === 'Always';
  const meantToEnd = !sidecar && (task.init || task.pod.spec.restartPolicy !== 'Always');
  const { pod, container } = task;
  run.plan = planRun(
    behaviour,
    { pod, container, env: environment.env, restarts: run.restartCount },
    meantToEnd,
    task.context.timing.task,
  );
  note(task, 'Normal', 'Created', `Created container: ${task.container.name}`);
  run.step = 'starting';
  run.nextAt = now + task.context.timing.start * 1000;
}

function start(task: ContainerTask, run: ContainerRuntime, now: number): void {
  const again = run.lastState.terminated !== undefined || run.state.terminated !== undefined;
  if (run.state.terminated) run.lastState = { terminated: run.state.terminated };
  if (again) run.restartCount++;
  run.containerID = `containerd://${sha256(`${task.pod.metadata.uid}/${task.container.name}/${run.restartCount}`)}`;
  run.logs = new Map([...[...run.logs].slice(-1), [run.containerID, run.plan?.log ?? []]]);
  run.startedAt = now;
  run.probes = new Map();
  run.ready = false;
  run.started = task.container.startupProbe === undefined;
  run.step = 'running';
  if (run.plan?.exit?.reason === 'StartError') {
    note(task, 'Warning', 'Failed', `Error: ${run.plan.exit.message ?? ''}`);
    end(task, run, now);
    return;
  }
  run.state = { running: { startedAt: rfc3339(new Date(now)) } };
  note(task, 'Normal', 'Started', `Started container ${task.container.name}`);
}

function live(task: ContainerTask, run: ContainerRuntime, now: number): void {
  const exit = run.plan?.exit;
  if (exit && now >= run.startedAt + exit.afterSeconds * 1000) {
    end(task, run, now);
    return;
  }
  const { startupProbe, livenessProbe, readinessProbe } = task.container;
  if (startupProbe && !run.started) {
    const answer = askProbe(task, run, 'Startup', startupProbe, now);
    if (answer === 'pass') run.started = true;
    else if (answer === 'dead') kill(task, run, 'startup', now);
    return;
  }
  if (livenessProbe && askProbe(task, run, 'Liveness', livenessProbe, now) === 'dead') {
    kill(task, run, 'liveness', now);
    return;
  }
  if (!readinessProbe) {
    run.ready = true;
    return;
  }
  const answer = askProbe(task, run, 'Readiness', readinessProbe, now);
  if (answer === 'pass') run.ready = true;
  else if (answer === 'dead') run.ready = false;
}

function kill(task: ContainerTask, run: ContainerRuntime, probe: string, now: number): void {
  note(task, 'Normal', 'Killing', `Container ${task.container.name} failed ${probe} probe, will be restarted`);
  run.plan = { log: [], exit: { code: 137, afterSeconds: 0, reason: 'Error' } };
  end(task, run, now);
}

function end(task: ContainerTask, run: ContainerRuntime, now: number): void {
  const exit = run.plan?.exit ?? { code: 0, afterSeconds: 0 };
  const failedToStart = exit.reason === 'StartError';
  const terminated: Terminated = {
    ...(run.containerID === undefined ? {} : { containerID: run.containerID }),
    exitCode: exit.code,
    finishedAt: rfc3339(new Date(now)),
    reason: exit.reason ?? (exit.code === 0 ? 'Completed' : 'Error'),
    ...(exit.message === undefined ? {} : { message: exit.message }),
    startedAt: failedToStart ? '1970-01-01T00:00:00Z' : rfc3339(new Date(run.startedAt)),
  };
  run.state = { terminated };
  run.ready = false;
  run.started = false;
  run.step = 'ended';
  const sidecar = task.init && task.container.restartPolicy === 'Always';
  const policy = sidecar
    ? 'Always'
    : task.init && task.pod.spec.restartPolicy === 'Always'
      ? 'OnFailure'
      : task.pod.spec.restartPolicy;
  if (policy === 'Never' || (policy === 'OnFailure' && exit.code === 0)) return;
  const { maxBackoff } = task.context.timing;
  // A long good run forgives what was before it, as the kubelet does after ten minutes.
  run.crashes = now - run.startedAt > maxBackoff * 2000 ? 1 : run.crashes + 1;
  const delay = run.crashes === 1 ? task.context.timing.tick : backoff(task, run.crashes - 1);
  run.nextAt = now + delay * 1000;
  run.step = 'waiting';
}

/** Turns an ended or failed attempt into the back-off that is shown while the kubelet waits; called one tick later. */
export function showBackoff(task: ContainerTask, run: ContainerRuntime): void {
  if (run.step !== 'waiting' || task.context.clock.now().getTime() >= run.nextAt) return;
  const { name, namespace, uid } = task.pod.metadata;
  if (run.state.terminated && run.crashes > 1) {
    const wait = goDuration(backoff(task, run.crashes - 1));
    const where = `${name}_${namespace ?? ''}(${uid})`;
    run.lastState = { terminated: run.state.terminated };
    run.state = {
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off ${wait} restarting failed container=${task.container.name} pod=${where}`,
      },
    };
    note(task, 'Warning', 'BackOff', `Back-off restarting failed container ${task.container.name} in pod ${where}`);
  } else if (run.state.waiting?.reason === 'ErrImagePull') {
    const text = `Back-off pulling image "${task.container.image}"`;
    run.state = { waiting: { reason: 'ImagePullBackOff', message: `${text}: ErrImagePull: ${run.pullMessage}` } };
    note(task, 'Normal', 'BackOff', text);
    note(task, 'Warning', 'Failed', 'Error: ImagePullBackOff');
  }
}

function wait(run: ContainerRuntime, reason: string, message: string, until: number): void {
  run.state = { waiting: { reason, message } };
  run.step = 'waiting';
  run.nextAt = until;
}
