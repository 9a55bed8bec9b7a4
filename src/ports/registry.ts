import type { ImageRef } from '../domain/image-ref.ts';
import type { Result } from '../domain/result.ts';

/** Why a registry did not answer. Closed: callers handle each. */
export interface RegistryError {
  readonly code: 'not-found' | 'unauthorized' | 'rate-limited' | 'unreachable' | 'not-configured' | 'bad-reference';
  readonly message: string;
}

/** Reads an image registry through its `/v2/` API. */
export interface Registry {
  /** Tags of a repository, at most 5,000. */
  tags(image: ImageRef, signal?: AbortSignal): Promise<Result<readonly string[], RegistryError>>;
  /** Whether the manifest of this tag or digest exists. */
  exists(image: ImageRef, signal?: AbortSignal): Promise<Result<boolean, RegistryError>>;
}
