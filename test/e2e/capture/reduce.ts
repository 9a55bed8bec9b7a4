import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';
import type { Kind } from '../../../src/domain/kubernetes/kinds.ts';
import { ALL_KINDS, KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';

/** Events of the way that every pod goes. */
const USUAL = new Set(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started', 'ScalingReplicaSet']);

/** What of a cluster belongs to one namespace, as manifests: its objects, and the nodes, volumes and classes that they name. */
export function objectsOf({ objects }: Snapshot, namespace: string): readonly JsonObject[] {
  const here = { ...objects };
  for (const kind of ALL_KINDS) {
    const list: readonly { metadata: { namespace?: string | undefined } }[] = objects[kind];
    Object.assign(here, { [kind]: list.filter(({ metadata }) => metadata.namespace === namespace) });
  }
  const nodes = new Set(here.Pod.map(({ spec }) => spec.nodeName));
  const unscheduled = nodes.has(undefined);
  const claims = here.PersistentVolumeClaim.length > 0;
  Object.assign(here, {
    Event: here.Event.filter(({ reason, type }) => type !== 'Normal' || !USUAL.has(reason ?? '')),
    Node: objects.Node.filter(({ metadata }) => unscheduled || (nodes.has(metadata.name) && nodes.size > 1)),
    StorageClass: objects.StorageClass.filter(({ metadata }) => claims && metadata.name.endsWith(`-${namespace}`)),
    PersistentVolume: objects.PersistentVolume.filter(({ spec }) => spec?.claimRef?.namespace === namespace),
    IngressClass: objects.IngressClass.filter(({ metadata }) => metadata.name.endsWith(`-${namespace}`)),
  });
  return ALL_KINDS.flatMap((kind) => here[kind].map((object) => manifest(kind, object)));
}

function manifest(kind: Kind, object: object): JsonObject {
  const { keys, ...fields }: JsonObject = JSON.parse(JSON.stringify(object));
  const data = Array.isArray(keys) ? { data: Object.fromEntries(keys.map((key) => [String(key), ''])) } : {};
  return { apiVersion: KINDS[kind].apiVersion, kind, ...(withoutNothing(fields) as JsonObject), ...data };
}

/** Without empty maps, and without the two tolerations that admission adds to every pod. */
function withoutNothing(value: JsonValue): JsonValue {
  if (isArray(value)) return value.filter((item) => !isAddedToleration(item)).map(withoutNothing);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, JsonValue][] => {
      if (item === undefined) return [];
      const kept = withoutNothing(item);
      return isEmpty(kept) ? [] : [[key, kept]];
    }),
  );
}

function isEmpty(value: JsonValue): boolean {
  return isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function isAddedToleration(item: JsonValue): boolean {
  return /"key":"node\.kubernetes\.io\/(not-ready|unreachable)","operator":"Exists"/.test(JSON.stringify(item));
}
