import { createTokenSource } from '../adapters/github/client.ts';
import { apiUrlOf, repositoryOf } from '../adapters/github/repository-url.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../ports/log.ts';
import { githubAuth } from './forges.ts';
import type { Secrets } from './secrets.ts';

/** User and password for Git over HTTPS. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials for repositories on the configured GitHub; none for other hosts, so that no token goes astray. */
export function gitCredentials(
  config: Pick<Config, 'github'>,
  secrets: Secrets,
  log: Log,
): (repoURL: string) => Promise<Credentials | undefined> {
  const auth = githubAuth(config, secrets);
  const host = (config.github.host ?? 'github.com').toLowerCase();
  const sources = new Map<string, () => Promise<string>>();
  return async (repoURL) => {
    const repository = repositoryOf(repoURL);
    if (auth === undefined || repository?.host !== host) return undefined;
    const { owner, name } = repository;
    const baseUrl = config.github.apiUrl ?? apiUrlOf(host);
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
