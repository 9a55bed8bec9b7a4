import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import { readDocuments } from '../../../domain/yaml/read.ts';
import { apiStatus, badRequest, forbiddenStatus, notFoundStatus } from '../api-status.ts';
import type { Faults } from '../faults.ts';
import { objectAt, textAt, wordOf } from '../json-object.ts';
import { lastApplied } from '../last-applied.ts';
import { apiVersionOf } from '../resources.ts';
import type { ObjectStore } from '../store.ts';
import type { WriteAnswer, WriteRequest } from '../write.ts';
import { writeObject } from '../write.ts';
import type { Reply } from './reply.ts';
import { failure, json, warningHeaders } from './reply.ts';
import type { Target } from './target.ts';

const POLICY = 'remendo-read-only';
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

/** A request that writes, taken apart. */
export interface WriteCall {
  readonly method: string;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly user: string;
}

/** Serves POST, PUT, PATCH and DELETE: dry-runs are answered in full, real writes are refused by the read-only policy. */
export function serveWrite(store: ObjectStore, faults: Faults, call: WriteCall): Reply {
  const { target, query, method } = call;
  const { resource } = target;
  const name = target.name ?? '';
  if (faults.writesForbidden === true) return failure(forbiddenStatus(resource, name, denied(call)));
  const dryRun = query.get('dryRun');
  const apply = method === 'PATCH' && call.contentType === APPLY;
  const wrong = wrongOption(query, method, apply);
  if (wrong !== undefined)
    return failure(apiStatus(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: ${wrong}`));
  if (method !== 'POST' && !apply && !store.get(resource.kind, target.namespace, name))
    return failure(notFoundStatus(resource, name));
  if (dryRun === null && faults.policyMissing !== true) return failure(policyDenial(target, name, call.body));
  if (dryRun !== null && faults.webhookWithoutDryRun?.includes(resource.kind) === true) {
    return failure(badRequest('admission webhook "guard.example.com" does not support dry run'));
  }
  if (method === 'POST' || apply) return write(store, call, apply ? 'apply' : 'create', dryRun !== null);
  // Of custom resources no Go type says how their lists merge.
  const strategic = call.contentType === STRATEGIC && resource.group !== 'argoproj.io';
  if (strategic) return write(store, { ...call, body: withoutRemovals(call.body) }, 'merge', dryRun !== null);
  const found = store.get(resource.kind, target.namespace, name);
  // The one merge patch that needs no merging: a client tries with it whether it may write.
  if (found && call.contentType === MERGE && call.body.trim() === '{}') return json(found);
  if (method === 'DELETE') {
    const object = store.get(resource.kind, target.namespace, name);
    if (object && dryRun === null) store.delete(object);
    return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
  }
  const accepted =
    'the body of the request was in an unknown format - accepted media types include: application/apply-patch+yaml';
  return failure(apiStatus(415, 'UnsupportedMediaType', accepted));
}

function wrongOption(query: URLSearchParams, method: string, apply: boolean): string | undefined {
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All') {
    return `dryRun: Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
  }
  if (method === 'PATCH' && query.get('force') !== null && !apply) {
    return 'force: Forbidden: may not be specified for non-apply patch';
  }
  if (apply && query.get('fieldManager') === null) return 'fieldManager: Required value: is required for apply patch';
  return undefined;
}

function denied({ method, target, user }: WriteCall): string {
  const verb = { POST: 'create', PUT: 'update', DELETE: 'delete' }[method] ?? 'patch';
  const where =
    target.namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(target.namespace)}`;
  return `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(target.resource.plural)} in API group ${JSON.stringify(target.resource.group)} ${where}`;
}

/** As the policy of deploy/read-only denies, whose `reason` is Forbidden; without one it would be 422 Invalid. */
function policyDenial(target: Target, name: string, body: string): ReturnType<typeof apiStatus> {
  const text = `ValidatingAdmissionPolicy '${POLICY}' with binding '${POLICY}' denied request: Remendo may only dry-run`;
  const parsed = read(body);
  const called = name === '' ? (textAt(parsed, 'metadata', 'name') ?? '') : name;
  const { message, details } = forbiddenStatus(target.resource, called, text);
  return apiStatus(403, 'Forbidden', message, { ...details, causes: [{ message: text }] });
}

function read(body: string): JsonObject | undefined {
  const documents = readDocuments(body);
  const value = documents.ok && documents.value.length === 1 ? documents.value[0]?.value : undefined;
  return isObject(value) ? value : undefined;
}

/**
 * A strategic merge patch of client-side apply names all that is declared, and what is to go: the rest is what the last
 * apply left out, and that is known here without it.
 */
function withoutRemovals(body: string): string {
  return JSON.stringify(declaredIn(read(body) ?? {}));
}

function declaredIn(value: JsonValue): JsonValue {
  if (isArray(value)) return value.filter((item) => !(isObject(item) && '$patch' in item)).map(declaredIn);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] =>
    item === null || item === undefined ? [] : [[key, declaredIn(item)]],
  );
  return Object.fromEntries(kept);
}

function write(store: ObjectStore, call: WriteCall, verb: WriteRequest['verb'], dryRun: boolean): Reply {
  const apply = verb !== 'create';
  const { resource, namespace, name } = call.target;
  const body = read(call.body);
  if (!body)
    return failure(
      badRequest(
        apply
          ? 'error decoding YAML: the body is not an object'
          : 'the object provided is unrecognized (must be of type object)',
      ),
    );
  const expected = apiVersionOf(resource);
  if (body.apiVersion !== expected || body.kind !== resource.kind) {
    return failure(
      badRequest(
        `the API version in the data (${wordOf(body.apiVersion)}, Kind=${wordOf(body.kind)}) does not match the expected API version (${expected}, Kind=${resource.kind})`,
      ),
    );
  }
  const metadata = objectAt(body, 'metadata') ?? {};
  if (metadata.namespace !== undefined && namespace !== undefined && metadata.namespace !== namespace) {
    return failure(badRequest('the namespace of the provided object does not match the namespace sent on the request'));
  }
  if (apply && metadata.name !== undefined && metadata.name !== name) {
    return failure(
      badRequest(
        `the name of the object (${wordOf(metadata.name)}) does not match the name on the URL (${name ?? ''})`,
      ),
    );
  }
  const object: JsonObject = {
    ...body,
    metadata: {
      ...metadata,
      ...(apply && name !== undefined ? { name } : {}),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
  const last = apply && name !== undefined ? lastApplied(store.get(resource.kind, namespace, name)) : undefined;
  const answer: WriteAnswer = writeObject(store, {
    resource,
    object,
    verb,
    dryRun,
    ...(last ? { last } : {}),
  });
  if (!answer.ok) return failure(answer.status, answer.warnings);
  return json(answer.object, answer.created ? 201 : 200, warningHeaders(answer.warnings));
}
