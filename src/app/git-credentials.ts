import { createTokenSource } from '../adapters/github/client.ts';
import { apiUrlOf as gitHubApiOf } from '../adapters/github/hosts.ts';
import { apiUrlOf as giteaApiOf, rootOf } from '../adapters/gitea/hosts.ts';
import type { Config } from '../config/config.ts';
import { repositoryOf } from '../domain/repository-url.ts';
import type { Log } from '../ports/log.ts';
import { githubAuth } from './forges.ts';
import type { Secrets } from './secrets.ts';

/** User and password for Git over HTTP(S). */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

type CredentialsOf = (repoURL: string) => Promise<Credentials | undefined>;

/** Credentials for repositories on the configured forges; none for other hosts, so that no token goes astray. */
export function gitCredentials(
  config: Pick<Config, 'github' | 'gitea'>,
  secrets: Secrets,
  log: Log,
): (repoURL: string) => Promise<Credentials | undefined> {
  const sources = [forGitHub(config, secrets, log), forGitea(config, secrets)];
  return async (repoURL) => {
    for (const source of sources) {
      const credentials = await source(repoURL);
      if (credentials) return credentials;
    }
    return undefined;
  };
}

function forGitHub(config: Pick<Config, 'github'>, secrets: Secrets, log: Log): CredentialsOf {
  const auth = githubAuth(config, secrets);
  const host = (config.github.host ?? 'github.com').toLowerCase();
  const sources = new Map<string, () => Promise<string>>();
  return async (repoURL) => {
    const repository = repositoryOf(repoURL);
    if (auth === undefined || repository?.host !== host) return undefined;
    const { owner, name } = repository;
    const baseUrl = config.github.apiUrl ?? gitHubApiOf(host);
    const source = sources.get(repoURL) ?? createTokenSource({ repository: { owner, name }, baseUrl, auth, log });
    sources.set(repoURL, source);
    try {
      return { username: 'x-access-token', password: await source() };
    } catch (error) {
      log.warn({ repoURL, reason: String(error) }, 'no installation token: the repository is read without credentials');
      return undefined;
    }
  };
}

/** Gitea takes a token as the password of any user (services/auth/basic.go). */
function forGitea({ gitea }: Pick<Config, 'gitea'>, { giteaToken }: Secrets): CredentialsOf {
  const host = gitea?.host.toLowerCase();
  const root = host === undefined ? '' : rootOf(gitea?.apiUrl ?? giteaApiOf(host));
  return async (repoURL) => {
    const known = giteaToken !== undefined && host !== undefined && repositoryOf(repoURL, root)?.host === host;
    return known ? { username: 'remendo', password: giteaToken } : undefined;
  };
}
