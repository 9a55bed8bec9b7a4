import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import { objectAt } from './json-object.ts';
import type { KubeObject } from './objects.ts';

/** Where client-side apply keeps what it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the GitOps controller applied to an object last; undefined where it did not. */
export function lastApplied(object: KubeObject | undefined): JsonObject | undefined {
  const text = object?.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return undefined;
  const parsed = JSON.parse(text) as JsonValue;
  return isObject(parsed) ? parsed : undefined;
}

/** The manifest with the note of client-side apply about itself. */
export function withLastApplied(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata') ?? {};
  const annotations = { ...objectAt(metadata, 'annotations'), [LAST_APPLIED]: `${JSON.stringify(object)}\n` };
  return { ...object, metadata: { ...metadata, annotations } };
}
