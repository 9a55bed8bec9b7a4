/** The answer of a step that can fail in ways its caller must handle. */
export type Result<T, E> = Ok<T> | Err<E>;

/** A step that went well. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** A step that did not, and why. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** The answer of a step that went well. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** The answer of a step that did not. */
export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}
