import { containerEvents, endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import type { Ending } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { overDeadline } from '../pod-deadline.ts';
import { failedHook, probeKill } from '../kubelet-kills.ts';
import { parseStartFailure, tellsWrongArchitecture } from '../messages/runtime-error.ts';
import type { ContainerView, PodView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

type Cause = keyof typeof CAUSES;
const CAUSES = {
  'crash/exit-error': {
    title: 'Exits with an error',
    severity: 'critical',
    docs: 'The program ends with an exit code of its own; its log says why.',
  },
  'crash/exit-zero': {
    title: 'Ends without an error',
    severity: 'critical',
    docs: 'The program ends although it should keep running: often a wrong command.',
  },
  'crash/command-not-found': {
    title: 'Command not found',
    severity: 'critical',
    docs: 'The command or entrypoint does not exist in the image.',
  },
  'crash/not-executable': {
    title: 'Command not executable',
    severity: 'critical',
    docs: 'The command exists in the image but may not be executed.',
  },
  'crash/signal': {
    title: 'Ended by a signal',
    severity: 'critical',
    docs: 'The process was ended by a signal that no probe and no memory limit explains.',
  },
  'crash/post-start-hook': {
    title: 'Hook after the start fails',
    severity: 'critical',
    docs: 'The kubelet ends the container each time because its postStart hook fails.',
  },
  'crash/architecture': {
    title: 'Wrong architecture',
    severity: 'critical',
    docs: 'The binary was built for another processor than the node has.',
  },
} as const;

/** Containers that end again and again by themselves. Facts: `exitCode`, `signal`, `restarts`. No subject. */
export const crash = defineDetector({
  name: 'crash',
  needs: ['Pod'],
  causes: CAUSES,
  detect(index, report) {
    for (const view of index.pods) {
      if (overDeadline(view.pod)) continue;
      for (const container of view.containers) {
        const endings = endingsOf(container);
        const [ending] = endings;
        if (!keepsEnding(index, view, container)) continue;
        if (endings.some(({ terminated }) => terminated.reason === 'OOMKilled')) continue;
        if (isProbesDoing(index, view, container, ending)) continue;
        const start = startFailure(container, ending);
        const hook = start === undefined ? failedHook(index, view, container) : undefined;
        const cause = hook === undefined ? causeFrom(start, ending) : 'crash/post-start-hook';
        if (cause === undefined) continue;
        const exitCode = ending?.terminated.exitCode;
        const signal = cause === 'crash/signal' ? signalOf(ending) : undefined;
        const restarts = container.status?.restartCount;
        report(cause, {
          object: view.ref,
          container,
          summary: sentence(container, cause, exitCode, signal),
          since: failingSince(index, view, container),
          evidence: [...(hook ? [eventEvidence(view.ref, hook)] : []), ...evidenceOf(index, view, container, ending)],
          facts: {
            ...(exitCode === undefined ? {} : { exitCode }),
            ...(signal === undefined ? {} : { signal }),
            ...(restarts === undefined ? {} : { restarts }),
          },
        });
      }
    }
  },
});

/** Where events cannot be read, a kill signal on a container with a liveness probe may be the probe's: not ours to say. */
function isProbesDoing(index: SnapshotIndex, view: PodView, container: ContainerView, ending?: Ending): boolean {
  if (probeKill(index, view, container) !== undefined) return true;
  const { livenessProbe, startupProbe } = container.spec;
  const killed = [137, 143].includes(ending?.terminated.exitCode ?? 0);
  return killed && index.blind('Event') && (livenessProbe ?? startupProbe) !== undefined;
}

/** The runtime could not start the process: the text is in the ending (containerd) or in the waiting state. */
function startFailure({ status }: ContainerView, ending: Ending | undefined): { cause: Cause | undefined } | undefined {
  const { waiting } = status?.state ?? {};
  const { reason, message = '' } = ending?.terminated ?? {};
  const failed = reason === 'StartError' || reason === 'ContainerCannotRun';
  if (!failed && waiting?.reason !== 'RunContainerError') return undefined;
  const failure = parseStartFailure(failed ? message : (waiting?.message ?? ''));
  // Anything but the command itself is the config detector's: a mount, a device, a namespace.
  return { cause: failure === 'other' || failure === 'out-of-memory' ? undefined : `crash/${failure}` };
}

/** A start that failed for another reason than the command has no cause here, whatever its exit code. */
function causeFrom(start: ReturnType<typeof startFailure>, ending: Ending | undefined): Cause | undefined {
  return start === undefined ? causeOf(ending) : start.cause;
}

function causeOf(ending: Ending | undefined): Cause | undefined {
  if (ending === undefined) return 'crash/exit-error';
  const { exitCode, message = '' } = ending.terminated;
  if (tellsWrongArchitecture(message)) return 'crash/architecture';
  if (exitCode === 0) return 'crash/exit-zero';
  if (exitCode === 127) return 'crash/command-not-found';
  if (exitCode === 126) return 'crash/not-executable';
  return signalOf(ending) === undefined ? 'crash/exit-error' : 'crash/signal';
}

/** 128+n is signal n; Linux has signals 1 to 64. */
function signalOf(ending: Ending | undefined): number | undefined {
  const { exitCode = 0, signal } = ending?.terminated ?? {};
  if (signal !== undefined && signal > 0) return signal;
  return exitCode > 128 && exitCode <= 192 ? exitCode - 128 : undefined;
}

function sentence(container: ContainerView, cause: Cause, exitCode?: number, signal?: number): string {
  const who = describe(container);
  if (cause === 'crash/signal') return `${who} is ended by signal ${signal} again and again`;
  if (cause === 'crash/post-start-hook') return `${who} is ended after each start because its postStart hook fails`;
  if (cause === 'crash/exit-zero') return `${who} ends without an error although it should keep running`;
  if (cause === 'crash/exit-error') {
    return exitCode === undefined ? `${who} ends again and again` : `${who} ends with exit code ${exitCode}`;
  }
  return `${who} cannot run its command: ${CAUSES[cause].title.toLowerCase()}`;
}

function evidenceOf(index: SnapshotIndex, view: PodView, container: ContainerView, ending: Ending | undefined) {
  const { waiting } = container.status?.state ?? {};
  const evidence = [];
  if (ending !== undefined) {
    const { reason = 'Terminated', exitCode, message, finishedAt } = ending.terminated;
    const text = `${reason}, exit code ${exitCode}${message === undefined ? '' : `: ${message}`}`;
    evidence.push(fieldEvidence(view.ref, `${container.path}.${ending.path}`, text, finishedAt));
  }
  if (waiting !== undefined) {
    const text = `${waiting.reason ?? ''}: ${waiting.message ?? ''}`;
    evidence.push(fieldEvidence(view.ref, `${container.path}.state.waiting`, text));
  }
  const events = containerEvents(index, view, container).filter(({ reason }) => reason === 'BackOff');
  return [...evidence, ...events.slice(0, 1).map((event) => eventEvidence(view.ref, event))];
}
