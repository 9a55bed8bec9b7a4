import type { JsonObject } from '../../domain/json.ts';
import type { Resource } from './resources.ts';
import { qualified } from './resources.ts';
import type { FieldError } from './validation/field-error.ts';
import { aggregate } from './validation/field-error.ts';

/** A meta/v1 Status, the body of every error of the API. */
export type ApiStatus = JsonObject & {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: JsonObject;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: JsonObject;
  readonly code: number;
};

/** A meta/v1 Status that refuses a request. */
export function apiStatus(code: number, reason: string, message: string, details?: JsonObject): ApiStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function details(resource: Resource, name: string): JsonObject {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

/** 404, in the API server's words: `deployments.apps "web" not found`. */
export function notFoundStatus(resource: Resource, name: string): ApiStatus {
  const message = `${qualified(resource.plural, resource)} ${JSON.stringify(name)} not found`;
  return apiStatus(404, 'NotFound', message, details(resource, name));
}

/** 409, in the API server's words: `pods "web" already exists`. */
export function existsStatus(resource: Resource, name: string): ApiStatus {
  const message = `${qualified(resource.plural, resource)} ${JSON.stringify(name)} already exists`;
  return apiStatus(409, 'AlreadyExists', message, details(resource, name));
}

/** Refused by admission: `pods "web" is forbidden: ...`. */
export function forbiddenStatus(resource: Resource, name: string, why: string): ApiStatus {
  const message = `${qualified(resource.plural, resource)} ${JSON.stringify(name)} is forbidden: ${why}`;
  return apiStatus(403, 'Forbidden', message, details(resource, name));
}

/** Refused by field validation: `Deployment.apps "web" is invalid: ...`. */
export function invalidStatus(resource: Resource, name: string, errors: readonly FieldError[]): ApiStatus {
  const message = `${qualified(resource.kind, resource)} ${JSON.stringify(name)} is invalid: ${aggregate(errors)}`;
  const causes = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  return apiStatus(422, 'Invalid', message, { ...details(resource, name), kind: resource.kind, causes });
}

/** 400: the request itself cannot be read. */
export function badRequest(message: string): ApiStatus {
  return apiStatus(400, 'BadRequest', message);
}

/** A version that the history does not reach: the client must list again. */
export function expired(message = 'too old resource version'): ApiStatus {
  return apiStatus(410, 'Expired', message);
}
