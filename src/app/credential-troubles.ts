import { createPrivateKey } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { CredentialsSecret } from './credentials-secret.ts';
import { misspelt, nameSecret, nameVariable, whyNoForge } from './credentials-secret.ts';
import type { Secrets } from './secrets.ts';

/** What is wrong with a credential as it was given, before anybody was asked with it. */
export interface CredentialTrouble {
  readonly message: string;
  readonly remedy: string;
}

/** What credentials are judged by; `secret` where a pod knows the Secret that its variables come from. */
export interface CredentialScene {
  readonly config: Pick<Config, 'policy' | 'github' | 'gitea'>;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  readonly secret?: CredentialsSecret | undefined;
}

/** Troubles that show in the values themselves, and in the names of the Secret's keys; no value is ever quoted. */
export function valueTroubles({ secrets, secret }: CredentialScene): readonly CredentialTrouble[] {
  const { githubToken, githubAppKey, giteaToken, argocdToken, modelKey } = secrets;
  const tokens = {
    REMENDO_GITHUB_TOKEN: githubToken,
    REMENDO_GITEA_TOKEN: giteaToken,
    REMENDO_ARGOCD_TOKEN: argocdToken,
    OPENAI_API_KEY: modelKey,
  };
  const troubles = Object.entries(tokens).flatMap(([name, value]) => tokenTrouble(nameVariable(name, secret), value));
  const key = keyTrouble(nameVariable('REMENDO_GITHUB_APP_KEY', secret), githubAppKey);
  const names = (secret === undefined ? [] : misspelt(secret)).map(({ is, key }) => ({
    message: `nothing reads the key ${is} of ${secret === undefined ? '' : nameSecret(secret)}: it is called ${key}`,
    remedy: `rename ${is} to ${key}`,
  }));
  return [...troubles, ...key, ...names];
}

function tokenTrouble(name: string, value = ''): readonly CredentialTrouble[] {
  if (!/\s/.test(value)) return [];
  const message = `${name} has white space in the middle: it is not one token`;
  return [{ message, remedy: 'put the token alone into the Secret or variable' }];
}

function keyTrouble(name: string, value: string | undefined): readonly CredentialTrouble[] {
  if (value === undefined || isRsaKey(value)) return [];
  const message = `${name} is no private key in PEM form`;
  return [{ message, remedy: 'give the file that GitHub made, beginning with -----BEGIN, as it is' }];
}

/** Variables are often filled with line feeds written as `\n`: that does no harm. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem.replaceAll(String.raw`\n`, '\n')).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** Why no forge can be asked; undefined where there is a credential, good or not. */
export function noForge({ config, secrets, env, secret }: CredentialScene): CredentialTrouble | undefined {
  const { github, gitea } = config;
  const { githubToken, githubAppKey, giteaToken } = secrets;
  const app = githubAppKey !== undefined && github.appId !== undefined;
  if (app || githubToken !== undefined || (giteaToken !== undefined && gitea !== undefined)) return undefined;
  const message = 'there is no credential for a forge';
  if (secret === undefined) {
    const remedy =
      'set REMENDO_GITHUB_TOKEN, or github.appId and REMENDO_GITHUB_APP_KEY, or gitea.host and REMENDO_GITEA_TOKEN';
    return { message, remedy };
  }
  const { why, remedy } = whyNoForge(secret, env);
  return { message: `${message}: ${why}`, remedy };
}

/** What a daemon should say before its first pass. */
export function credentialTroubles(scene: CredentialScene): readonly CredentialTrouble[] {
  const none = noForge(scene);
  const proposing = scene.config.policy.mode === 'propose';
  const first = none && proposing ? [{ ...none, message: `mode is propose, but ${none.message}` }] : [];
  return [...first, ...valueTroubles(scene)];
}

/** Why no pull request can be opened, whatever happens; undefined where one could be, or none is to be. */
export function obstacle(scene: CredentialScene): string | undefined {
  const { config, secrets } = scene;
  if (config.policy.mode !== 'propose') return undefined;
  const usable: Secrets = {
    ...(isOneWord(secrets.githubToken) ? { githubToken: secrets.githubToken } : {}),
    ...(isOneWord(secrets.giteaToken) ? { giteaToken: secrets.giteaToken } : {}),
    ...(secrets.githubAppKey !== undefined && isRsaKey(secrets.githubAppKey)
      ? { githubAppKey: secrets.githubAppKey }
      : {}),
  };
  return noForge({ ...scene, secrets: usable }) && credentialTroubles(scene)[0]?.message;
}

function isOneWord(value: string | undefined): value is string {
  return value !== undefined && !/\s/.test(value);
}
