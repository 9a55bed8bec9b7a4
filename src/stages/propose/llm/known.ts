import type { ImageRef } from '../../../domain/image-ref.ts';
import { effectiveTag, parseImageRef, sameRepository } from '../../../domain/image-ref.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';
import type { ProposeContext } from '../proposer.ts';
import type { Earlier } from './earlier.ts';

/**
 * Hosts and images that a change may name: those that Git declares or declared, and the cluster's Services. Logs and
 * events do not count: anyone who can make a program print may write there.
 */
export interface Known {
  /** Why a host that a text names is not known; undefined where all are. */
  unknownHost(text: string, hostExpected: boolean): string | undefined;
  /** Why an image may not be used; undefined where it may. Asks the registry for tags that Git never had. */
  unknownImage(text: string, signal?: AbortSignal): Promise<string | undefined>;
}

const URL_HOST = /[a-z][\w+.-]{0,63}:\/\/(?:[^\s@/]*@)?([^\s:/?#"'\\,]+)/gi;
const ADDRESS = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;
const DOTTED = /(?<![\w./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w-])/gi;
const HOST_ARGUMENT =
  /(?<![\w-])[\w-]*(?:host|addr|url|uri|endpoint|server|broker|upstream|domain)[\w-]*[=: ]+([^\s,;]+)/gi;
/** What labels, annotations and resources of Kubernetes begin with. */
const KUBERNETES = /^(?:[a-z0-9-]+\.)*(?:kubernetes\.io|k8s\.io)$/;
const LOCAL = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::', '::1', '']);

/** Knows the names that cluster and Git name: in what is declared now, and in what was declared `earlier`. */
export function createKnown(context: ProposeContext, earlier: Earlier): Known {
  const forms = context.siblings.flatMap(({ ref, object }) => [object, ...earlier.formsOf(ref)]);
  const texts = forms.flatMap((form) => [...keysOf(form), ...textsOf(form)]).map((text) => text.toLowerCase());
  const services = serviceNames(context);
  const images = forms.flatMap((form) => imagesIn(form)).flatMap(parsed);

  const isKnownHost = (host: string): boolean => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return LOCAL.has(name) || KUBERNETES.test(name) || services.has(name) || texts.some((text) => mentions(text, name));
  };

  return {
    unknownHost(text, hostExpected) {
      const bare = hostExpected ? text.split(/[,;\s]+/).map(hostPart) : [];
      const argument = [...text.matchAll(HOST_ARGUMENT)].map((match) => hostPart(match[1] ?? ''));
      const inside = [URL_HOST, ADDRESS, DOTTED].flatMap((form) => [...text.matchAll(form)].map((m) => m[1] ?? m[0]));
      const unknown = [...bare, ...argument, ...inside].find((host) => looksLikeHost(host) && !isKnownHost(host));
      return unknown === undefined ? undefined : `it names the host ${unknown}, which neither Git nor a Service has`;
    },
    async unknownImage(text, signal) {
      const ref = parseImageRef(text);
      if (!ref.ok) return `${text} is not an image`;
      const same = images.filter((image) => sameRepository(image, ref.value));
      if (same.length === 0) return `the image repository of ${text} was never declared here`;
      if (same.some((image) => sameVersion(image, ref.value))) return undefined;
      if (ref.value.digest === undefined && effectiveTag(ref.value) === 'latest') return `${text} has no fixed tag`;
      const exists = await context.registry.exists(ref.value, signal);
      if (!exists.ok)
        return `the tag of ${text} was never declared here, and the registry cannot be asked (${exists.error.code})`;
      return exists.value ? undefined : `${text} does not exist in its registry`;
    },
  };
}

function sameVersion(a: ImageRef, b: ImageRef): boolean {
  return effectiveTag(a) === effectiveTag(b) && a.digest === b.digest;
}

/** Host of `scheme://user@host:port/path`, as far as these parts are there. */
function hostPart(text: string): string {
  const rest = text
    .replace(/^["']|["']$/g, '')
    .replace(/^[a-z][\w+.-]*:\/\//i, '')
    .replace(/^[^@/]*@/, '');
  return rest.replace(/[/?#].*$/, '').replace(/:\d+$/, '');
}

function looksLikeHost(text: string): boolean {
  return /^[a-z0-9](?:[\w.-]*[a-z0-9])?$/i.test(text) && !/^\d+$/.test(text) && !/^(?:true|false|null)$/i.test(text);
}

/** Whether a text names a host as a whole word. */
function mentions(text: string, host: string): boolean {
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + host.length] ?? ' ';
    if (!/[\w.-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}

function serviceNames({ snapshot, siblings }: ProposeContext): Set<string> {
  const live = snapshot.objects.Service.map(({ metadata }) => metadata);
  const declared = siblings.filter(({ ref }) => ref.kind === 'Service').map(({ ref }) => ref);
  return new Set(
    [...live, ...declared].flatMap(({ name, namespace = '' }) => [
      name,
      `${name}.${namespace}`,
      `${name}.${namespace}.svc`,
      `${name}.${namespace}.svc.cluster.local`,
    ]),
  );
}

function parsed(text: string): ImageRef[] {
  const ref = parseImageRef(text);
  return ref.ok ? [ref.value] : [];
}

/** Every text below a key `image`. */
export function imagesIn(value: JsonValue | undefined): string[] {
  if (isArray(value)) return value.flatMap(imagesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'image' && typeof inner === 'string' ? [inner] : imagesIn(inner),
  );
}

/** Every text in a value, keys not included. */
export function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}

/** All keys in a value, at any depth. */
export function keysOf(value: JsonValue | undefined): string[] {
  if (isArray(value)) return value.flatMap(keysOf);
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]) : [];
}
