import { createGitHubForges } from '../adapters/github/github.ts';
import type { GitHubAuth } from '../adapters/github/github.ts';
import { apiUrlOf as gitHubApiOf } from '../adapters/github/hosts.ts';
import { createGiteaForges } from '../adapters/gitea/gitea.ts';
import { apiUrlOf as giteaApiOf } from '../adapters/gitea/hosts.ts';
import { createRecorder } from '../adapters/recorder/recorder.ts';
import type { Config } from '../config/config.ts';
import { ok } from '../domain/result.ts';
import type { Forge, ForgeOf, ForgeReader } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from './secrets.ts';

/** A forge that there is a credential for. */
export interface ForgeSite {
  /** As repository URLs name it. */
  readonly host: string;
  readonly apiUrl: string;
  /** Undefined for repositories on other hosts. */
  readonly forgeOf: ForgeOf;
}

/** How forges are spoken to. */
export interface SiteOptions {
  readonly log: Log;
  /** False where requests are not spaced out and no repetition waits. */
  readonly throttle?: boolean;
  readonly fetch?: typeof fetch;
}

/** The credential for GitHub; undefined where there is none. */
export function githubAuth({ github }: Pick<Config, 'github'>, secrets: Secrets): GitHubAuth | undefined {
  const { appId, installationId } = github;
  if (appId !== undefined && secrets.githubAppKey !== undefined) {
    const app = { appId, privateKey: secrets.githubAppKey };
    return installationId === undefined ? app : { ...app, installationId };
  }
  return secrets.githubToken === undefined ? undefined : { token: secrets.githubToken };
}

/** The forges that there are credentials for: what the configuration says and the environment holds. */
export function forgeSites(
  config: Pick<Config, 'github' | 'gitea'>,
  secrets: Secrets,
  options: SiteOptions,
): readonly ForgeSite[] {
  const sites: ForgeSite[] = [];
  const auth = githubAuth(config, secrets);
  if (auth) {
    const host = (config.github.host ?? 'github.com').toLowerCase();
    const apiUrl = config.github.apiUrl ?? gitHubApiOf(host);
    sites.push({ host, apiUrl, forgeOf: createGitHubForges({ ...options, hosts: [{ host, apiUrl, auth }] }) });
  }
  if (config.gitea && secrets.giteaToken !== undefined) {
    const host = config.gitea.host.toLowerCase();
    const apiUrl = config.gitea.apiUrl ?? giteaApiOf(host);
    const forgeOf = createGiteaForges({ ...options, host, apiUrl, token: secrets.giteaToken });
    sites.push({ host, apiUrl, forgeOf });
  }
  return sites;
}

/** Forges by repository. In observe mode their write port is a recorder: nothing else makes a dry run. */
export function createForges(config: Config, secrets: Secrets, log: Log, throttle = true): ForgeOf {
  const sites = forgeSites(config, secrets, { log, throttle });
  const forges: ForgeOf = (repoURL) => {
    for (const { forgeOf } of sites) {
      const forge = forgeOf(repoURL);
      if (forge) return forge;
    }
    return undefined;
  };
  if (config.policy.mode === 'propose') return forges;
  const { writer } = createRecorder();
  return (repoURL) => {
    const forge: Forge | undefined = forges(repoURL);
    return forge && { ...forge, reader: { ...forge.reader, repository: () => withRecorder(forge.reader) }, writer };
  };
}

/** A recorder takes whatever is written, so a credential that only reads is enough. */
async function withRecorder(reader: ForgeReader): ReturnType<ForgeReader['repository']> {
  const repository = await reader.repository();
  return repository.ok ? ok({ ...repository.value, canPush: true }) : repository;
}
