import type { Facts } from '../../../domain/finding.ts';
import { containerEvents, failingSince } from '../container-runs.ts';
import { defineDetector } from '../detector.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import { parsePullFailure, pullDetail } from '../messages/image-pull.ts';
import type { ContainerView, PodView } from '../pod-view.ts';
import { describe } from '../pod-view.ts';
import { stateOf, subjectOf } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Waiting reasons of the kubelet for images (k8s.io/kubernetes pkg/kubelet/images/types.go). */
const REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'SignatureValidationFailed',
  'ImageInspectError',
]);
// The kubelet's first back-off: one failed attempt may pass by itself.
const FIRST_BACK_OFF_SECONDS = 10;

/** Images that cannot be had. Facts: `image`, `pullFailure`; `missing` for a pull secret. Subject: the image reference. */
export const image = defineDetector({
  name: 'image',
  needs: ['Pod'],
  causes: {
    'image/not-found': {
      title: 'Image not found',
      severity: 'critical',
      docs: 'The registry has no such repository or tag.',
    },
    'image/invalid-name': {
      title: 'Invalid image name',
      severity: 'critical',
      docs: 'The image reference does not follow the grammar.',
    },
    'image/unauthorized': {
      title: 'Image pull not authorised',
      severity: 'critical',
      docs: 'The registry refuses the credentials, or hides that the repository does not exist.',
    },
    'image/rate-limited': {
      title: 'Registry rate limit',
      severity: 'critical',
      docs: 'The registry answers no more requests for now.',
    },
    'image/network': {
      title: 'Registry not reachable',
      severity: 'critical',
      docs: 'The node cannot reach the registry, or the registry fails.',
    },
    'image/platform': {
      title: 'Image lacks this platform',
      severity: 'critical',
      docs: 'The image has no variant for the node’s operating system and architecture.',
    },
    'image/tls': {
      title: 'Registry certificate not trusted',
      severity: 'critical',
      docs: 'The TLS connection to the registry cannot be made.',
    },
    'image/pull-failed': {
      title: 'Image pull failed',
      severity: 'critical',
      docs: 'The image cannot be pulled or read, for a reason in other words.',
    },
    'image/never-policy': {
      title: 'Image not on the node',
      severity: 'critical',
      docs: 'imagePullPolicy is Never and the node does not have the image.',
    },
    'image/pull-secret-missing': {
      title: 'Pull secret missing',
      severity: 'critical',
      docs: 'The Secret that imagePullSecrets names does not exist.',
    },
  },
  detect(index, report) {
    for (const view of index.pods) {
      for (const container of view.containers) {
        const waiting = container.status?.state?.waiting;
        if (waiting?.reason === undefined || !REASONS.has(waiting.reason)) continue;
        const seen = see(index, view, container, waiting.reason, waiting.message ?? '');
        const since = failingSince(index, view, container);
        if (index.age(since) < requiredAge(index, waiting.reason, seen.cause)) continue;
        const { pod, ref } = view;
        const evidence = [
          fieldEvidence(ref, `${container.path}.state.waiting`, `${waiting.reason}: ${waiting.message ?? ''}`, since),
          ...seen.events.map((event) => eventEvidence(ref, event)),
        ];
        const secret = seen.cause === 'image/unauthorized' ? missingPullSecret(index, view) : undefined;
        if (secret !== undefined) {
          const summary = `the image of ${describe(container)} cannot be pulled: Secret ${secret.name} does not exist`;
          const text = pod.spec.imagePullSecrets?.map(({ name }) => name).join(', ') ?? '';
          report('image/pull-secret-missing', {
            object: ref,
            subject: subjectOf(secret),
            summary,
            since,
            evidence: [fieldEvidence(ref, 'spec.imagePullSecrets', text), ...evidence],
            facts: { ...seen.facts, missing: secret },
          });
          continue;
        }
        const name = container.spec.image ?? '';
        const summary = `${describe(container)}: ${SENTENCES[seen.cause]} (${name})`;
        report(seen.cause, { object: ref, container, subject: name, summary, since, evidence, facts: seen.facts });
      }
    }
  },
});

type Cause = keyof typeof SENTENCES;
const SENTENCES = {
  'image/not-found': 'the registry has no such image',
  'image/invalid-name': 'the image reference is not valid',
  'image/unauthorized': 'the registry refuses access to the image',
  'image/rate-limited': 'the registry limits the rate of pulls',
  'image/network': 'the registry cannot be reached',
  'image/platform': 'the image does not exist for this platform',
  'image/tls': 'the registry is not trusted',
  'image/pull-failed': 'the image cannot be pulled',
  'image/never-policy': 'the image is not on the node and may not be pulled',
} as const;

function see(index: SnapshotIndex, view: PodView, container: ContainerView, reason: string, message: string) {
  const image = container.spec.image ?? container.status?.image ?? '';
  const failed = containerEvents(index, view, container).filter((event) => event.reason === 'Failed');
  const events = failed
    .filter((event) => /Failed to pull image|Failed to inspect image/.test(event.message ?? ''))
    .slice(0, 1);
  const result = (cause: Cause, pullFailure?: Facts['pullFailure']) => ({
    cause,
    events,
    facts: { image, ...(pullFailure === undefined ? {} : { pullFailure }) } satisfies Facts,
  });
  if (reason === 'InvalidImageName') return result('image/invalid-name');
  if (reason === 'ErrImageNeverPull') return result('image/never-policy');
  if (reason === 'RegistryUnavailable') return result('image/network', 'network');
  if (reason === 'SignatureValidationFailed' || reason === 'ImageInspectError')
    return result('image/pull-failed', 'other');
  // Before Kubernetes 1.32 the back-off has no detail: the event keeps the last answer of the registry.
  const detail = reason === 'ErrImagePull' ? message : pullDetail(message);
  const words = detail === undefined || detail === '' ? (events[0]?.message ?? '') : detail;
  const failure = parsePullFailure(words);
  return result(failure === 'other' ? 'image/pull-failed' : `image/${failure}`, failure);
}

/** A back-off has failed more than once; what is known to pass by itself is given the whole minimum age. */
function requiredAge(index: SnapshotIndex, reason: string, cause: Cause): number {
  const passes = cause === 'image/network' || cause === 'image/rate-limited' || cause === 'image/pull-failed';
  const { minimumAgeSeconds } = index.policy;
  const definite = reason === 'ImagePullBackOff' || reason === 'InvalidImageName';
  return definite && !passes ? Math.min(FIRST_BACK_OFF_SECONDS, minimumAgeSeconds) : minimumAgeSeconds;
}

function missingPullSecret(index: SnapshotIndex, { pod, ref }: PodView) {
  const namespace = pod.metadata.namespace ?? '';
  const told = index.eventsOf(ref, pod.metadata).find(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  const named = new Set(/secrets \((.*)\)/.exec(told?.message ?? '')?.[1]?.split(/,\s*/));
  for (const [i, { name }] of (pod.spec.imagePullSecrets ?? []).entries()) {
    if (name === undefined) continue;
    const state = stateOf(index, namespace, { kind: 'Secret', name });
    if (state === 'object-missing' || (state === 'unknown' && named.has(name))) {
      return { kind: 'Secret', namespace, name, field: `imagePullSecrets[${i}]` };
    }
  }
  return undefined;
}
