import { quantity } from '../../../domain/quantity.ts';
import type { ClusterContext, Controller } from '../context.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../workload-objects.ts';

const COMPONENT = 'persistentvolume-controller';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Binds claims to volumes, making the volume where the class has a provisioner; says in events what is missing. */
export function createVolumeBinder(context: ClusterContext): Controller {
  const told = new Map<string, number>();
  const tell = (claim: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void => {
    const now = context.clock.now().getTime();
    if (now < (told.get(claim.metadata.uid) ?? 0)) return;
    told.set(claim.metadata.uid, now + context.timing.backoff * 1000);
    context.events.record(claim, { type, reason, message, component: COMPONENT });
  };
  return () => {
    for (const given of context.store.list('PersistentVolumeClaim')) {
      if (given.status?.phase === 'Bound') continue;
      const claim = withDefaultClass(context, given);
      const name = claim.spec.storageClassName ?? '';
      const found = staticVolume(context, claim);
      const storageClass = context.store.get('StorageClass', undefined, name);
      const waits =
        storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
        claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] === undefined;
      if (storageClass && waits)
        tell(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
      else if (found) bind(context, claim, found);
      else if (name === '')
        tell(
          claim,
          'Normal',
          'FailedBinding',
          'no persistent volumes available for this claim and no storage class is set',
        );
      else if (!storageClass)
        tell(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
      else if (storageClass.provisioner !== 'kubernetes.io/no-provisioner') provision(context, claim, storageClass);
    }
  };
}

function withDefaultClass(context: ClusterContext, claim: PersistentVolumeClaim): PersistentVolumeClaim {
  if (claim.spec.storageClassName !== undefined) return claim;
  const defaults = context.store
    .list('StorageClass')
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  const name = defaults[0]?.metadata.name;
  if (name === undefined) return claim;
  return context.store.update(claim, (draft) => {
    draft.spec.storageClassName = name;
  });
}

function staticVolume(context: ClusterContext, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const wanted = quantity(claim.spec.resources?.requests?.storage) ?? 0n;
  return context.store
    .list('PersistentVolume')
    .find(
      ({ spec, status, metadata }) =>
        status?.phase !== 'Bound' &&
        (spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') &&
        (claim.spec.volumeName === undefined || claim.spec.volumeName === metadata.name) &&
        (quantity(spec.capacity?.storage) ?? 0n) >= wanted &&
        (claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode) === true),
    );
}

function provision(context: ClusterContext, claim: PersistentVolumeClaim, storageClass: StorageClass): void {
  const capacity = { storage: claim.spec.resources?.requests?.storage ?? '1Gi' };
  const volume = context.store.create<PersistentVolume>({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${claim.metadata.uid}` },
    spec: {
      accessModes: claim.spec.accessModes ?? [],
      capacity,
      csi: { driver: storageClass.provisioner, volumeHandle: `pvc-${claim.metadata.uid}` },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Available' },
  });
  bind(context, claim, volume);
}

function bind(context: ClusterContext, claim: PersistentVolumeClaim, volume: PersistentVolume): void {
  const { namespace, name, uid } = claim.metadata;
  context.store.update(volume, (draft) => {
    draft.spec.claimRef = { namespace: namespace ?? '', name, uid };
    draft.status = { ...draft.status, phase: 'Bound' };
  });
  context.store.update(claim, (draft) => {
    draft.spec.volumeName = volume.metadata.name;
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    };
    draft.status = { accessModes: claim.spec.accessModes ?? [], capacity: volume.spec.capacity ?? {}, phase: 'Bound' };
  });
}
