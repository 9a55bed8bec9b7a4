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
 */
export function repositoryOf(url: string): RepositoryAddress | undefined {
  const text = url.trim();
  const scp = text.includes('://') ? undefined : SCP.exec(text)?.groups;
  const parsed = scp === undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (parsed && !['https:', 'http:', 'ssh:', 'git+ssh:', 'git:'].includes(parsed.protocol)) return undefined;
  const host = parsed ? (parsed.protocol.startsWith('http') ? parsed.host : parsed.hostname) : scp?.['host'];
  const path = parsed?.pathname ?? scp?.['path'];
  if (host === undefined || host === '' || path === undefined) return undefined;
  const parts = path.replace(/^\/+|\/+$/g, '').split('/');
  const [owner = '', last = ''] = parts;
  const name = last.replace(/\.git$/i, '');
  const wrong = [owner, name].some((part) => !PART.test(part) || part === '.' || part === '..');
  return parts.length !== 2 || wrong ? undefined : { host: forgeHost(host.toLowerCase()), owner, name };
}

/** GitHub answers for itself under other names too: SSH over port 443, and the old `www`. */
function forgeHost(host: string): string {
  return host === 'ssh.github.com' || host === 'www.github.com' ? 'github.com' : host;
}

/** The REST API of a GitHub host: github.com, data residency (`*.ghe.com`), or Enterprise Server. */
export function apiUrlOf(host: string): string {
  if (host === 'github.com') return 'https://api.github.com';
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
}

/** The host whose `users.noreply.HOST` and `noreply@HOST` addresses belong to an API. */
export function mailHostOf(apiUrl: string): string {
  const { hostname } = new URL(apiUrl);
  return hostname.replace(/^api\./, '');
}
