import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { Place } from './places.ts';
import { editAt } from './places.ts';
import type { Candidate } from './session.ts';
import type { Wish } from './value-candidates.ts';

/** An image reference in its parts, as Kustomize splits it (api/image/image.go): the last `:` after the last `/`. */
interface ImageParts {
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** `name:tag@digest` in parts; a colon before the last slash is a registry's port. */
export function imageParts(text: string): ImageParts {
  const [reference = '', digest] = text.split('@');
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  const name = tagged ? reference.slice(0, colon) : reference;
  return { name, ...(tagged ? { tag: reference.slice(colon + 1) } : {}), ...(digest === undefined ? {} : { digest }) };
}

/**
 * Changes of an `images` entry that gives a container its image now, for all parts of the image together: a new name
 * with a new tag, a digest instead of a tag. The entry stays in its order of keys; keys that are new come after it.
 */
export function imageEntryCandidates(places: readonly Place[], { path, before, after }: Wish): readonly Candidate[] {
  if (path.at(-1) !== 'image' || typeof before !== 'string' || typeof after !== 'string') return [];
  const [now, wanted] = [imageParts(before), imageParts(after)];
  return places.toReversed().flatMap((place): Candidate[] => {
    const images =
      isObject(place.value) && place.kind !== 'manifest' && place.kind !== 'patch' ? place.value.images : undefined;
    if (!isArray(images)) return [];
    return images.flatMap((entry, i): Candidate[] => {
      const operations = isObject(entry) ? operationsOf(entry, ['images', i], now, wanted) : undefined;
      if (!operations || operations.length === 0) return [];
      const label = `the images entry of ${plainText(isObject(entry) ? entry.name : '')} in ${place.label}`;
      return [{ repoURL: place.repoURL, edits: [editAt(place, operations)], place: label }];
    });
  });
}

/** Undefined where the entry is about another image. */
function operationsOf(entry: JsonObject, at: FieldPath, now: ImageParts, wanted: ImageParts): Operation[] | undefined {
  const given = plainText(entry.newName) || plainText(entry.name);
  const sameTag = entry.newTag === undefined || plainText(entry.newTag) === now.tag;
  const sameDigest = entry.digest === undefined || plainText(entry.digest) === now.digest;
  if (given !== now.name || !sameTag || !sameDigest) return undefined;
  const set = (key: string, value: string | undefined, same: boolean): Operation[] => {
    const path = [...at, key];
    if (value === undefined) return entry[key] === undefined ? [] : [{ op: 'remove', path }];
    if (same || plainText(entry[key]) === value) return [];
    return [{ op: entry[key] === undefined ? 'add' : 'replace', path, value }];
  };
  // A digest takes the tag's place: with both, Kustomize writes both.
  return [
    ...set('newName', wanted.name, wanted.name === given),
    ...set('newTag', wanted.tag, wanted.tag === now.tag),
    ...set('digest', wanted.digest, wanted.digest === now.digest),
  ];
}

/** A new `images` entry that makes one image of another. */
export function imageEntry(before: JsonValue | undefined, after: JsonValue | undefined): JsonObject | undefined {
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const [now, wanted] = [imageParts(before), imageParts(after)];
  if (wanted.tag === undefined && wanted.digest === undefined) return undefined;
  return {
    name: now.name,
    ...(wanted.name === now.name ? {} : { newName: wanted.name }),
    ...(wanted.tag === undefined ? {} : { newTag: wanted.tag }),
    ...(wanted.digest === undefined ? {} : { digest: wanted.digest }),
  };
}
