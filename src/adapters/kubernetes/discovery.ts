import { z } from 'zod';
import { KINDS, isKind } from '../../domain/kubernetes/kinds.ts';
import { groupOf } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { parseJson } from '../../domain/json.ts';
import { apiPath, bodyText, failureText } from './answer.ts';
import type { Connection } from './connect.ts';

/** How a kind is named in paths. */
export interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

type Resources = z.infer<typeof ResourceList>['resources'];

/**
 * Finds the plural of any kind: known ones at once, others from the server's own list, which is kept for each API version
 * and asked for again where a kind is not in it: definitions are added while Remendo runs.
 */
export function createDiscovery(
  connection: Connection,
): (ref: ObjectRef, signal?: AbortSignal) => Promise<Result<Served, Problem>> {
  const lists = new Map<string, Resources>();
  return async ({ apiVersion, kind }, signal) => {
    if (isKind(kind) && groupOf(KINDS[kind].apiVersion) === groupOf(apiVersion)) return ok(KINDS[kind]);
    const known = servedAs(kind, lists.get(apiVersion) ?? []);
    if (known) return ok(known);
    const resources = await listResources(connection, apiVersion, signal);
    if (!resources.ok) return resources;
    lists.set(apiVersion, resources.value);
    const found = servedAs(kind, resources.value);
    return found ? ok(found) : err(problem('not-served', `the API server does not serve ${kind} of ${apiVersion}`));
  };
}

/** Names with a slash are subresources. */
function servedAs(kind: string, resources: Resources): Served | undefined {
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  return found && { plural: found.name, namespaced: found.namespaced };
}

async function listResources(
  connection: Connection,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<Result<Resources, Problem>> {
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
  return ok(parsed.data.resources);
}
