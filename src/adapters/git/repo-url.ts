import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { withoutCredentials } from './git-problem.ts';
import type { GitCredentials } from './run-git.ts';

/** A repository's address, understood. */
export interface RepoUrl {
  /** What git is given: HTTPS wherever the address names a host, never with credentials inside. */
  readonly fetchUrl: string;
  /** Equal for all ways to write the same repository: `host/path`. */
  readonly key: string;
  /** Credentials that were written into the URL. */
  readonly credentials?: GitCredentials;
}

const SCP = /^(?:[\w.-]+@)?([\w.-]+):([^:\s\\][^\s\\]*)$/;

/**
 * Reads a repoURL as Applications write it: `https://host/org/repo(.git)`, `git@host:org/repo`, `ssh://git@host/org/repo`,
 * `file:///path`. Remendo holds no SSH keys, so SSH addresses become their HTTPS form.
 * Error code: `repository-missing` for what cannot be a Git repository's address.
 */
export function parseRepoUrl(repoURL: string, allowFileProtocol: boolean): Result<RepoUrl, Problem> {
  const text = repoURL.trim();
  const shown = withoutCredentials(text).slice(0, 200);
  const refuse = (reason: string): Result<never, Problem> => err(problem('repository-missing', `${shown}: ${reason}`));
  const scp = SCP.exec(text);
  if (scp !== null && !text.includes('://')) {
    const [, host = '', path = ''] = scp;
    return ok({ fetchUrl: `https://${host.toLowerCase()}/${path.replace(/^\/+/, '')}`, key: keyOf(host, path) });
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return refuse('this is not the address of a Git repository');
  if (url.protocol === 'file:') {
    if (!allowFileProtocol) return refuse('file: addresses are not fetched; name the folder with --repo');
    return ok({ fetchUrl: url.href, key: `file:${trimmed(url.pathname)}` });
  }
  const ssh = url.protocol === 'ssh:';
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback && !allowFileProtocol)
    return refuse('plain http is not used, it shows credentials');
  if (!ssh && url.protocol !== 'https:' && url.protocol !== 'http:') return refuse(`${url.protocol} is not supported`);
  const host = ssh ? url.hostname : url.host;
  const path = url.pathname;
  const scheme = ssh ? 'https:' : url.protocol;
  const inside = !ssh && url.password !== '';
  const credentials = { username: decoded(url.username), password: decoded(url.password) };
  return ok({ fetchUrl: `${scheme}//${host}${path}`, key: keyOf(host, path), ...(inside ? { credentials } : {}) });
}

/** Percent-encoded text as it was meant; as it is written where it is not percent-encoded (`50%`). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Argo CD compares addresses the same way: the host's case, `.git` and slashes at the end do not matter. */
function keyOf(host: string, path: string): string {
  return `${host.toLowerCase()}/${trimmed(path)}`;
}

function trimmed(path: string): string {
  return path
    .replace(/^\/+|(?<!\/)\/+$/g, '')
    .replace(/\.git$/i, '')
    .replace(/(?<!\/)\/+$/, '');
}
