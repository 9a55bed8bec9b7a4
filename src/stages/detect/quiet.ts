import type { ObjectMeta } from '../../domain/kubernetes/meta.ts';
import type { OwnerLink } from '../../domain/owners.ts';
import type { NamedObjects } from './named-objects.ts';

/** Why the objects below a workload are not judged at all; undefined where they are. */
export type Quiet = 'ignored' | 'being-deleted' | 'switched-off' | 'not-yet-observed' | undefined;

/**
 * Looks at every object of the chain, and at their Namespace: one that a person silenced, that is going away, that is
 * paused, suspended or scaled to zero, or whose controller has not yet seen its newest spec, says nothing about Git.
 */
export function quietReason(chain: readonly OwnerLink[], names: NamedObjects): Quiet {
  for (const { metadata, ref } of chain) {
    if (isSilenced(metadata)) return 'ignored';
    if (metadata?.deletionTimestamp !== undefined) return 'being-deleted';
    const { kind, name, namespace } = ref;
    if (isSwitchedOff(kind, name, namespace, names)) return 'switched-off';
    if (isStale(kind, name, namespace, names)) return 'not-yet-observed';
  }
  const namespace = chain[0]?.ref.namespace;
  const around = namespace === undefined ? undefined : names.find('Namespace', namespace);
  if (isSilenced(around?.metadata)) return 'ignored';
  return around?.metadata.deletionTimestamp === undefined ? undefined : 'being-deleted';
}

function isSilenced(metadata: ObjectMeta | undefined): boolean {
  return metadata?.annotations?.['remendo.dev/ignore'] === 'true';
}

function isSwitchedOff(kind: string, name: string, namespace: string | undefined, names: NamedObjects): boolean {
  if (kind === 'Deployment') {
    const spec = names.find(kind, name, namespace)?.spec;
    return spec?.paused === true || spec?.replicas === 0;
  }
  if (kind === 'ReplicaSet' || kind === 'StatefulSet') return names.find(kind, name, namespace)?.spec.replicas === 0;
  if (kind === 'Job' || kind === 'CronJob') return names.find(kind, name, namespace)?.spec.suspend === true;
  return false;
}

function isStale(kind: string, name: string, namespace: string | undefined, names: NamedObjects): boolean {
  if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'DaemonSet') return false;
  const object: { metadata: ObjectMeta; status?: { observedGeneration?: number | undefined } | undefined } | undefined =
    names.find(kind, name, namespace);
  const { generation } = object?.metadata ?? {};
  const observed = object?.status?.observedGeneration;
  return generation !== undefined && observed !== undefined && observed < generation;
}
