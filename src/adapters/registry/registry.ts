import { z } from 'zod';
import type { ImageRef } from '../../domain/image-ref.ts';
import { effectiveTag } from '../../domain/image-ref.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Registry, RegistryError } from '../../ports/registry.ts';
import { wholeAnswer } from '../connection/whole-answer.ts';
import { createAnswerCache } from './cache.ts';
import type { RegistryOptions } from './client.ts';
import { createRegistryClient, errorOf } from './client.ts';
import { nextPage, repositoryPath } from './hosts.ts';

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const PAGE = 1000;
const MAX_TAGS = 5000;
const MAX_PAGES = 60;
const MAX_BODY = 4 * 1024 * 1024;
const TagPage = z.object({ tags: z.array(z.string()).nullable() });

/** Reads registries through their `/v2/` API (OCI distribution specification; tokens as Docker's registries ask for them). */
export function createRegistry(options: RegistryOptions): Registry {
  const request = createRegistryClient(options);
  const cache = createAnswerCache(options.clock, options.ttlSeconds ?? 300);

  const tags = async (image: ImageRef, signal?: AbortSignal): Promise<Result<readonly string[], RegistryError>> => {
    const found = new Set<string>();
    let path: string | undefined = `${repositoryPath(image)}/tags/list?n=${PAGE}`;
    for (let page = 0; path !== undefined && page < MAX_PAGES && found.size < MAX_TAGS; page++) {
      const response = await request(image, path, { method: 'GET', accept: 'application/json' }, signal);
      if (!response.ok) return response;
      const failed = errorOf(response.value, image);
      if (failed) {
        await response.value.body?.cancel();
        return err(failed);
      }
      const body = await readPage(response.value);
      if (!body) return err({ code: 'unreachable', message: `${image.registry} sent a tag list that cannot be read` });
      for (const tag of body.tags ?? []) if (found.size < MAX_TAGS) found.add(tag);
      path = nextPage(response.value.headers.get('link'), response.value.url);
    }
    return ok([...found]);
  };

  const exists = async (image: ImageRef, signal?: AbortSignal): Promise<Result<boolean, RegistryError>> => {
    const reference = image.digest ?? effectiveTag(image);
    if (reference === undefined) return err({ code: 'bad-reference', message: 'neither a tag nor a digest' });
    const path = `${repositoryPath(image)}/manifests/${reference}`;
    let response = await request(image, path, { method: 'HEAD', accept: MANIFESTS }, signal);
    if (response.ok && response.value.status === 405) {
      response = await request(image, path, { method: 'GET', accept: MANIFESTS }, signal);
    }
    if (!response.ok) return response;
    await response.value.body?.cancel();
    const failed = errorOf(response.value, image);
    if (failed?.code === 'not-found') return ok(false);
    return failed ? err(failed) : ok(true);
  };

  return {
    tags: (image, signal) => cache.once(`tags ${key(image)}`, () => tags(image, signal)),
    exists: (image, signal) =>
      cache.once(`exists ${key(image)} ${image.digest ?? effectiveTag(image)}`, () => exists(image, signal)),
  };
}

function key(image: ImageRef): string {
  return `${image.registry}/${image.repository}`;
}

/** Stands for a registry where look-ups are switched off. */
export function createNoRegistry(): Registry {
  const off = err({ code: 'not-configured' as const, message: 'registry look-ups are switched off' });
  return { tags: () => Promise.resolve(off), exists: () => Promise.resolve(off) };
}

async function readPage(response: Response): Promise<z.infer<typeof TagPage> | undefined> {
  try {
    return TagPage.parse(await (await wholeAnswer(response, MAX_BODY)).json());
  } catch {
    // A dropped connection and a text that is not JSON mean the same: there is no list.
    return undefined;
  }
}
