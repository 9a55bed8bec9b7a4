import type { PersistentVolumeClaim } from '../../../domain/kubernetes/cluster-objects.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { firstSeen } from '../event-index.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

const TELLING = new Set(['ProvisioningFailed', 'FailedBinding']);
const NO_CLASS = /no persistent volumes available for this claim and no storage class is set/;

/** Claims that stay Pending. Facts: `missing` (the StorageClass). Subject: `StorageClass/name` where one is named. */
export const storage = defineDetector({
  name: 'storage',
  needs: ['PersistentVolumeClaim', 'StorageClass'],
  causes: {
    'storage/class-missing': {
      title: 'StorageClass missing',
      severity: 'critical',
      docs: 'The claim names a StorageClass that does not exist.',
    },
    'storage/no-class': {
      title: 'No StorageClass',
      severity: 'critical',
      docs: 'The claim names no StorageClass and the cluster has no default one.',
    },
    'storage/no-volume': {
      title: 'No volume fits',
      severity: 'critical',
      docs: 'No PersistentVolume satisfies the claim and none can be made.',
    },
    'storage/provisioning-failed': {
      title: 'Provisioning failed',
      severity: 'critical',
      docs: 'The storage provider refuses to make the volume.',
    },
  },
  detect(index, report) {
    const stuck = claimsWithoutVolume(index);
    for (const claim of index.snapshot.objects.PersistentVolumeClaim) {
      if ((claim.status?.phase ?? 'Pending') !== 'Pending') continue;
      const { metadata, spec } = claim;
      const ref = refOfKind('PersistentVolumeClaim', metadata);
      if (!index.judged(ref)) continue;
      const event = index.eventsOf(ref, metadata).find(({ reason }) => TELLING.has(reason ?? ''));
      const since = metadata.creationTimestamp ?? (event && firstSeen(event));
      if (index.age(since) < index.policy.minimumAgeSeconds) continue;
      const className = spec?.storageClassName;
      const told = event === undefined ? [] : [eventEvidence(ref, event)];
      const base = { object: ref, since };
      if (className !== undefined && lacksClass(index, className, event?.message)) {
        report('storage/class-missing', {
          ...base,
          subject: `StorageClass/${className}`,
          summary: `the claim names StorageClass ${className}, which does not exist`,
          evidence: [fieldEvidence(ref, 'spec.storageClassName', className), ...told],
          facts: { missing: { kind: 'StorageClass', namespace: '', name: className, field: 'spec.storageClassName' } },
        });
      } else if (className === undefined && NO_CLASS.test(event?.message ?? '') && !hasDefaultClass(index)) {
        const summary = 'the claim names no StorageClass and the cluster has no default one';
        report('storage/no-class', { ...base, summary, evidence: told, facts: {} });
      } else if (stuck.has(claim) || lacksVolume(index, className, event?.reason)) {
        const summary = 'no PersistentVolume satisfies the claim';
        const pending = fieldEvidence(ref, 'status.phase', 'Pending');
        report('storage/no-volume', { ...base, summary, evidence: [pending, ...told], facts: {} });
      } else if (event?.reason === 'ProvisioningFailed') {
        const summary = 'the volume of the claim cannot be made';
        report('storage/provisioning-failed', { ...base, summary, evidence: told, facts: {} });
      }
    }
  },
});

/** The snapshot says it, or, where it holds no classes at all, the provisioner's event does. An empty name asks for none. */
function lacksClass(index: SnapshotIndex, name: string, told = ''): boolean {
  if (name === '' || index.find('StorageClass', name) !== undefined) return false;
  return index.isMissing('StorageClass', name) || told.includes(`"${name}" not found`);
}

/** A class of volumes that people make by hand (k8s.io/component-helpers storage/volume NotSupportedProvisioner). */
const BY_HAND = 'kubernetes.io/no-provisioner';

/** The controller found no volume to bind, and there is nobody to make one. */
function lacksVolume(index: SnapshotIndex, className = '', told: string | undefined): boolean {
  if (told === 'FailedBinding') return true;
  return told === 'ProvisioningFailed' && index.find('StorageClass', className)?.provisioner === BY_HAND;
}

function hasDefaultClass(index: SnapshotIndex): boolean {
  return index.snapshot.objects.StorageClass.some(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
}

/**
 * Waiting for a first consumer is normal: such a claim is stuck only where a pod that uses it is refused by the
 * scheduler for want of a volume.
 */
function claimsWithoutVolume(index: SnapshotIndex): ReadonlySet<PersistentVolumeClaim> {
  const stuck = new Set<PersistentVolumeClaim>();
  for (const { pod } of index.pods) {
    const condition = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
    if (!/didn't find available persistent volumes to bind/.test(condition?.message ?? '')) continue;
    for (const { persistentVolumeClaim: source } of pod.spec.volumes ?? []) {
      const claim = source && index.find('PersistentVolumeClaim', source.claimName, pod.metadata.namespace);
      if (claim !== undefined) stuck.add(claim);
    }
  }
  return stuck;
}
