import type { Resource } from '../resources.ts';
import { resourceOfPath } from '../resources.ts';

/** What a request's path names. */
export interface Target {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const PATH = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** Reads `/apis/apps/v1/namespaces/shop/deployments/web/status`; undefined for a path of no served resource. */
export function parseTarget(path: string): Target | undefined {
  // /api/v1/namespaces/NAME names a Namespace, not a resource inside one.
  const own = /^\/api\/v1\/namespaces(?:\/([^/]+))?(?:\/(status))?$/.exec(path);
  const parts = own ? [own[0], 'v1', undefined, undefined, undefined, 'namespaces', own[1], own[2]] : PATH.exec(path);
  if (!parts) return undefined;
  const [, core, group, version, namespace, plural = '', name, subresource] = parts;
  const resource = resourceOfPath(core === undefined ? (group ?? '') : '', core ?? version ?? '', plural);
  if (!resource || (namespace !== undefined && !resource.namespaced)) return undefined;
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace: decodeURIComponent(namespace) }),
    ...(name === undefined ? {} : { name: decodeURIComponent(name) }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
