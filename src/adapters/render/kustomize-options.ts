import { posix } from 'node:path';
import type { KustomizeSource } from '../../domain/kubernetes/application.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject, itemsOf, plainText } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { substitute } from './environment.ts';

type Fields = Record<string, JsonValue>;

/** What the options are applied with. */
export interface KustomizeContext {
  readonly environment: ReadonlyMap<string, string>;
  /** Whether a folder, relative to the source's, exists: for `ignoreMissingComponents`. */
  exists(path: string): boolean;
}

/**
 * The kustomization with the Application's options, as `kustomize edit` leaves it in Argo CD's checkout, in Argo CD's
 * order (util/kustomize/kustomize.go): prefix, suffix, images, replicas, labels, annotations, namespace, patches,
 * components. Error code: `render-failed`.
 */
export function withKustomizeOptions(
  kustomization: JsonObject,
  options: KustomizeSource,
  context: KustomizeContext,
): Result<JsonObject, Problem> {
  const out: Fields = { ...kustomization };
  if (options.namePrefix) out.namePrefix = options.namePrefix;
  if (options.nameSuffix) out.nameSuffix = options.nameSuffix;
  if (options.images && options.images.length > 0) {
    const images = setImages(itemsOf(out.images), options.images, context);
    if (!images.ok) return images;
    out.images = images.value;
  }
  if (options.replicas && options.replicas.length > 0)
    out.replicas = setReplicas(itemsOf(out.replicas), options.replicas);
  const labels = addLabels(out, options, context);
  if (!labels.ok) return labels;
  const annotations = addAnnotations(out, options, context);
  if (!annotations.ok) return annotations;
  if (options.namespace) out.namespace = options.namespace;
  if (options.patches && options.patches.length > 0) out.patches = [...itemsOf(out.patches), ...options.patches];
  const components = (options.components ?? []).filter(
    (path) => !options.ignoreMissingComponents || context.exists(posix.normalize(path)),
  );
  const present = itemsOf(out.components);
  const added = components.filter((path) => !present.includes(path));
  if (added.length > 0) out.components = [...present, ...added];
  return ok(out);
}

/** `kustomize edit set image`: an entry of the same name is replaced whole, and all are sorted by name. */
function setImages(
  present: readonly JsonValue[],
  images: readonly string[],
  { environment }: KustomizeContext,
): Result<JsonValue, Problem> {
  const byName = new Map<string, JsonObject>();
  for (const entry of present) if (isObject(entry)) byName.set(plainText(entry.name), entry);
  for (const written of images) {
    const image = parseImage(substitute(written, environment));
    if (!image) return err(problem('render-failed', `the Application sets an invalid image: ${written}`));
    byName.set(image.name, keepStars(image, byName.get(image.name)));
  }
  return ok([...byName.values()].sort((a, b) => (plainText(a.name) < plainText(b.name) ? -1 : 1)));
}

/** An image override as Argo CD writes it: `name=newName:tag@digest`, `name:tag`, `name@digest`. */
export interface ImageOverride {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** An image as Argo CD's options write it: `old=new:tag@digest` and its short forms; undefined where it is none. */
export function parseImage(text: string): ImageOverride | undefined {
  const equals = text.indexOf('=');
  const value = equals < 0 ? text : text.slice(equals + 1);
  const at = value.lastIndexOf('@');
  const digest = at < 0 ? undefined : value.slice(at + 1);
  const rest = at < 0 ? value : value.slice(0, at);
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  const name = tagged ? rest.slice(0, colon) : rest;
  const newTag = tagged ? rest.slice(colon + 1) : undefined;
  const versions = { ...(newTag === undefined ? {} : { newTag }), ...(digest === undefined ? {} : { digest }) };
  if (equals >= 0) return name === '' ? undefined : { name: text.slice(0, equals), newName: name, ...versions };
  return newTag === undefined && digest === undefined ? undefined : { name, ...versions };
}

/** `*` keeps what the kustomization says. */
function keepStars(image: ImageOverride, present: JsonObject | undefined): JsonObject {
  const out: Fields = { name: image.name };
  for (const key of ['newName', 'newTag', 'digest'] as const) {
    const value = image[key] === '*' ? present?.[key] : image[key];
    if (value !== undefined) out[key] = value;
  }
  return out;
}

function setReplicas(present: readonly JsonValue[], replicas: NonNullable<KustomizeSource['replicas']>): JsonValue {
  const names = new Set(replicas.map(({ name }) => name));
  const kept = present.filter((entry) => !isObject(entry) || !names.has(plainText(entry.name)));
  return [...kept, ...replicas.map(({ name, count }) => ({ name, count: Number(count) }))];
}

function addLabels(out: Fields, options: KustomizeSource, context: KustomizeContext): Result<void, Problem> {
  const pairs = substituteAll(options.commonLabels ?? {}, context);
  if (Object.keys(pairs).length === 0) return ok(undefined);
  if (options.labelWithoutSelector) {
    const entry = { pairs, includeSelectors: false, includeTemplates: options.labelIncludeTemplates ?? false };
    out.labels = [...itemsOf(out.labels), entry];
    return ok(undefined);
  }
  return addTo(out, 'commonLabels', 'label', pairs, options.forceCommonLabels ?? false);
}

function addAnnotations(out: Fields, options: KustomizeSource, context: KustomizeContext): Result<void, Problem> {
  const written = options.commonAnnotations ?? {};
  const pairs = options.commonAnnotationsEnvsubst ? substituteAll(written, context) : written;
  return addTo(out, 'commonAnnotations', 'annotation', pairs, options.forceCommonAnnotations ?? false);
}

function addTo(
  out: Fields,
  field: string,
  noun: string,
  pairs: Readonly<Record<string, string>>,
  force: boolean,
): Result<void, Problem> {
  if (Object.keys(pairs).length === 0) return ok(undefined);
  const present = isObject(out[field]) ? out[field] : {};
  const clash = Object.keys(pairs).find((key) => Object.hasOwn(present, key));
  if (clash !== undefined && !force) {
    return err(problem('render-failed', `the ${noun} ${clash} is in the kustomization already, and force is not set`));
  }
  out[field] = { ...present, ...pairs };
  return ok(undefined);
}

function substituteAll(
  pairs: Readonly<Record<string, string>>,
  { environment }: KustomizeContext,
): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs).map(([key, value]) => [key, substitute(value, environment)]));
}
