import type { z } from 'zod';
import type { JsonObject, JsonValue } from '../json.ts';
import { isArray, isObject } from '../json.ts';
import { groupOf } from '../object-ref.ts';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import { KINDS, PROJECTIONS, isKind } from './kinds.ts';
import type { Kind, ObjectOf } from './kinds.ts';

/** `PROJECTIONS` with each entry's type tied to its key, so that a generic kind keeps its object type. */
const BY_KIND: { readonly [K in Kind]: z.ZodType<ObjectOf<K>> } = PROJECTIONS;

/** The kind that a snapshot holds this object as; undefined for kinds and API groups that Remendo does not look at. */
export function kindOf(raw: JsonObject): Kind | undefined {
  const { apiVersion, kind } = raw;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isKind(kind)) return undefined;
  return groupOf(apiVersion) === groupOf(KINDS[kind].apiVersion) ? kind : undefined;
}

/**
 * The fields of an object that Remendo uses. Null is the same as absent to Kubernetes, so an object that the plain
 * projection refuses is tried again without its nulls. The error is `field: what is wrong`, for the first wrong field.
 */
export function project<K extends Kind>(kind: K, raw: JsonObject): Result<ObjectOf<K>, string> {
  const projection = BY_KIND[kind];
  const plain = projection.safeParse(raw);
  if (plain.success) return ok(plain.data);
  const parsed = projection.safeParse(withoutNulls(raw, kind === 'ConfigMap' || kind === 'Secret'));
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(
    issue === undefined ? 'not readable' : `${issue.path.map(String).join('.') || 'object'}: ${issue.message}`,
  );
}

/** Keys of a ConfigMap or Secret keep their nulls: to Kubernetes such a key exists, with an empty value. */
function withoutNulls(object: JsonObject, keepData: boolean): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value === null) continue;
    out[key] = keepData && key !== 'metadata' ? value : strip(value);
  }
  return out;
}

function strip(value: JsonValue): JsonValue {
  if (isArray(value)) return value.filter((item) => item !== null).map(strip);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, strip(item)]),
  );
}
