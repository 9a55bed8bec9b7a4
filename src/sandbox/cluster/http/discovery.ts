import type { Resource } from '../resources.ts';
import { RESOURCES } from '../resources.ts';
import type { Reply } from './reply.ts';
import { json } from './reply.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Discovery and version documents; undefined for a path that is none. */
export function discovery(path: string, absent: readonly string[]): Reply | undefined {
  const served = RESOURCES.filter(({ kind }) => !absent.includes(kind));
  if (path === '/version' || path === '/version/') {
    return json({
      major: '1',
      minor: '34',
      gitVersion: 'v1.34.2',
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '2025-11-11T19:03:24Z',
      goVersion: 'go1.24.9',
      compiler: 'gc',
      platform: 'linux/amd64',
    });
  }
  if (/^\/(healthz|livez|readyz)$/.test(path)) return { code: 200, body: 'ok', type: 'text/plain; charset=utf-8' };
  if (path === '/api' || path === '/api/')
    return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  if (path === '/apis' || path === '/apis/') {
    const groups = [...new Set(served.map(({ group }) => group))].filter((group) => group !== '');
    return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group, served)) });
  }
  const group = /^\/apis\/([^/]+)\/?$/.exec(path)?.[1];
  if (group !== undefined) {
    return served.some((resource) => resource.group === group)
      ? json({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, served) })
      : undefined;
  }
  const version = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/?$/.exec(path);
  if (!version) return undefined;
  const [, core, name = '', of] = version;
  const resources = served.filter((resource) => resource.group === name && resource.version === (core ?? of));
  if (resources.length === 0) return undefined;
  const groupVersion = name === '' ? 'v1' : `${name}/${of ?? ''}`;
  return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: resources.flatMap(entries) });
}

function groupOf(group: string, served: readonly Resource[]): object {
  const versions = [...new Set(served.filter((resource) => resource.group === group).map(({ version }) => version))];
  const list = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

function entries({ plural, kind, namespaced, shortNames }: Resource): object[] {
  const log = kind === 'Pod' ? [{ name: 'pods/log', singularName: '', namespaced, kind, verbs: ['get'] }] : [];
  const own = { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS };
  return [shortNames.length > 0 ? { ...own, shortNames } : own, ...log];
}
