import { z } from 'zod';
import { KINDS, isKind } from '../../domain/kubernetes/kinds.ts';
import { groupOf } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { apiPath, bodyText, failureText, parseJson } from './answer.ts';
import type { Connection } from './connect.ts';

/** How a kind is named in paths. */
export interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Finds the plural of any kind: known ones at once, others from the server's own list, asked once for each API version. */
export function createDiscovery(
  connection: Connection,
): (ref: ObjectRef, signal?: AbortSignal) => Promise<Result<Served, Problem>> {
  const lists = new Map<string, z.infer<typeof ResourceList>['resources']>();
  return async ({ apiVersion, kind }, signal) => {
    if (isKind(kind) && groupOf(KINDS[kind].apiVersion) === groupOf(apiVersion)) return ok(KINDS[kind]);
    let resources = lists.get(apiVersion);
    if (resources === undefined) {
      const response = await connection.request({ method: 'GET', path: apiPath(apiVersion, []), signal });
      if (!response.ok) return response;
      const { status, body } = response.value;
      if (status >= 500) {
        // An aggregated API (APIService) whose own server is down; the others go on.
        const { message } = await failureText(body);
        return err(problem('not-served', `what serves ${apiVersion} is down (HTTP ${status}): ${message}`));
      }
      const parsed = ResourceList.safeParse(parseJson(await bodyText(body).catch(() => '')));
      if (status !== 200 || !parsed.success)
        return err(problem('not-served', `the API server does not serve ${apiVersion} (HTTP ${status})`));
      resources = parsed.data.resources;
      lists.set(apiVersion, resources);
    }
    const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
    if (found === undefined)
      return err(problem('not-served', `the API server does not serve ${kind} of ${apiVersion}`));
    return ok({ plural: found.name, namespaced: found.namespaced });
  };
}
