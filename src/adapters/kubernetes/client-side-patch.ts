import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { deepEqual, isArray, isObject, parseJson } from '../../domain/json.ts';
import { JsonObjectSchema } from '../../domain/kubernetes/json-schema.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MANAGER = 'argocd-controller';

const Live = z.object({
  metadata: z.object({
    annotations: z.record(z.string(), z.string()).nullish(),
    managedFields: z.array(z.object({ manager: z.string().nullish(), operation: z.string().nullish() })).nullish(),
  }),
});

/** Merge keys of lists in strategic merge patches, by the list's name (`patchMergeKey` in k8s.io/api); other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  // Of containers, and of Services.
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
};

/**
 * The strategic merge patch by which Argo CD's usual, client-side apply brings `declared` to the cluster: it removes what
 * was applied last and is declared no more. Undefined where nothing is to be removed, or the object is kept by server-side
 * apply: then a server-side apply says the same. Without this, a field that is replaced by another one would stay beside it
 * in a dry-run, because it belongs to the client-side manager.
 */
export function removingPatch(live: unknown, declared: JsonObject): JsonObject | undefined {
  const last = lastApplied(live);
  if (last === undefined) return undefined;
  const patch = mapPatch(last, declared);
  return deepEqual(patch, declared) ? undefined : patch;
}

/**
 * Whether a client-side apply of `declared` would remove something beside the object's own labels and annotations, which
 * Argo CD adds to. A server-side apply in dry-run would leave it there, and judge another object than the one that is meant.
 */
export function removesFields(live: unknown, declared: JsonObject): boolean {
  const last = lastApplied(live);
  if (last === undefined) return false;
  const { metadata: _before, ...before } = last;
  const { metadata: _after, ...after } = declared;
  return !deepEqual(mapPatch(before, after), after);
}

/** What a client-side apply brought last; undefined for an object that is kept by server-side apply, or by nobody. */
function lastApplied(live: unknown): JsonObject | undefined {
  const parsed = Live.safeParse(live);
  if (!parsed.success) return undefined;
  const { annotations, managedFields } = parsed.data.metadata;
  const serverSide = managedFields?.some(({ manager, operation }) => manager === MANAGER && operation === 'Apply');
  const text = annotations?.[LAST_APPLIED];
  if (serverSide === true || text === undefined) return undefined;
  const last = JsonObjectSchema.safeParse(parseJson(text));
  return last.success ? last.data : undefined;
}

function mapPatch(last: JsonObject, declared: JsonObject): JsonObject {
  const gone = Object.keys(last).filter((key) => declared[key] === undefined);
  const kept = Object.entries(declared).map(([key, value]): [string, JsonValue] => [
    key,
    valuePatch(key, last[key], value),
  ]);
  return Object.fromEntries([...kept, ...gone.map((key): [string, JsonValue] => [key, null])]);
}

function valuePatch(name: string, last: JsonValue | undefined, declared: JsonValue | undefined): JsonValue {
  if (isObject(last) && isObject(declared)) return mapPatch(last, declared);
  if (isArray(last) && isArray(declared)) return listPatch(name, last, declared);
  return declared ?? null;
}

function listPatch(name: string, last: readonly JsonValue[], declared: readonly JsonValue[]): JsonValue {
  const key = MERGE_KEYS[name]?.find((candidate) =>
    [...last, ...declared].every((item) => isObject(item) && item[candidate] !== undefined),
  );
  if (key === undefined) return [...declared];
  const keyOf = (item: JsonValue): JsonValue | undefined => (isObject(item) ? item[key] : undefined);
  const kept = declared.map((item) =>
    valuePatch(
      '',
      last.find((before) => deepEqual(keyOf(before), keyOf(item))),
      item,
    ),
  );
  const gone = last.filter((item) => !declared.some((after) => deepEqual(keyOf(after), keyOf(item))));
  return [...kept, ...gone.map((item): JsonObject => ({ $patch: 'delete', [key]: keyOf(item) ?? null }))];
}
