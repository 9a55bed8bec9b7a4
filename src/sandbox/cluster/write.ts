import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { mutate, validate, warningsOf } from './admission/admit.ts';
import type { ApiStatus } from './api-status.ts';
import { apiStatus, badRequest, existsStatus, forbiddenStatus, invalidStatus, notFoundStatus } from './api-status.ts';
import { applyDefaults } from './defaults.ts';
import { fromJson, objectAt, textAt, toJson } from './json-object.ts';
import type { KubeObject } from './objects.ts';
import type { Resource } from './resources.ts';
import { apiVersionOf, resourceOfKind } from './resources.ts';
import type { SchemaIssue } from './schema/issues.ts';
import { schemaIssues } from './schema/issues.ts';
import { mergeApplied, normalise } from './schema/merge.ts';
import { applyMessage, decodeMessage, fieldPath, mergePatchMessage } from './schema/messages.ts';
import type { ObjectStore } from './store.ts';
import type { FieldError } from './validation/field-error.ts';
import { required } from './validation/field-error.ts';
import { immutableErrors } from './validation/immutable.ts';
import { metadataErrors } from './validation/names.ts';
import { otherErrors } from './validation/other.ts';
import { workloadErrors } from './validation/workload.ts';

/** A write of an object, as the store carries it out. */
export interface WriteRequest {
  readonly resource: Resource;
  /** The body as it was sent; name and namespace agree with the request's path. */
  readonly object: JsonObject;
  /**
   * `apply` merges over a live object or creates one; `create` refuses where one exists; `merge` is an apply that was
   * sent as a strategic merge patch, whose faults are told in other words.
   */
  readonly verb: 'apply' | 'create' | 'merge';
  /** What the same manager applied before, so that fields it no longer names are removed. */
  readonly last?: JsonObject;
  readonly dryRun: boolean;
}

/** What became of a write. */
export type WriteAnswer =
  | {
      readonly ok: true;
      readonly object: KubeObject;
      readonly created: boolean;
      readonly changed: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly status: ApiStatus; readonly warnings: readonly string[] };

const refuse = (status: ApiStatus, warnings: readonly string[] = []): WriteAnswer => ({ ok: false, status, warnings });

/** Five characters as the API server appends to a generateName. */
export function nameSuffix(seed: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(seed).digest();
  return [...digest.subarray(0, 5)].map((byte) => alphabet[byte % alphabet.length] ?? 'x').join('');
}

/**
 * The road of every write, dry or not: schema, merge, defaults, mutating admission, validation, immutability, validating
 * admission, quota. The order is the API server's, so that of several faults the same one is told first.
 */
export function writeObject(store: ObjectStore, request: WriteRequest): WriteAnswer {
  const { resource, object, verb } = request;
  const metadata = objectAt(object, 'metadata') ?? {};
  const namespace = resource.namespaced ? (textAt(metadata, 'namespace') ?? 'default') : undefined;
  const generated = textAt(metadata, 'generateName') ?? '';
  const name = textAt(metadata, 'name') ?? '';
  const issues = schemaIssues(resource.kind, object);
  const undecodable = decodeStatus(issues, request, `${namespace ?? ''}/${name}`);
  if (undecodable) return refuse(undecodable);

  const live = name === '' ? undefined : store.get(resource.kind, namespace, name);
  if (live && verb === 'create') return refuse(existsStatus(resource, name));
  const homeless = missingNamespace(store, namespace);
  if (homeless) return refuse(homeless);

  const sent = normalise(resource.kind, withNamespace(object, namespace, resource));
  const merged = live ? mergeApplied(resource.kind, request.last, toJson(live), sent) : sent;
  const draft = structuredClone(fromJson(applyDefaults(resource.kind, merged)));
  const fullName = name === '' ? `${generated}${nameSuffix(`${generated}${store.version()}`)}` : name;
  const mutation = live ? undefined : mutate(store, draft, namespace ?? '', fullName);
  if (mutation !== undefined) return refuse(forbiddenStatus(resource, name === '' ? generated : name, mutation));
  draft.metadata.name = fullName;

  const warnings = warningsOf(store, draft, namespace ?? '');
  const errors = validationErrors(resource, issues, live, draft);
  if (errors.length > 0) return refuse(invalidStatus(resource, fullName, errors), warnings);
  const refusal = live ? undefined : validate(store, draft, resource, namespace ?? '');
  if (refusal !== undefined) return refuse(forbiddenStatus(resource, fullName, refusal), warnings);
  return carryOut(store, request, live, draft, warnings);
}

function decodeStatus(issues: readonly SchemaIssue[], request: WriteRequest, name: string): ApiStatus | undefined {
  const { group, version, kind } = request.resource;
  if (request.verb === 'apply') {
    const message = applyMessage(issues, name, `${group}/${version}, Kind=${kind}`);
    return message === undefined ? undefined : apiStatus(500, '', message);
  }
  if (request.verb === 'merge') {
    const text = mergePatchMessage(issues);
    return text === undefined
      ? undefined
      : apiStatus(422, 'Invalid', ` "" is invalid: patch: Invalid value: "map[]": ${text}`);
  }
  const message = decodeMessage(issues, kind, version);
  return message === undefined ? undefined : badRequest(message);
}

function missingNamespace(store: ObjectStore, namespace: string | undefined): ApiStatus | undefined {
  const resource = resourceOfKind('Namespace');
  if (namespace === undefined || !resource || store.get('Namespace', undefined, namespace)) return undefined;
  return notFoundStatus(resource, namespace);
}

function validationErrors(
  resource: Resource,
  issues: readonly SchemaIssue[],
  live: KubeObject | undefined,
  draft: KubeObject,
): FieldError[] {
  const json = toJson(draft);
  return dedupe([
    ...issues.flatMap((issue) => (issue.kind === 'required' ? [required(fieldPath(issue.path))] : [])),
    ...metadataErrors(objectAt(json, 'metadata') ?? {}),
    ...workloadErrors(resource.kind, json),
    ...otherErrors(resource.kind, json),
    ...(live ? immutableErrors(resource.kind, toJson(live), json) : []),
  ]);
}

function carryOut(
  store: ObjectStore,
  { dryRun }: WriteRequest,
  live: KubeObject | undefined,
  draft: KubeObject,
  warnings: readonly string[],
): WriteAnswer {
  if (dryRun) return { ok: true, object: live ? draft : dryCreated(draft), created: !live, changed: true, warnings };
  const stored = live ? store.update(live, (target) => replace(target, draft)) : store.create(draft);
  return { ok: true, object: stored, created: !live, changed: stored !== live, warnings };
}

function dedupe(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ field, message }) => {
    const key = `${field}: ${message}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}

function dryCreated(draft: KubeObject): KubeObject {
  const metadata = {
    ...draft.metadata,
    uid: '00000000-0000-4000-8000-000000000000',
    creationTimestamp: '1970-01-01T00:00:00Z',
  };
  return { ...draft, metadata };
}

function withNamespace(object: JsonObject, namespace: string | undefined, resource: Resource): JsonObject {
  const { namespace: _given, ...metadata } = objectAt(object, 'metadata') ?? {};
  return {
    ...object,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: namespace === undefined ? metadata : { ...metadata, namespace },
  };
}

function replace(target: KubeObject, draft: KubeObject): void {
  for (const key of Object.keys(target)) {
    if (key !== 'status' && !(key in draft)) Reflect.deleteProperty(target, key);
  }
  Object.assign(target, structuredClone(draft), {
    metadata: {
      ...structuredClone(draft.metadata),
      uid: target.metadata.uid,
      resourceVersion: target.metadata.resourceVersion,
    },
  });
}
