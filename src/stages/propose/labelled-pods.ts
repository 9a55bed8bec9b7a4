import { getField } from '../../domain/field-path.ts';
import { KINDS, isKind } from '../../domain/kubernetes/kinds.ts';
import { refKey } from '../../domain/object-ref.ts';
import { createOwnerIndex } from '../../domain/owners.ts';
import { podTemplatePath } from '../../domain/pod-template.ts';
import { findObject, refOfKind } from '../../domain/snapshot.ts';
import type { ProposeContext } from './proposer.ts';
import { selectorMatches, texts } from './workloads.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Whether live pods of a namespace carry the labels, as far as a rollout of what Git declares leaves them: labels of the
 * template count as declared, those that somebody else puts on the pods (an operator's `role: primary`) as they are.
 */
export function labelledPods(
  { snapshot, siblings }: Pick<ProposeContext, 'snapshot' | 'siblings'>,
  namespace: string,
  selector: Labels,
): boolean {
  const owners = createOwnerIndex(snapshot);
  const declared = new Map(siblings.map((sibling) => [refKey(sibling.ref), sibling.object]));
  return snapshot.objects.Pod.some((pod) => {
    const { metadata, status } = pod;
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (metadata.namespace !== namespace || metadata.deletionTimestamp !== undefined || ended) return false;
    const owner = owners.topOwner(refOfKind('Pod', metadata));
    const template = podTemplatePath(owner.kind);
    const object = declared.get(refKey(owner));
    const wanted = object && template && texts(getField(object, [...template, 'metadata', 'labels']));
    if (!wanted) return selectorMatches(selector, metadata.labels ?? {});
    const applied = liveLabels(snapshot, owner.kind, owner.name, namespace);
    const others = Object.entries(metadata.labels ?? {}).filter(([key]) => !Object.hasOwn(applied, key));
    return selectorMatches(selector, { ...Object.fromEntries(others), ...wanted });
  });
}

/** The labels that the live workload gives its pods. */
function liveLabels(snapshot: ProposeContext['snapshot'], kind: string, name: string, namespace: string): Labels {
  if (!isKind(kind) || !KINDS[kind].namespaced) return {};
  const live = findObject(snapshot, kind, name, namespace);
  const spec = live && 'spec' in live ? live.spec : undefined;
  return spec && 'template' in spec ? (spec.template?.metadata?.labels ?? {}) : {};
}
