import type { ImageRef } from '../../domain/image-ref.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/**
 * Root of a registry's API. Docker Hub serves `docker.io` at another host. Plain HTTP only for loopback addresses and for
 * hosts that are configured as insecure, as container runtimes do.
 */
export function registryRoot(registry: string, insecureHosts: readonly string[]): string {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  return `${isPlain(registry, insecureHosts) ? 'http' : 'https'}://${host}`;
}

/** Whether a registry is asked over plain HTTP: on this machine, or where the configuration allows it. */
export function isPlain(registry: string, insecureHosts: readonly string[]): boolean {
  return LOOPBACK.test(registry) || insecureHosts.includes(registry);
}

/** Path of a repository in the API; its parts are safe in a URL by their grammar. */
export function repositoryPath(image: ImageRef): string {
  return `/v2/${image.repository}`;
}

/** The next page of a tag list, from a `Link` header; undefined where there is none or it leads to another host. */
export function nextPage(link: string | null, current: string): string | undefined {
  const target = /<([^<>]+)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  if (target === undefined || !URL.canParse(target, current)) return undefined;
  const url = new URL(target, current);
  return url.origin === new URL(current).origin ? url.href : undefined;
}
