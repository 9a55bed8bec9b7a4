import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/** An image reference in parts; `registry` as the kubelet would resolve it (docker.io for short names). */
export interface ImageRef {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const HOST =
  /^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const BARE_ID = /^[0-9a-f]{64}$/;
const DEFAULT_REGISTRY = 'docker.io';
const MAX_NAME = 255;

/**
 * Parses an image as Kubernetes does (github.com/distribution/reference, ParseNormalizedNamed): `nginx` is
 * `docker.io/library/nginx`; a first part is a registry only when it has a dot, a colon or an upper-case letter, or is
 * `localhost`. No default tag is filled in: see `effectiveTag`. Error code: `bad-image-reference`.
 */
export function parseImageRef(text: string): Result<ImageRef, Problem> {
  const bad = (why: string): Result<ImageRef, Problem> =>
    err(problem('bad-image-reference', `not an image reference: ${JSON.stringify(text)} (${why})`));
  if (BARE_ID.test(text)) return bad('a bare image id');
  const { name, tag, digest } = splitImage(text);
  if (digest !== undefined && !DIGEST.test(digest)) return bad('the digest');
  if (tag !== undefined && !TAG.test(tag)) return bad('the tag');
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const hasRegistry = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const host = hasRegistry ? first : DEFAULT_REGISTRY;
  const registry = host === 'index.docker.io' ? DEFAULT_REGISTRY : host;
  const path = hasRegistry ? name.slice(slash + 1) : name;
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path;
  if (!HOST.test(registry)) return bad('the registry');
  if (!repository.split('/').every((part) => PATH_COMPONENT.test(part))) return bad('the repository name');
  if (registry.length + 1 + repository.length > MAX_NAME) return bad('longer than 255 characters');
  return ok({
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
}

/** The written parts of an image, unchecked: what stands before the tag, the tag, and the digest. */
function splitImage(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  return {
    name: tagged ? named.slice(0, colon) : named,
    ...(tagged ? { tag: named.slice(colon + 1) } : {}),
    ...(at < 0 ? {} : { digest: text.slice(at + 1) }),
  };
}

/** The reference in full: `docker.io/library/nginx:1.27@sha256:...`. */
export function formatImageRef(ref: ImageRef): string {
  const tag = ref.tag === undefined ? '' : `:${ref.tag}`;
  const digest = ref.digest === undefined ? '' : `@${ref.digest}`;
  return `${ref.registry}/${ref.repository}${tag}${digest}`;
}

/** The tag that is pulled: `latest` where the reference has neither tag nor digest; undefined where a digest decides. */
export function effectiveTag(ref: ImageRef): string | undefined {
  return ref.digest === undefined ? (ref.tag ?? 'latest') : undefined;
}

/** Whether two images differ at most in tag and digest. */
export function sameRepository(a: ImageRef, b: ImageRef): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** The image as it was written, with another tag: `nginx:1.2` stays short. */
export function withTag(text: string, tag: string): string {
  return `${splitImage(text).name}:${tag}`;
}

/** The image as it was written, with another repository of the same registry; short names stay short. */
export function withRepository(text: string, repository: string): string {
  const { name, tag, digest } = splitImage(text);
  const parsed = parseImageRef(name.toLowerCase());
  const path = parsed.ok ? parsed.value.repository : name;
  const short = path.startsWith('library/') && !name.toLowerCase().includes('library/');
  const written = short ? path.slice('library/'.length) : path;
  const prefix = name.slice(0, name.length - written.length);
  const next = short && repository.startsWith('library/') ? repository.slice('library/'.length) : repository;
  return `${prefix}${next}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
