import { getField } from '../../../domain/field-path.ts';
import type { ContainerStatus, Pod, Probe } from '../../../domain/kubernetes/pod.ts';
import { findObject } from '../../../domain/snapshot.ts';
import { answersOf } from '../answers.ts';
import { declaredPodSpec } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';

const answers = answersOf('rule', 'start-time');

/** What Kubernetes takes where a manifest says nothing, in seconds (core/v1 Probe, PodSpec). */
const DEFAULTS = { period: 10, failures: 3, timeout: 1, grace: 30 };
/** Ended by force: the whole grace period went by. */
const KILLED = 137;

/**
 * A container that its probe ends before it has answered once: too little time to start, or it never answers. Both look the
 * same, and no cluster tells how long a start takes that was never finished: so this is told with its numbers, for people.
 */
export const startTime: Proposer = {
  origin: 'rule',
  name: 'start-time',
  causes: ['probe/liveness', 'probe/startup'],
  propose(context) {
    const type = context.incident.cause === 'probe/startup' ? 'startup' : 'liveness';
    const start = unansweredStart(context, type);
    if (start === undefined) return Promise.resolve(undefined);
    const why = `the ${type} probe gives a start about ${start.given} s, and the last one was ended after ${start.ran} s without an answer: it needs longer, or it never answers`;
    return Promise.resolve(
      answers.decline(`${why}. A time is never guessed; a startupProbe is where to give one to who knows the program`),
    );
  },
};

/** Seconds that the probe gives a start and that the last one ran; undefined where it has answered, or that is not known. */
function unansweredStart(
  { incident, snapshot, declared }: ProposeContext,
  type: 'liveness' | 'startup',
): { readonly given: number; readonly ran: number } | undefined {
  const grace = getField(declaredPodSpec(declared) ?? {}, ['terminationGracePeriodSeconds']);
  for (const { kind, name } of incident.affected) {
    const pod = kind === 'Pod' ? findObject(snapshot, 'Pod', name, incident.object.namespace) : undefined;
    const { livenessProbe, startupProbe } = containerOf(pod, incident.container) ?? {};
    const probe = type === 'startup' ? startupProbe : livenessProbe;
    const ran = lastRun(statusOf(pod, incident.container), typeof grace === 'number' ? grace : DEFAULTS.grace);
    if (probe === undefined || ran === undefined) continue;
    // The kubelet asks for liveness only once the startup probe has passed.
    const answered = type === 'liveness' && (startupProbe !== undefined || ran > longest(probe));
    return answered ? undefined : { given: given(probe), ran: Math.round(ran) };
  }
  return undefined;
}

function containerOf(pod: Pod | undefined, name: string | undefined) {
  return [...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])].find((one) => one.name === name);
}

function statusOf(pod: Pod | undefined, name: string | undefined): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod?.status ?? {};
  return [...containerStatuses, ...initContainerStatuses].find((one) => one.name === name);
}

/** Seconds from the last start until the kubelet asked the container to end. */
function lastRun(status: ContainerStatus | undefined, grace: number): number | undefined {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  const seconds = (Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '')) / 1000;
  return seconds >= 0 ? Math.max(0, seconds - (ended?.exitCode === KILLED ? grace : 0)) : undefined;
}

function given({ initialDelaySeconds = 0, periodSeconds, failureThreshold }: Probe): number {
  return initialDelaySeconds + (periodSeconds ?? DEFAULTS.period) * (failureThreshold ?? DEFAULTS.failures);
}

/** The longest run without any answer: the first question may come a period late, and times are whole seconds. */
function longest(probe: Probe): number {
  return given(probe) + (probe.periodSeconds ?? DEFAULTS.period) + (probe.timeoutSeconds ?? DEFAULTS.timeout) + 1;
}
