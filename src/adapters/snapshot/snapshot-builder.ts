import { createCompactor } from '../../domain/compact.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import { KINDS } from '../../domain/kubernetes/kinds.ts';
import type { Kind, ObjectOf } from '../../domain/kubernetes/kinds.ts';
import { kindOf, project } from '../../domain/kubernetes/project.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ObjectsByKind } from '../../domain/snapshot.ts';
import { noObjects } from '../../domain/snapshot.ts';
import { isHeartbeat, newestTime } from './times.ts';

/** Gathers projected objects one at a time; what it was given can be forgotten at once. */
export interface SnapshotBuilder {
  /** Adds an object, or each item of a list. `list` names the kind of items that carry none. The error is a sentence. */
  add(value: JsonValue, list?: JsonObject): Result<void, string>;
  objects(): ObjectsByKind;
  /** Newest time that any object carries, when one of them is a heartbeat: then the dump tells its own age. */
  newest(): string | undefined;
}

/** Begins with no objects. */
export function createSnapshotBuilder(): SnapshotBuilder {
  const objects = noObjects();
  const compact = createCompactor();
  const positions = new Map<string, number>();
  let newest = '';
  let heartbeat = false;

  function add(value: JsonValue, list?: JsonObject): Result<void, string> {
    if (isArray(value)) return addAll(value, undefined);
    if (!isObject(value)) return ok(undefined);
    const { kind, items } = value;
    if (typeof kind === 'string' && kind.endsWith('List') && isArray(items)) return addAll(items, value);
    return addObject(withKind(value, list));
  }

  function addAll(items: readonly JsonValue[], list: JsonObject | undefined): Result<void, string> {
    for (const item of items) {
      const added = add(item, list);
      if (!added.ok) return added;
    }
    return ok(undefined);
  }

  function addObject(raw: JsonObject): Result<void, string> {
    if (isHeartbeat(raw)) heartbeat = true;
    if (raw['kind'] === 'Lease') newest = newestTime(raw, newest);
    const kind = kindOf(raw);
    if (kind === undefined) return ok(undefined);
    const projected = project(kind, withNamespace(kind, raw));
    if (!projected.ok) return err(`${kind} ${nameOf(raw)}: ${projected.error}`);
    const object = compact(projected.value);
    newest = newestTime(object, newest);
    put(kind, object);
    return ok(undefined);
  }

  /** The same object in two files is one object: the last one read counts. */
  function put<K extends Kind>(kind: K, object: ObjectOf<K>): void {
    const sameKind: ObjectOf<K>[] = objects[kind];
    const key = `${kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const position = positions.get(key) ?? sameKind.length;
    positions.set(key, position);
    sameKind[position] = object;
  }

  return {
    add,
    objects: () => objects,
    newest: () => (heartbeat && newest !== '' ? newest : undefined),
  };
}

/** Items of a typed list (`kind: PodList`) carry no kind of their own. */
function withKind(object: JsonObject, list: JsonObject | undefined): JsonObject {
  if (list === undefined || object['kind'] !== undefined) return object;
  const { kind, apiVersion } = list;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind === 'List') return object;
  return { apiVersion, kind: kind.slice(0, -'List'.length), ...object };
}

/** As kubectl does: a namespaced object without a namespace is in `default`. */
function withNamespace(kind: Kind, raw: JsonObject): JsonObject {
  const { metadata } = raw;
  if (!isObject(metadata)) return raw;
  const { namespace, ...rest } = metadata;
  if (!KINDS[kind].namespaced) return namespace === undefined ? raw : { ...raw, metadata: rest };
  const absent = namespace === undefined || namespace === null || namespace === '';
  return absent ? { ...raw, metadata: { ...metadata, namespace: 'default' } } : raw;
}

function nameOf(raw: JsonObject): string {
  const metadata = isObject(raw['metadata']) ? raw['metadata'] : {};
  const { namespace, name } = metadata;
  const known = typeof name === 'string' && name !== '' ? name : '(no name)';
  return typeof namespace === 'string' ? `${namespace}/${known}` : known;
}
