import { createHash } from 'node:crypto';
import type { ObjectRef } from './object-ref.ts';
import { refKey } from './object-ref.ts';

/** 64 hex digits. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What makes two failures the same incident. Never free text, pod names or times. */
export interface FingerprintParts {
  readonly cluster: string;
  readonly object: ObjectRef;
  readonly container?: string | undefined;
  readonly cause: string;
  readonly subject?: string | undefined;
}

/** 16 hex digits of a SHA-256 over the parts. */
export function fingerprintOf(parts: FingerprintParts): string {
  const { cluster, object, container = '', cause, subject = '' } = parts;
  return sha256(JSON.stringify(['v1', cluster, refKey(object), container, cause, subject])).slice(0, 16);
}
