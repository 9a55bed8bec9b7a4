/** A repository on a forge: where it is and what it is called. `host` is in lower case and keeps a port of http(s). */
export interface RepositoryAddress {
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

const SCP = /^(?:[\w.-]+@)?(?<host>[\w.-]+):(?!\/\/)(?<path>.+)$/;
const PART = /^[\w.-]+$/;

/**
 * Reads a repository URL as Argo CD and git take it: `https://host/owner/name(.git)`, `ssh://git@host/owner/name`,
 * `git@host:owner/name`. Credentials in it are dropped. Undefined where it does not name exactly an owner and a name.
 * `root` is the path that a forge is served below, which stands before the owner in addresses of http(s).
 */
export function repositoryOf(url: string, root = ''): RepositoryAddress | undefined {
  const place = placeOf(url.trim());
  if (place === undefined || place.host === '') return undefined;
  const { web, host, path } = place;
  const inside = web && root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length) : path;
  const parts = inside.replace(/^\/+|(?<!\/)\/+$/g, '').split('/');
  const [owner = '', last = ''] = parts;
  const name = last.replace(/\.git$/i, '');
  const wrong = [owner, name].some((part) => !PART.test(part) || part === '.' || part === '..');
  return parts.length !== 2 || wrong ? undefined : { host: forgeHost(host.toLowerCase()), owner, name };
}

interface Place {
  /** http(s). */
  readonly web: boolean;
  readonly host: string;
  readonly path: string;
}

function placeOf(text: string): Place | undefined {
  if (!text.includes('://')) {
    const { host, path } = SCP.exec(text)?.groups ?? {};
    return host === undefined || path === undefined ? undefined : { web: false, host, path };
  }
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, hostname, pathname: path } = new URL(text);
  if (protocol === 'https:' || protocol === 'http:') return { web: true, host, path };
  return ['ssh:', 'git+ssh:', 'git:'].includes(protocol) ? { web: false, host: hostname, path } : undefined;
}

/** GitHub answers for itself under other names too: SSH over port 443, and the old `www`. */
function forgeHost(host: string): string {
  return host === 'ssh.github.com' || host === 'www.github.com' ? 'github.com' : host;
}
