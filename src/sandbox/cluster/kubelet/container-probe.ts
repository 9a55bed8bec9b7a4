import type { Probe } from '../objects.ts';
import type { ContainerRuntime, ContainerTask } from './container-runtime.ts';
import { behaviourOf, note } from './container-runtime.ts';
import { probeFailure } from './probe.ts';

/** Asks a probe when it is due: `dead` once it failed as often as its threshold says. */
export function askProbe(
  task: ContainerTask,
  run: ContainerRuntime,
  name: string,
  probe: Probe,
  now: number,
): 'pass' | 'dead' | undefined {
  const period = task.context.timing.probePeriod * 1000;
  const state = run.probes.get(name) ?? { nextAt: run.startedAt + period, failures: 0 };
  run.probes.set(name, state);
  if (now < state.nextAt) return undefined;
  state.nextAt = now + period;
  const failure = probeFailure(probe, task.container, behaviourOf(task), task.podIP, (now - run.startedAt) / 1000);
  if (failure === undefined) {
    state.failures = 0;
    return 'pass';
  }
  state.failures++;
  const unknown = failure.startsWith('strconv.');
  const verb = unknown ? 'errored and resulted in unknown state' : 'failed';
  note(task, 'Warning', 'Unhealthy', `${name} probe ${verb}: ${failure}`);
  if (unknown) return undefined;
  return state.failures >= (probe.failureThreshold ?? 3) ? 'dead' : undefined;
}
