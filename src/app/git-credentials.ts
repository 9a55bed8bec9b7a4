import type { Config } from '../config/config.ts';
import type { Secrets } from './secrets.ts';

/** User and password for Git over HTTPS. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials for repositories on the configured GitHub; none for other hosts, so that no token goes astray. */
export function gitCredentials(
  { github }: Pick<Config, 'github'>,
  { githubToken }: Secrets,
): (repoURL: string) => Credentials | undefined {
  const host = (github.host ?? 'github.com').toLowerCase();
  return (repoURL) => {
    if (githubToken === undefined) return undefined;
    const url = URL.canParse(repoURL) ? new URL(repoURL) : undefined;
    return url?.host.toLowerCase() === host ? { username: 'x-access-token', password: githubToken } : undefined;
  };
}
