import type { Config } from '../config/config.ts';
import type { Secrets } from './secrets.ts';

/** What is wrong with a credential as it was given, before anybody was asked with it. */
export interface CredentialTrouble {
  readonly message: string;
  readonly remedy: string;
}

/** Troubles that show in the values themselves; none of them is ever quoted. */
export function valueTroubles({
  githubToken,
  githubAppKey,
  giteaToken,
  modelKey,
}: Secrets): readonly CredentialTrouble[] {
  const tokens = { REMENDO_GITHUB_TOKEN: githubToken, REMENDO_GITEA_TOKEN: giteaToken, OPENAI_API_KEY: modelKey };
  const troubles = Object.entries(tokens)
    .filter(([, value]) => /\s/.test(value ?? ''))
    .map(([name]) => ({
      message: `${name} has white space in the middle: it is not one token`,
      remedy: 'put the token alone into the Secret or variable',
    }));
  if (githubAppKey !== undefined && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(githubAppKey)) {
    const message = 'REMENDO_GITHUB_APP_KEY is no private key in PEM form';
    troubles.push({ message, remedy: 'give the file that GitHub made, beginning with -----BEGIN, as it is' });
  }
  return troubles;
}

/** What a daemon should say before its first pass. */
export function credentialTroubles(
  { policy, github }: Pick<Config, 'policy' | 'github'>,
  secrets: Secrets,
): readonly CredentialTrouble[] {
  const { githubToken, githubAppKey, giteaToken } = secrets;
  const app = githubAppKey !== undefined && github.appId !== undefined;
  if (policy.mode !== 'propose' || app || githubToken !== undefined || giteaToken !== undefined) {
    return valueTroubles(secrets);
  }
  const message = 'mode is propose, but there is no credential for a forge: no pull request can be opened';
  const remedy =
    'set REMENDO_GITHUB_TOKEN, REMENDO_GITEA_TOKEN, or github.appId and REMENDO_GITHUB_APP_KEY; with the chart: check the names of the keys in the Secret (credentials.existingSecret)';
  return [...valueTroubles(secrets), { message, remedy }];
}
