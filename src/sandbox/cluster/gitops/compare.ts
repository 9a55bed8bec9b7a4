import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../../domain/json.ts';
import { applyDefaults } from '../defaults.ts';
import { objectAt, textAt, toJson } from '../json-object.ts';
import { LAST_APPLIED, lastApplied, withLastApplied } from '../last-applied.ts';
import type { KubeObject } from '../objects.ts';
import type { Resource } from '../resources.ts';
import { RESOURCES, resourceOf } from '../resources.ts';
import { mergeApplied, normalise } from '../schema/merge.ts';
import type { ObjectStore } from '../store.ts';
import type { Application } from './application.ts';
import { TRACKING } from './application.ts';

/** One object that an Application should have, or has and should not. */
export interface Compared {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  /** What is applied, tracking mark and all; undefined where the object is to be pruned. */
  readonly target: JsonObject | undefined;
  readonly live: KubeObject | undefined;
  readonly synced: boolean;
}

/** The objects of an Application, wanted and not, and kinds that the cluster does not serve. */
export interface Comparison {
  readonly compared: readonly Compared[];
  readonly unknown: readonly string[];
}

/** `<app>:<group>/<kind>:<namespace>/<name>`; cluster-scoped objects carry the destination's namespace. */
function trackingId(application: Application, resource: Resource, namespace: string, name: string): string {
  return `${application.metadata.name}:${resource.group}/${resource.kind}:${namespace}/${name}`;
}

/** Compares rendered objects with the cluster. */
export function compare(store: ObjectStore, application: Application, objects: readonly JsonObject[]): Comparison {
  const fallback = application.spec.destination.namespace ?? 'default';
  const unknown: string[] = [];
  const targets = objects.flatMap((object): Compared[] => {
    const [apiVersion, kind] = [textAt(object, 'apiVersion') ?? '', textAt(object, 'kind') ?? ''];
    const resource = resourceOf(apiVersion, kind);
    const name = textAt(object, 'metadata', 'name') ?? '';
    if (!resource) {
      unknown.push(`${apiVersion}/${kind}`);
      return [];
    }
    const namespace = resource.namespaced ? (textAt(object, 'metadata', 'namespace') ?? fallback) : undefined;
    const target = marked(application, resource, object, namespace ?? fallback, name);
    const live = store.get(kind, namespace, name);
    return [{ resource, namespace, name, target, live, synced: live !== undefined && inSync(kind, live, target) }];
  });
  const wanted = new Set(targets.map(({ resource, namespace, name }) => `${resource.kind}/${namespace ?? ''}/${name}`));
  const extra = RESOURCES.flatMap((resource) => store.list(resource.kind).map((live) => ({ resource, live }))).filter(
    ({ resource, live }) => {
      const { namespace, name, annotations, ownerReferences } = live.metadata;
      const own = annotations?.[TRACKING] === trackingId(application, resource, namespace ?? fallback, name);
      return own && ownerReferences === undefined && !wanted.has(`${resource.kind}/${namespace ?? ''}/${name}`);
    },
  );
  const prunable = extra.map(({ resource, live }): Compared => ({
    resource,
    namespace: live.metadata.namespace,
    name: live.metadata.name,
    target: undefined,
    live,
    synced: false,
  }));
  return { compared: [...targets, ...prunable], unknown };
}

function marked(
  application: Application,
  resource: Resource,
  object: JsonObject,
  namespace: string,
  name: string,
): JsonObject {
  const metadata = objectAt(object, 'metadata') ?? {};
  const annotations = {
    ...objectAt(metadata, 'annotations'),
    [TRACKING]: trackingId(application, resource, namespace, name),
  };
  const plain: JsonObject = {
    ...object,
    metadata: { ...metadata, ...(resource.namespaced ? { namespace } : {}), annotations },
  };
  return withLastApplied(plain);
}

/** Whether applying the target would change nothing of the live object. */
function inSync(kind: string, live: KubeObject, target: JsonObject): boolean {
  const json = toJson(live);
  const after = applyDefaults(kind, mergeApplied(kind, lastApplied(live), json, normalise(kind, target)));
  return isDeepStrictEqual(comparable(after), comparable(json));
}

function comparable(object: JsonObject): JsonObject {
  const { status: _status, ...rest } = object;
  const metadata = objectAt(rest, 'metadata') ?? {};
  const { [LAST_APPLIED]: _last, ...annotations } = objectAt(metadata, 'annotations') ?? {};
  return { ...rest, metadata: { ...metadata, annotations } };
}
