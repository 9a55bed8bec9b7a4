import type { JsonObject } from '../../domain/json.ts';

/** An error answer of GitHub's API, thrown by a route and written by the server. */
export class ApiError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 422;
  readonly body: JsonObject;

  constructor(status: ApiError['status'], message: string, more: JsonObject = {}) {
    super(message);
    this.status = status;
    this.body = { message, ...more, documentation_url: 'https://docs.github.com/rest', status: String(status) };
  }
}

/** 422 with GitHub's list of field errors. */
export function validationFailed(errors: readonly JsonObject[], message = 'Validation Failed'): ApiError {
  return new ApiError(422, message, { errors });
}

/** 404: also the answer for what somebody may not see. */
export function notFound(): ApiError {
  return new ApiError(404, 'Not Found');
}
