import type { MissingReference } from '../../../domain/finding.ts';
import { containerEvents, endingsOf, failingSince, keepsEnding } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { parseMissing } from '../messages/missing-reference.ts';
import { parseStartFailure, tellsNodeTrouble } from '../messages/runtime-error.ts';
import type { ContainerView, PodView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';
import { environmentReferences, stateOf, subjectOf, toMissing } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Waiting reasons of a container that cannot be made (k8s.io/kubernetes pkg/kubelet/kuberuntime). */
const REASONS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'PreStartHookError',
]);
/** What of a container stands against runAsNonRoot (k8s.io/kubernetes pkg/kubelet/kuberuntime verifyRunAsNonRoot). */
const NON_ROOT: readonly (readonly [RegExp, string])[] = [
  [/runAsUser breaks non-root policy/, 'its runAsUser is root'],
  [/image has non-numeric user/, 'its image names its user by a word, which tells no number'],
  [/runAsNonRoot and image/, 'its image does'],
];

/** Containers that cannot be made as they are declared. Facts: `missing`. Subject: `ConfigMap/name:key` of what is missing. */
export const config = defineDetector({
  name: 'config',
  needs: ['Pod'],
  causes: {
    'config/configmap-missing': {
      title: 'ConfigMap missing',
      severity: 'critical',
      docs: 'The container’s environment needs a ConfigMap that does not exist.',
    },
    'config/secret-missing': {
      title: 'Secret missing',
      severity: 'critical',
      docs: 'The container’s environment needs a Secret that does not exist.',
    },
    'config/key-missing': {
      title: 'Key missing',
      severity: 'critical',
      docs: 'The ConfigMap or Secret exists but does not have the key.',
    },
    'config/run-as-non-root': {
      title: 'Image runs as root',
      severity: 'critical',
      docs: 'The pod asks for a user other than root and the image does not give one.',
    },
    'config/create-error': {
      title: 'Container cannot be made',
      severity: 'critical',
      docs: 'The container runtime refuses the container as declared.',
    },
    'node/runtime': {
      title: 'Container runtime in trouble',
      severity: 'critical',
      docs: 'The node’s container runtime cannot make containers at the moment: it is too slow, or lacks disk or files.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      for (const container of view.containers) {
        const told = complaint(index, view, container);
        if (told === undefined) continue;
        const since = failingSince(index, view, container);
        if (index.age(since) < index.policy.minimumAgeSeconds) continue;
        const { ref } = view;
        const events = containerEvents(index, view, container).filter(({ reason }) => reason === 'Failed');
        const evidence = [
          fieldEvidence(ref, `${container.path}.${told.path}`, told.text, since),
          ...events.slice(0, 1).map((event) => eventEvidence(ref, event)),
        ];
        const base = { object: ref, container, since, evidence };
        const who = describe(container);
        const root = NON_ROOT.find(([words]) => words.test(told.text));
        if (root !== undefined) {
          const summary = `${who} must not run as root, and ${root[1]}`;
          report('config/run-as-non-root', { ...base, summary, facts: {} });
          continue;
        }
        if (!told.environment && tellsNodeTrouble(told.text)) {
          const summary = `${who} cannot be made: the node’s container runtime is in trouble`;
          report('node/runtime', { ...base, summary, facts: {} });
          continue;
        }
        const missing = resolve(index, view, container, told);
        if (missing === 'resolved') continue;
        if (missing === undefined) {
          report('config/create-error', { ...base, summary: `${who} cannot be made`, facts: {} });
          continue;
        }
        const cause = causeOf(missing);
        const what = `${missing.kind} ${missing.namespace}/${missing.name}`;
        const summary =
          missing.key === undefined
            ? `${who} needs ${what}, which does not exist`
            : `${who} needs key ${missing.key} of ${what}, which has no such key`;
        const here = missing.field === undefined ? '' : missing.field;
        const asked = here === '' ? [] : [fieldEvidence(ref, `${specPath(container)}.${here}`, subjectOf(missing))];
        report(cause, {
          ...base,
          evidence: [...evidence.slice(0, 1), ...asked, ...evidence.slice(1)],
          subject: subjectOf(missing),
          summary,
          facts: { missing },
        });
      }
    }
  },
});

interface Complaint {
  readonly path: string;
  readonly text: string;
  /** True for CreateContainerConfigError: the container's environment, and nothing else, was being resolved. */
  readonly environment: boolean;
}

function complaint(index: SnapshotIndex, view: PodView, container: ContainerView): Complaint | undefined {
  const waiting = container.status?.state?.waiting;
  if (waiting?.reason !== undefined && REASONS.has(waiting.reason)) {
    const environment = waiting.reason === 'CreateContainerConfigError';
    return { path: 'state.waiting', text: `${waiting.reason}: ${waiting.message ?? ''}`, environment };
  }
  const [ending] = endingsOf(container);
  const started = ending?.terminated.reason === 'StartError' || ending?.terminated.reason === 'ContainerCannotRun';
  if (!started && waiting?.reason !== 'RunContainerError') return undefined;
  const message = (started ? ending?.terminated.message : waiting?.message) ?? '';
  if (parseStartFailure(message) !== 'other' || !keepsEnding(index, view, container)) return undefined;
  return { path: started && ending ? ending.path : 'state.waiting', text: message, environment: false };
}

/**
 * What is missing: the message says what the kubelet fell over, the spec says where it is named. `resolved` where the
 * snapshot has it by now; undefined where nothing says that something is missing.
 */
function resolve(
  index: SnapshotIndex,
  { pod }: PodView,
  { spec }: ContainerView,
  { text, environment }: Complaint,
): MissingReference | 'resolved' | undefined {
  if (!environment) return undefined;
  const namespace = pod.metadata.namespace ?? '';
  const references = environmentReferences(spec).map((reference) => ({
    reference,
    state: stateOf(index, namespace, reference),
  }));
  const words = parseMissing(text);
  if (words === undefined) {
    // Unknown words about something else must not be pinned on a reference: only an empty message leaves it to the spec.
    if (!/^\w+: $/.test(text)) return undefined;
    const first = references.find(({ state }) => state === 'object-missing' || state === 'key-missing');
    return first && toMissing(first.reference, namespace, first.state === 'object-missing');
  }
  const meant = references.find(
    ({ reference: { kind, name, key } }) =>
      kind === words.kind && name === words.name && (words.key === undefined || key === words.key),
  );
  if (meant?.state === 'present') return 'resolved';
  if (meant !== undefined) {
    const wholeObject = meant.state === 'object-missing' || (meant.state === 'unknown' && words.key === undefined);
    return toMissing(meant.reference, namespace, wholeObject);
  }
  const { kind, name = '', key } = words;
  return { kind, namespace, name, ...(key === undefined ? {} : { key }) };
}

function causeOf({
  kind,
  key,
}: MissingReference): 'config/key-missing' | 'config/configmap-missing' | 'config/secret-missing' {
  if (key !== undefined) return 'config/key-missing';
  return kind === 'ConfigMap' ? 'config/configmap-missing' : 'config/secret-missing';
}

function specPath({ name, type }: ContainerView): string {
  return `spec.${type === 'container' ? 'containers' : 'initContainers'}[name=${name}]`;
}
