import type { NewEvidence } from '../../domain/evidence.ts';
import type { PersistentVolume } from '../../domain/kubernetes/cluster-objects.ts';
import type { Pod } from '../../domain/kubernetes/pod.ts';
import { refOfKind } from '../../domain/snapshot.ts';
import { fieldEvidence } from './evidence.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** A volume of a pod that cannot be used on every node. */
export interface PlacedVolume {
  /** `volume pv-7 of claim data: kubernetes.io/hostname in node-batch`. */
  readonly words: string;
  readonly evidence: NewEvidence;
}

/** The volumes of a pod that are bound to nodes, by its claims; none where volumes were not read. */
export function placedVolumes(index: SnapshotIndex, { metadata, spec }: Pod): PlacedVolume[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: source }) => {
    const claim = source && index.find('PersistentVolumeClaim', source.claimName, metadata.namespace);
    const name = claim?.spec?.volumeName;
    const volume = name === undefined ? undefined : index.find('PersistentVolume', name);
    const place = volume && placeOf(volume);
    if (claim === undefined || volume === undefined || place === undefined) return [];
    const words = `volume ${volume.metadata.name} of claim ${claim.metadata.name}: ${place}`;
    const ref = refOfKind('PersistentVolume', volume.metadata);
    return [{ words, evidence: fieldEvidence(ref, 'spec.nodeAffinity.required', place) }];
  });
}

/** Where it can be used: one of the terms must hold, and of a term everything. */
function placeOf({ spec }: PersistentVolume): string | undefined {
  const terms = (spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []).map(({ matchExpressions, matchFields }) =>
    [...(matchExpressions ?? []), ...(matchFields ?? [])]
      .map(({ key, operator, values }) =>
        [key, WORDS[operator] ?? operator, (values ?? []).join(' or ')].join(' ').trim(),
      )
      .join(' and '),
  );
  return terms.length === 0 ? undefined : terms.join('; or ');
}

const WORDS: Readonly<Record<string, string>> = {
  In: 'in',
  NotIn: 'not in',
  Exists: 'exists',
  DoesNotExist: 'is not set',
};
