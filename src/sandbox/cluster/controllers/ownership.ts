import type { KubeObject, OwnerReference } from '../objects.ts';

export function ownerOf(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, blockOwnerDeletion: true, controller: true, kind: owner.kind, name, uid };
}

export function ownedBy<T extends KubeObject>(objects: readonly T[], owner: KubeObject): T[] {
  const { uid } = owner.metadata;
  return objects.filter(
    ({ metadata }) => metadata.ownerReferences?.some((ref) => ref.controller === true && ref.uid === uid) === true,
  );
}
