import type { Change, Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import { isKind } from '../../domain/kubernetes/kinds.ts';
import { formatRef, sameObject } from '../../domain/object-ref.ts';
import { findObject, isBlind } from '../../domain/snapshot.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { ProposeContext } from './proposer.ts';

/** Fields of a StatefulSet's spec that an update may change (k8s.io/kubernetes pkg/apis/apps/validation). */
const STATEFUL_SET = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

/**
 * Why the API server would refuse a change of an object that exists: fields that cannot be changed after creation. Undefined
 * where it would not, where the object is not there yet, or where Argo CD deletes and makes it again.
 */
export function immutableReason(
  changes: readonly Change[],
  context: Pick<ProposeContext, 'siblings' | 'snapshot'>,
): string | undefined {
  for (const { object: ref, operations } of changes) {
    const declared = context.siblings.find((sibling) => sameObject(sibling.ref, ref));
    const live = isKind(ref.kind) ? findObject(context.snapshot, ref.kind, ref.name, ref.namespace) : undefined;
    const absent = isKind(ref.kind) && !live && !isBlind(context.snapshot, ref.kind);
    if (absent || (declared && isMadeAgain(declared))) continue;
    for (const operation of operations) {
      if (operation.op === 'test') continue;
      if (!isFixed(ref.kind, operation, declared, context)) continue;
      return `${formatFieldPath(operation.path)} of ${formatRef(ref)} cannot be changed after creation: it has to be deleted and made again`;
    }
  }
  return undefined;
}

function isFixed(
  kind: string,
  { path }: Operation,
  declared: RenderedObject | undefined,
  context: Pick<ProposeContext, 'snapshot'>,
): boolean {
  const [first, second] = path;
  if (kind === 'ConfigMap' || kind === 'Secret') {
    return declared?.object['immutable'] === true && first !== 'metadata';
  }
  if (first !== 'spec') return false;
  if (kind === 'Job') return second === 'template' || second === 'selector' || second === 'completionMode';
  if (kind === 'Deployment' || kind === 'DaemonSet' || kind === 'ReplicaSet') return second === 'selector';
  if (kind === 'StatefulSet') return typeof second !== 'string' || !STATEFUL_SET.has(second);
  if (kind === 'PersistentVolumeClaim') return isFixedInClaim(path, declared, context);
  return kind === 'Pod' && path.at(-1) !== 'image';
}

/** A claim's class may be set while it has none; its requested size may grow. */
function isFixedInClaim(
  path: FieldPath,
  declared: RenderedObject | undefined,
  { snapshot }: Pick<ProposeContext, 'snapshot'>,
): boolean {
  if (path[1] === 'storageClassName') {
    const live = declared && findObject(snapshot, 'PersistentVolumeClaim', declared.ref.name, declared.ref.namespace);
    return live?.spec?.storageClassName !== undefined;
  }
  return !(path[1] === 'resources' && path[2] === 'requests');
}

/** Whether Argo CD deletes and makes the object again: a hook, or the sync options Replace and Force together. */
export function isMadeAgain(declared: RenderedObject): boolean {
  const annotation = (name: string): string => {
    const value = getField(declared.object, ['metadata', 'annotations', name]);
    return typeof value === 'string' ? value : '';
  };
  const options = annotation('argocd.argoproj.io/sync-options')
    .split(',')
    .map((option) => option.trim());
  const hook = annotation('argocd.argoproj.io/hook') !== '' || annotation('helm.sh/hook') !== '';
  return hook || (options.includes('Replace=true') && options.includes('Force=true'));
}
