import { distance } from 'fastest-levenshtein';
import { readSecretKeys } from '../adapters/kubernetes/secret-keys.ts';
import type { Config } from '../config/config.ts';
import { connectTo } from './cluster.ts';

/** Variable in which a pod finds NAMESPACE/NAME of the Secret that its credentials come from; the chart sets it. */
const SECRET_VARIABLE = 'REMENDO_CREDENTIALS_SECRET';

/** Keys of the chart's Secret, by the variable that a pod gets them in. */
export const SECRET_KEYS = {
  REMENDO_GITHUB_TOKEN: 'github-token',
  REMENDO_GITHUB_APP_KEY: 'github-app-key',
  REMENDO_GITEA_TOKEN: 'gitea-token',
  REMENDO_ARGOCD_TOKEN: 'argocd-token',
  OPENAI_API_KEY: 'openai-api-key',
} as const;
type Variable = keyof typeof SECRET_KEYS;
type Key = (typeof SECRET_KEYS)[Variable];
const FORGE_KEYS = [
  SECRET_KEYS.REMENDO_GITHUB_TOKEN,
  SECRET_KEYS.REMENDO_GITHUB_APP_KEY,
  SECRET_KEYS.REMENDO_GITEA_TOKEN,
] as const;

/** The Secret that credentials come from, as far as it can be seen: names of keys, never a value. */
export type CredentialsSecret = { readonly namespace: string; readonly name: string } & (
  | { readonly found: 'keys'; readonly keys: readonly string[] }
  | { readonly found: 'nothing' }
  | { readonly found: 'unread'; readonly reason: string }
);

/** Looks at the Secret that the environment names; undefined where it names none. */
export async function lookAtSecret(
  { cluster }: Pick<Config, 'cluster'>,
  env: NodeJS.ProcessEnv,
  context?: string,
): Promise<CredentialsSecret | undefined> {
  const [namespace = '', name = ''] = (env[SECRET_VARIABLE] ?? '').split('/');
  if (namespace === '' || name === '') return undefined;
  const connection = await connectTo(cluster, context, env);
  if (!connection.ok) return { namespace, name, found: 'unread', reason: connection.error.message };
  const keys = await readSecretKeys(connection.value, namespace, name);
  connection.value.close();
  if (!keys.ok) return { namespace, name, found: 'unread', reason: keys.error.message };
  return keys.value === undefined
    ? { namespace, name, found: 'nothing' }
    : { namespace, name, found: 'keys', keys: keys.value };
}

/** A variable, with the key that it was taken from where that is known. */
export function nameVariable(variable: string, secret: CredentialsSecret | undefined): string {
  const key = isVariable(variable) ? SECRET_KEYS[variable] : undefined;
  if (secret?.found !== 'keys' || key === undefined || !secret.keys.includes(key)) return variable;
  return `${variable} (key ${key} of ${nameSecret(secret)})`;
}

function isVariable(name: string): name is Variable {
  return Object.hasOwn(SECRET_KEYS, name);
}

/** `Secret NAMESPACE/NAME`, for sentences. */
export function nameSecret({ namespace, name }: CredentialsSecret): string {
  return `Secret ${namespace}/${name}`;
}

/** Why a Secret gives no credential for a forge, as the end of a sentence, and what to do about it. */
export function whyNoForge(
  secret: CredentialsSecret,
  env: NodeJS.ProcessEnv,
): { readonly why: string; readonly remedy: string } {
  const name = nameSecret(secret);
  const anew = `then start the pods anew: kubectl -n ${secret.namespace} rollout restart deployment --selector app.kubernetes.io/name=remendo`;
  const wanted = `${FORGE_KEYS.slice(0, -1).join(', ')} or ${FORGE_KEYS.at(-1)}`;
  if (secret.found === 'nothing') return { why: `${name} does not exist`, remedy: `make it with ${wanted}, ${anew}` };
  if (secret.found === 'unread') {
    return {
      why: `${name} must have ${wanted}, and whether it does cannot be read (${secret.reason})`,
      remedy: `look at its keys, ${anew}`,
    };
  }
  const has = FORGE_KEYS.filter((key) => secret.keys.includes(key));
  if (has.length > 0) return { why: has.map((key) => whyUnused(key, name, env)).join('; '), remedy: `set it, ${anew}` };
  const near = misspelt(secret).filter(({ key }) => FORGE_KEYS.some((one) => one === key));
  const keys = secret.keys.length === 0 ? 'no keys' : `the keys ${list(secret.keys)}`;
  const rename = near.map(({ is, key }) => `rename ${is} to ${key}`).join(' and ');
  return { why: `${name} has ${keys}, and not ${wanted}`, remedy: `${rename || 'give it one of these keys'}, ${anew}` };
}

function whyUnused(key: Key, secret: string, env: NodeJS.ProcessEnv): string {
  const [variable = ''] = Object.entries(SECRET_KEYS).find(([, value]) => value === key) ?? [];
  const value = env[variable];
  if (value === undefined) return `${secret} has ${key} only since this process began`;
  if (value.trim() === '') return `key ${key} of ${secret} is empty`;
  return key === 'gitea-token'
    ? `key ${key} of ${secret} is given, and gitea.host is not configured`
    : `key ${key} of ${secret} is given, and github.appId is not configured`;
}

/** Keys that nothing reads and that look like one that is missing. */
export function misspelt(secret: CredentialsSecret): readonly { readonly is: string; readonly key: Key }[] {
  if (secret.found !== 'keys') return [];
  const known: readonly string[] = Object.values(SECRET_KEYS);
  const missing = Object.values(SECRET_KEYS).filter((key) => !secret.keys.includes(key));
  return secret.keys
    .filter((is) => !known.includes(is))
    .flatMap((is) => {
      const plain = is.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      const key = missing.find((one) => plain.endsWith(one) || distance(plain, one) <= 2);
      return key === undefined ? [] : [{ is, key }];
    });
}

const SHOWN = 5;

function list(keys: readonly string[]): string {
  const more = keys.length > SHOWN ? ` and ${keys.length - SHOWN} more` : '';
  return `${keys.slice(0, SHOWN).join(', ')}${more}`;
}
