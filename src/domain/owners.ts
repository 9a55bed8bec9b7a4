import { KINDS, isKind } from './kubernetes/kinds.ts';
import type { Kind } from './kubernetes/kinds.ts';
import type { ObjectMeta, OwnerReference } from './kubernetes/meta.ts';
import { selects } from './kubernetes/meta.ts';
import type { ObjectRef } from './object-ref.ts';
import { refKey } from './object-ref.ts';
import type { Snapshot } from './snapshot.ts';
import { refOfKind } from './snapshot.ts';

/** One step of a walk over owners. `metadata` is absent where the snapshot does not hold the object. */
export interface OwnerLink {
  readonly ref: ObjectRef;
  readonly metadata?: ObjectMeta;
}

/** Who owns what, by ownerReferences. */
export interface OwnerIndex {
  /** The object itself, its owner, the owner's owner and so on; ends with the top owner. */
  chain(ref: ObjectRef): readonly OwnerLink[];
  /** The object that nothing owns: what a manifest in Git declares, or what an operator was given. */
  topOwner(ref: ObjectRef): ObjectRef;
}

const OWNED: readonly Kind[] = [
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'PersistentVolumeClaim',
  'Service',
  'Ingress',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
];
const DEEPEST = 10;

/**
 * Indexes owners once, so that a walk costs one look-up a step. An owner that is not in the snapshot (a custom resource)
 * is the top owner; an owner of the same name but another uid is not followed further. Mirror pods, which a Node owns,
 * are their own top. A claim made from a StatefulSet's template belongs to that StatefulSet
 * (k8s.io/kubernetes pkg/controller/statefulset: `<template>-<set>-<ordinal>`). A ReplicaSet that the snapshot lacks is
 * taken for that of the Deployment `<name>` of `<name>-<hash>` where that Deployment selects the pod.
 */
export function createOwnerIndex(snapshot: Snapshot): OwnerIndex {
  const known = new Map<string, ObjectMeta>();
  for (const kind of OWNED) {
    for (const { metadata } of snapshot.objects[kind]) known.set(refKey(refOfKind(kind, metadata)), metadata);
  }
  const claims = claimPrefixes(snapshot);
  const selectors = new Map(
    snapshot.objects.Deployment.map(({ metadata, spec }) => [refKey(refOfKind('Deployment', metadata)), spec.selector]),
  );

  const ownerOf = (ref: ObjectRef, metadata: ObjectMeta | undefined): OwnerLink | undefined => {
    const owners = metadata?.ownerReferences ?? [];
    const reference = owners.find(({ controller }) => controller === true) ?? owners[0];
    if (reference === undefined) return ref.kind === 'PersistentVolumeClaim' ? ownerOfClaim(ref) : undefined;
    if (reference.kind === 'Node') return undefined;
    const owner = refOfOwner(reference, ref.namespace);
    const found = known.get(refKey(owner));
    const same = reference.uid === undefined || found?.uid === undefined || reference.uid === found.uid;
    return found !== undefined && same ? { ref: owner, metadata: found } : { ref: owner };
  };

  const ownerOfClaim = (ref: ObjectRef): OwnerLink | undefined => {
    const prefix = /^(.*)-\d+$/.exec(ref.name)?.[1];
    const owner = prefix === undefined ? undefined : claims.get(`${ref.namespace ?? ''}/${prefix}`);
    const metadata = owner && known.get(refKey(owner));
    return owner && metadata && { ref: owner, metadata };
  };

  const ownerOfUnseenSet = (ref: ObjectRef, { labels }: ObjectMeta): OwnerLink | undefined => {
    if (known.has(refKey(ref))) return undefined;
    const name = ref.name.replace(/-[^-]*$/, '');
    const owner: ObjectRef = { ...ref, kind: 'Deployment', name };
    const [metadata, selector] = [known.get(refKey(owner)), selectors.get(refKey(owner))];
    return metadata && selector && selects(selector, labels) ? { ref: owner, metadata } : undefined;
  };

  const chain = (ref: ObjectRef): readonly OwnerLink[] => {
    const first = known.get(refKey(ref));
    const links: OwnerLink[] = [first === undefined ? { ref } : { ref, metadata: first }];
    for (let link = links[0]; link !== undefined && links.length < DEEPEST;) {
      const unseenSet = link.ref.kind === 'ReplicaSet' && link.metadata === undefined;
      link = unseenSet && first !== undefined ? ownerOfUnseenSet(link.ref, first) : ownerOf(link.ref, link.metadata);
      if (link !== undefined) links.push(link);
    }
    return links;
  };
  return { chain, topOwner: (ref) => chain(ref).at(-1)?.ref ?? ref };
}

function refOfOwner({ apiVersion, kind, name }: OwnerReference, namespace: string | undefined): ObjectRef {
  const clusterScoped = isKind(kind) && !KINDS[kind].namespaced;
  return namespace === undefined || clusterScoped ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

function claimPrefixes(snapshot: Snapshot): Map<string, ObjectRef> {
  const prefixes = new Map<string, ObjectRef>();
  for (const { metadata, spec } of snapshot.objects.StatefulSet) {
    for (const template of spec.volumeClaimTemplates ?? []) {
      const prefix = `${metadata.namespace ?? ''}/${template.metadata.name}-${metadata.name}`;
      prefixes.set(prefix, refOfKind('StatefulSet', metadata));
    }
  }
  return prefixes;
}
