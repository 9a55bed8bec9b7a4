import type { PersistentVolumeClaim } from '../../../domain/kubernetes/cluster-objects.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import type { Seen } from '../detector.ts';
import { firstSeen, lastSeen } from '../event-index.ts';
import { eventEvidence, fieldEvidence } from '../evidence.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

// A provisioner answers within seconds; one that is being installed or restarted takes minutes.
const PATIENCE_SECONDS = 300;
/** What a provisioner says of a claim that it works at (sigs.k8s.io/sig-storage-lib-external-provisioner controller). */
const ANSWERS = new Set(['Provisioning', 'ProvisioningFailed', 'ProvisioningSucceeded']);

/** Claims whose provisioner does not answer. Facts: `reason`. Subject: the provisioner's name. */
export const provisioner = defineDetector({
  name: 'provisioner',
  needs: ['PersistentVolumeClaim', 'StorageClass', 'Event'],
  causes: {
    'storage/not-provisioned': {
      title: 'Nobody makes the volume',
      severity: 'critical',
      docs: 'The claim waits for the provisioner of its class, which does not answer: it is not installed, or it does not run.',
    },
  },
  detect(index, report) {
    for (const claim of index.snapshot.objects.PersistentVolumeClaim) {
      const object = refOfKind('PersistentVolumeClaim', claim.metadata);
      if ((claim.status?.phase ?? 'Pending') !== 'Pending' || !index.judged(object)) continue;
      const seen = unanswered(index, claim);
      if (seen !== undefined) report('storage/not-provisioned', { object, ...seen });
    }
  },
});

/**
 * Kubernetes has asked a provisioner outside of it, and asks on (pkg/controller/volume/persistentvolume, event
 * ExternalProvisioning), and that has not said a word of the claim.
 */
function unanswered(index: SnapshotIndex, { metadata, spec }: PersistentVolumeClaim): Omit<Seen, 'object'> | undefined {
  const ref = refOfKind('PersistentVolumeClaim', metadata);
  const { storageClassName: name = '' } = spec ?? {};
  const driver = index.find('StorageClass', name)?.provisioner;
  const events = index.eventsOf(ref, metadata);
  const waiting = events.find(({ reason }) => reason === 'ExternalProvisioning');
  if (driver === undefined || waiting === undefined) return undefined;
  if (events.some(({ reason }) => ANSWERS.has(reason ?? ''))) return undefined;
  const since = firstSeen(waiting);
  if (index.age(since) < PATIENCE_SECONDS || index.age(lastSeen(waiting)) > PATIENCE_SECONDS) return undefined;
  return {
    subject: driver,
    summary: `provisioner ${driver} of StorageClass ${name} does not answer: it is not installed, or it does not run`,
    since,
    evidence: [fieldEvidence(ref, 'spec.storageClassName', name), eventEvidence(ref, waiting)],
    facts: { reason: 'ExternalProvisioning' },
  };
}
