import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SandboxClock } from '../clock.ts';
import type { KubeObject, Meta } from './objects.ts';
import { resourceOfKind } from './resources.ts';
import { rfc3339 } from './time.ts';
import type { KindName, Kinds } from './workload-objects.ts';

/** A change of an object, as watches are told of it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** The cluster's counter at this event. */
  readonly version: number;
}

/** What a new object must say; the store fills in the rest of its metadata. */
type NewObject<T extends KubeObject = KubeObject> = Omit<T, 'metadata'> & {
  metadata: Omit<Meta, 'uid' | 'resourceVersion' | 'creationTimestamp'> & Partial<Meta>;
};

/** Objects by kind with resourceVersions, generations, uids and a bounded history. Stored objects are never changed in place. */
export interface ObjectStore {
  /** The counter of the last write. */
  version(): number;
  list<K extends KindName>(kind: K, namespace?: string): Kinds[K][];
  list(kind: string, namespace?: string): KubeObject[];
  get<K extends KindName>(kind: K, namespace: string | undefined, name: string): Kinds[K] | undefined;
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Adds an object; one of the same name is replaced under its uid. */
  create<T extends KubeObject>(object: NewObject<T>): T;
  /** Changes a copy and stores it where it differs; `generation` rises when something but metadata and status changed. */
  update<T extends KubeObject>(object: T, change: (draft: T) => void): T;
  /** Removes an object and, at once, all that it owns. */
  delete(object: KubeObject): void;
  /** Events after `version`, or undefined where the history no longer reaches back that far. */
  since(version: number, kind: string): readonly StoreEvent[] | undefined;
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** Drops the history, so that every resume answers 410. */
  forget(): void;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;
const META_OR_STATUS = new Set(['metadata', 'status', 'apiVersion', 'kind']);
/** Kinds whose API keeps no generation, as in real objects. */
const NO_GENERATION = new Set(
  'ConfigMap Secret Event Node Namespace ServiceAccount PersistentVolumeClaim PersistentVolume Service StorageClass ResourceQuota LimitRange ControllerRevision'.split(
    ' ',
  ),
);

/** Begins empty. Watches can go back over the last `historyLimit` changes. */
export function createObjectStore(clock: Pick<SandboxClock, 'now'>, historyLimit = 2000): ObjectStore {
  const kinds = new Map<string, Map<string, KubeObject>>();
  const listeners = new Set<(event: StoreEvent) => void>();
  let history: StoreEvent[] = [];
  let forgotten = 0;
  let counter = 100;

  const table = (kind: string): Map<string, KubeObject> => {
    const found = kinds.get(kind) ?? new Map<string, KubeObject>();
    kinds.set(kind, found);
    return found;
  };
  const record = (type: StoreEvent['type'], object: KubeObject): void => {
    const event = { type, object, version: counter };
    history.push(event);
    if (history.length > historyLimit * 1.5) {
      history = history.slice(-historyLimit);
      forgotten = (history[0]?.version ?? counter) - 1;
    }
    for (const listener of listeners) listener(event);
  };
  const write = (type: StoreEvent['type'], object: KubeObject): void => {
    object.metadata.resourceVersion = String(++counter);
    table(object.kind).set(keyOf(object.metadata.namespace, object.metadata.name), object);
    record(type, object);
  };
  const list = (kind: string, namespace?: string): KubeObject[] => {
    const all = [...table(kind).values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  };
  const remove = (object: KubeObject): void => {
    if (!table(object.kind).delete(keyOf(object.metadata.namespace, object.metadata.name))) return;
    const last = structuredClone(object);
    last.metadata.resourceVersion = String(++counter);
    record('DELETED', last);
    for (const owned of [...kinds.keys()].flatMap((kind) => list(kind))) {
      if (owned.metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid) === true) remove(owned);
    }
    if (object.kind === 'Namespace') {
      for (const inside of [...kinds.keys()].flatMap((kind) => list(kind, object.metadata.name))) remove(inside);
    }
  };
  const update = <T extends KubeObject>(object: T, change: (draft: T) => void): T => {
    const { namespace, name } = object.metadata;
    const current = table(object.kind).get(keyOf(namespace, name)) as T | undefined;
    if (!current) return object;
    const draft = structuredClone(current);
    change(draft);
    if (isDeepStrictEqual(draft, current)) return current;
    const fields = (o: T): [string, unknown][] => Object.entries(o).filter(([key]) => !META_OR_STATUS.has(key));
    const same = isDeepStrictEqual(new Map(fields(draft)), new Map(fields(current)));
    if (!same && draft.metadata.generation !== undefined) draft.metadata.generation++;
    write('MODIFIED', draft);
    return draft;
  };
  const create = <T extends KubeObject>(object: NewObject<T>): T => {
    const { namespace, name } = object.metadata;
    const existing = table(object.kind).get(keyOf(namespace, name)) as T | undefined;
    if (existing) {
      return update(existing, (draft) => {
        const { uid, resourceVersion, creationTimestamp, generation } = draft.metadata;
        const kept = { uid, resourceVersion, creationTimestamp, ...(generation === undefined ? {} : { generation }) };
        Object.assign(draft, structuredClone(object), { metadata: { ...object.metadata, ...kept } });
      });
    }
    const metadata: Meta = {
      ...object.metadata,
      uid: randomUUID(),
      resourceVersion: '0',
      creationTimestamp: rfc3339(clock.now()),
      ...(NO_GENERATION.has(object.kind) ? {} : { generation: 1 }),
    };
    if (resourceOfKind(object.kind)?.namespaced === false) delete metadata.namespace;
    // The cast is safe: NewObject<T> lacks only the metadata fields that were just filled in.
    const created = Object.assign(structuredClone(object), { metadata }) as T & { metadata: Meta };
    write('ADDED', created);
    return created;
  };

  return {
    version: () => counter,
    // The casts are safe: an object enters a kind's table only under its own kind, checked against its schema.
    list,
    get: (kind: string, namespace: string | undefined, name: string) => table(kind).get(keyOf(namespace, name)),
    create,
    update,
    delete: remove,
    since: (version, kind) =>
      version < forgotten || version > counter
        ? undefined
        : history.filter((event) => event.version > version && event.object.kind === kind),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    forget: () => {
      history = [];
      forgotten = counter;
    },
  };
}
