import { createGitHubForges } from '../adapters/github/github.ts';
import type { GitHubAuth } from '../adapters/github/github.ts';
import { createRecorder } from '../adapters/recorder/recorder.ts';
import type { Config } from '../config/config.ts';
import { ok } from '../domain/result.ts';
import type { Forge, ForgeOf, ForgeReader } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from './secrets.ts';

/** The credential for GitHub; undefined where there is none. */
export function githubAuth({ github }: Pick<Config, 'github'>, secrets: Secrets): GitHubAuth | undefined {
  const { appId, installationId } = github;
  if (appId !== undefined && secrets.githubAppKey !== undefined) {
    const app = { appId, privateKey: secrets.githubAppKey };
    return installationId === undefined ? app : { ...app, installationId };
  }
  return secrets.githubToken === undefined ? undefined : { token: secrets.githubToken };
}

/** Forges by repository. In observe mode their write port is a recorder: nothing else makes a dry run. */
export function createForges(config: Config, secrets: Secrets, log: Log, throttle = true): ForgeOf {
  const auth = githubAuth(config, secrets);
  if (!auth) return () => undefined;
  const { host = 'github.com', apiUrl } = config.github;
  const forges = createGitHubForges({
    hosts: [{ host, auth, ...(apiUrl === undefined ? {} : { apiUrl }) }],
    log,
    throttle,
  });
  if (config.policy.mode === 'propose') return forges;
  const { writer } = createRecorder();
  return (repoURL) => {
    const forge: Forge | undefined = forges(repoURL);
    return forge && { reader: { ...forge.reader, repository: () => withRecorder(forge.reader) }, writer };
  };
}

/** A recorder takes whatever is written, so a credential that only reads is enough. */
async function withRecorder(reader: ForgeReader): ReturnType<ForgeReader['repository']> {
  const repository = await reader.repository();
  return repository.ok ? ok({ ...repository.value, canPush: true }) : repository;
}
