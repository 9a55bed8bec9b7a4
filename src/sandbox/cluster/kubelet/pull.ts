import type { Behaviours } from './behaviour.ts';
import { parseImage } from './behaviour.ts';

/** How an image pull ends. */
export type Pull =
  | { readonly ok: true; readonly digest: string }
  | { readonly ok: false; readonly reason: 'InvalidImageName' | 'ErrImagePull'; readonly message: string };

const fail = (code: string, text: string): Pull => ({
  ok: false,
  reason: 'ErrImagePull',
  message: `rpc error: code = ${code} desc = ${text}`,
});

/** The answer of the runtime to a pull, in containerd's words. */
export function pullImage(image: string, behaviours: Behaviours, digestOf: (text: string) => string): Pull {
  const name = parseImage(image);
  if (!name) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return { ok: false, reason: 'InvalidImageName', message };
  }
  const full = canonicalName(name.repository);
  const reference = name.digest === undefined ? `${full}:${name.tag}` : `${full}@${name.digest}`;
  const head = `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}"`;
  const behaviour = behaviours.get(name.repository);
  const slash = full.indexOf('/');
  const url = `https://${full.slice(0, slash)}/v2/${full.slice(slash + 1)}/manifests/${name.tag}`;
  switch (behaviour?.pullFails) {
    case 'unauthorized':
      return fail(
        'Unknown',
        `${head}: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
      );
    case 'rate-limited':
      return fail(
        'Unknown',
        `${head}: unexpected status from HEAD request to ${url}: 429 Too Many Requests: toomanyrequests: You have reached your pull rate limit`,
      );
    case 'unreachable':
      return fail(
        'Unknown',
        `${head}: failed to do request: Head "${url}": dial tcp: lookup ${full.slice(0, slash)}: no such host`,
      );
    case undefined:
      break;
  }
  if (!behaviour || (name.digest === undefined && behaviour.tags?.includes(name.tag) === false)) {
    return fail('NotFound', `${head}: ${reference}: not found`);
  }
  return { ok: true, digest: `${full}@sha256:${digestOf(reference)}` };
}

/** `nginx` is docker.io/library/nginx to the runtime. */
function canonicalName(repository: string): string {
  const first = repository.split('/')[0] ?? '';
  const host = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  if (host) return repository;
  return repository.includes('/') ? `docker.io/${repository}` : `docker.io/library/${repository}`;
}
