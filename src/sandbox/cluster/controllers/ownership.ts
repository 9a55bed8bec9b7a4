import type { KubeObject, OwnerReference } from '../objects.ts';

/** The reference by which a controller owns an object. */
export function ownerOf(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, blockOwnerDeletion: true, controller: true, kind: owner.kind, name, uid };
}

/** The objects that have an owner as their controller, told by its uid. */
export function ownedBy<T extends KubeObject>(objects: readonly T[], owner: KubeObject): T[] {
  const { uid } = owner.metadata;
  return objects.filter(
    ({ metadata }) => metadata.ownerReferences?.some((ref) => ref.controller === true && ref.uid === uid) === true,
  );
}
