import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import type { CredentialScene } from '../../src/app/credential-troubles.ts';
import { credentialTroubles, obstacle, valueTroubles } from '../../src/app/credential-troubles.ts';
import type { CredentialsSecret } from '../../src/app/credentials-secret.ts';
import { readSecrets, secretValues } from '../../src/app/secrets.ts';
import { completeConfig } from '../../src/config/config.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const PEM = RSA.export({ type: 'pkcs1', format: 'pem' }).toString();

/** As a pod finds it: variables, and what their Secret looks like. */
function scene(
  env: NodeJS.ProcessEnv,
  { config = {}, secret }: { readonly config?: object; readonly secret?: CredentialsSecret } = {},
): CredentialScene {
  return { config: completeConfig({ mode: 'propose', ...config }), secrets: readSecrets(env), env, secret };
}

/** A Secret of the chart with these keys. */
const keys = (...names: string[]): CredentialsSecret => ({
  namespace: 'ops',
  name: 'creds',
  found: 'keys',
  keys: names,
});

test('white space around a value is none of it, and what is empty is absent', () => {
  const secrets = readSecrets({ REMENDO_GITHUB_TOKEN: ' ghp_abc\n', OPENAI_API_KEY: '\t', GITHUB_TOKEN: 'other' });
  assert.deepEqual(secrets, { githubToken: 'ghp_abc' });
  assert.deepEqual(secretValues(secrets), ['ghp_abc'], 'what is hidden is what is sent');
  const empty = readSecrets({ REMENDO_GITHUB_TOKEN: '', GITHUB_TOKEN: 'other' });
  assert.deepEqual(empty, { githubToken: 'other' }, 'an empty variable says nothing');
});

test('a token of two lines and a key that is none are told, without their values', () => {
  const given = { REMENDO_GITHUB_TOKEN: 'ghp_abc\nghp_def', REMENDO_GITHUB_APP_KEY: 'LS0tLS1CRUdJTg==' };
  const troubles = valueTroubles(scene(given));
  assert.deepEqual(
    troubles.map(({ message }) => message.split(' ')[0]),
    ['REMENDO_GITHUB_TOKEN', 'REMENDO_GITHUB_APP_KEY'],
  );
  assert.ok(!/ghp_|LS0t/.test(JSON.stringify(troubles)));
});

test('keys of both forms are taken, with line feeds of any form', () => {
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = RSA.export({ type, format: 'pem' }).toString();
    for (const key of [pem, pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', '\r\n')])
      assert.deepEqual(valueTroubles(scene({ REMENDO_GITHUB_APP_KEY: key })), []);
  }
});

test('what looks like a key and is none of an App is told', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  for (const key of [
    PEM.slice(0, PEM.length / 2),
    PEM.split('\n').slice(0, 3).join('\n'),
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    elliptic.export({ type: 'pkcs8', format: 'pem' }).toString(),
    RSA.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  ]) {
    const [trouble] = valueTroubles(scene({ REMENDO_GITHUB_APP_KEY: key }));
    assert.equal(trouble?.message, 'REMENDO_GITHUB_APP_KEY is no private key in PEM form');
  }
});

test('proposing without a credential is said; observing without one is not', () => {
  const first = (given: CredentialScene): string => credentialTroubles(given)[0]?.message ?? '';
  assert.match(first(scene({})), /^mode is propose, but there is no credential for a forge$/);
  assert.match(first(scene({ REMENDO_GITHUB_APP_KEY: PEM })), /no credential/, 'of which App is not known');
  assert.match(first(scene({ REMENDO_GITEA_TOKEN: 'a' })), /no credential/, 'of which host is not known');
  const gitea = { gitea: { host: 'git.shop.example' } };
  for (const fine of [
    scene({ GITHUB_TOKEN: 'a' }),
    scene({ REMENDO_GITEA_TOKEN: 'a' }, { config: gitea }),
    scene({ REMENDO_GITHUB_APP_KEY: PEM }, { config: { github: { appId: 1 } } }),
    scene({}, { config: { mode: 'observe' } }),
  ]) {
    assert.deepEqual(credentialTroubles(fine), []);
    assert.equal(obstacle(fine), undefined);
  }
});

