/** Words that by themselves, as the last word of a name, say that its value is secret. */
const SECRET_WORDS = new Set(
  (
    'password passwords passwd pwd passwort passphrase passcode pass secret secrets token tokens credential credentials ' +
    'creds apikey jwt psk otp totp cookie authorization auth bearer pat sas sig signature salt htpasswd dockerconfigjson ' +
    'dockercfg kubeconfig sessionid privkey'
  ).split(' '),
);

/** Endings of names written as one word, such as `dbpassword` or `AccountKey` in a connection string. */
const SECRET_ENDINGS =
  /(?:password|passwd|passphrase|secret|token|credentials?|(?:api|access|secret|private|auth|account|master|signing|encryption)key)$/;

/** What turns the word `key` into a secret: `api key`, `STRIPE_SECRET_KEY`. Unlike `topologyKey` or `key`. */
const KEY_QUALIFIERS = new Set(
  (
    'api access secret private auth account master signing sign encryption encrypt crypto license ssh tls ssl admin ' +
    'shared storage webhook deploy client hmac jwt aes rsa ca app'
  ).split(' '),
);

/** Words that may follow the telling one without changing what is meant: `passwordHash`, `client-key-data`, `SECRET_OLD`. */
const WEAK_TAILS = new Set(
  'value data plain plaintext raw base64 b64 text string hash env old new current next previous primary secondary'.split(
    ' ',
  ),
);

/** Words before the telling one that make it a reference: `existingSecret`, `imagePullSecrets`. */
const REFERRING = new Set(['existing', 'pull']);

/** How sure a name makes us that its value is secret; `weak` names need a value that looks random too. */
export type Secrecy = 'secret' | 'weak' | 'none';

/** `dbPassword2`, `DB-PASSWORD_2` and `db.password` are the words db, password. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
}

/**
 * Whether a field, variable or header of this name holds a secret. The last word decides, so that `secretName`,
 * `tokenFile` and `passwordPolicy` are not secret; names of certificates and keys in a kubeconfig are.
 */
export function secrecyOf(name: string): Secrecy {
  // The kind, as in `Secret: shop/db` or a tracking id.
  if (/^Secrets?$/.test(name)) return 'weak';
  const words = wordsOf(name);
  if (words.join('') === 'certificateauthoritydata' || words.join('') === 'clientcertificatedata') return 'secret';
  while (words.length > 1 && WEAK_TAILS.has(words.at(-1) ?? '')) words.pop();
  const last = (words.at(-1) ?? '').replace(/(?<!\d)\d+$/, '');
  const before = words.at(-2);
  if (before !== undefined && REFERRING.has(before)) return 'none';
  if (SECRET_WORDS.has(last) || SECRET_ENDINGS.test(last)) return 'secret';
  if (last === 'id' && before === 'secret') return 'secret';
  if (last === 'key') return before !== undefined && KEY_QUALIFIERS.has(before) ? 'secret' : 'weak';
  return last === 'rsa' && before === 'id' ? 'secret' : 'none';
}

/** Whether numbers under this name are secret too: a password may be one, a token count is none. */
export function mayBeNumeric(name: string): boolean {
  return /pass|pwd|pin|otp|secret/i.test(name);
}