describe('a pod says what is wrong with its Secret', () => {
  const NONE = 'mode is propose, but there is no credential for a forge: ';
  const absent: CredentialsSecret = { namespace: 'ops', name: 'creds', found: 'nothing' };
  const unread: CredentialsSecret = {
    namespace: 'ops',
    name: 'creds',
    found: 'unread',
    reason: 'secrets is forbidden',
  };
  const cases: readonly (readonly [what: string, given: CredentialScene, message: string, remedy: RegExp])[] = [
    [
      'a key that is misspelt',
      scene({}, { secret: keys('github_token') }),
      `${NONE}Secret ops/creds has the keys github_token, and not github-token, github-app-key or gitea-token`,
      /^rename github_token to github-token, then start the pods anew: kubectl -n ops rollout restart deployment /,
    ],
    [
      'keys that look like nothing, of which not all are shown',
      scene({}, { secret: keys('a', 'b', 'c', 'd', 'e', 'f', 'g') }),
      `${NONE}Secret ops/creds has the keys a, b, c, d, e and 2 more, and not github-token, github-app-key or gitea-token`,
      /^give it one of these keys, then/,
    ],
    ['no key', scene({}, { secret: keys() }), `${NONE}Secret ops/creds has no keys, and not github-token`, /^give it/],
    [
      'an empty value',
      scene({ REMENDO_GITHUB_TOKEN: ' \n' }, { secret: keys('github-token') }),
      `${NONE}key github-token of Secret ops/creds is empty`,
      /^set it, then/,
    ],
    [
      'a key that came later',
      scene({}, { secret: keys('github-token') }),
      `${NONE}Secret ops/creds has github-token only since this process began`,
      /rollout restart/,
    ],
    [
      'an App’s key without its number',
      scene({ REMENDO_GITHUB_APP_KEY: PEM }, { secret: keys('github-app-key') }),
      `${NONE}key github-app-key of Secret ops/creds is given, and github.appId is not configured`,
      /^set it/,
    ],
    [
      'no Secret',
      scene({}, { secret: absent }),
      `${NONE}Secret ops/creds does not exist`,
      /^make it with github-token/,
    ],
    [
      'a Secret that may not be read',
      scene({}, { secret: unread }),
      `${NONE}Secret ops/creds must have github-token, github-app-key or gitea-token, and whether it does cannot be read (secrets is forbidden)`,
      /^look at its keys/,
    ],
    [
      'a key that is no PEM',
      scene({ REMENDO_GITHUB_APP_KEY: 'x' }, { config: { github: { appId: 1 } }, secret: keys('github-app-key') }),
      'REMENDO_GITHUB_APP_KEY (key github-app-key of Secret ops/creds) is no private key in PEM form',
      /as it is$/,
    ],
    [
      'two tokens in one',
      scene({ REMENDO_GITHUB_TOKEN: 'a b' }, { secret: keys('github-token') }),
      'REMENDO_GITHUB_TOKEN (key github-token of Secret ops/creds) has white space in the middle: it is not one token',
      /token alone/,
    ],
  ];
  for (const [what, given, message, remedy] of cases) {
    test(what, () => {
      const [first] = credentialTroubles(given);
      assert.ok(first);
      assert.ok(first.message.startsWith(message), first.message);
      assert.match(first.remedy, remedy);
      assert.equal(obstacle(given), first.message, 'the pod does not become ready');
    });
  }

  test('beside a credential that works, a misspelt key is told and keeps nobody from working', () => {
    const given = scene({ REMENDO_GITHUB_TOKEN: 'a' }, { secret: keys('github-token', 'OPENAI_API_KEY', 'ca.crt') });
    assert.deepEqual(
      credentialTroubles(given).map(({ message }) => message),
      ['nothing reads the key OPENAI_API_KEY of Secret ops/creds: it is called openai-api-key'],
    );
    assert.equal(obstacle(given), undefined);
  });

  test('where one of two forges can be asked, the pod is ready', () => {
    const env = { REMENDO_GITHUB_TOKEN: 'a b', REMENDO_GITEA_TOKEN: 'c' };
    const given = scene(env, { config: { gitea: { host: 'git.shop.example' } } });
    assert.equal(credentialTroubles(given).length, 1);
    assert.equal(obstacle(given), undefined);
  });

  test('while it only observes, it says what is wrong with names and values, and is ready', () => {
    const given = scene({}, { config: { mode: 'observe' }, secret: keys('githubtoken') });
    assert.deepEqual(
      credentialTroubles(given).map(({ message }) => message),
      ['nothing reads the key githubtoken of Secret ops/creds: it is called github-token'],
    );
    assert.equal(obstacle(given), undefined);
  });
});
