import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { credentialTroubles, valueTroubles } from '../../src/app/credential-troubles.ts';
import { readSecrets, secretValues } from '../../src/app/secrets.ts';
import { completeConfig } from '../../src/config/config.ts';

const propose = completeConfig({ mode: 'propose' });

test('white space around a value is none of it, and what is empty is absent', () => {
  const secrets = readSecrets({ REMENDO_GITHUB_TOKEN: ' ghp_abc\n', OPENAI_API_KEY: '\t', GITHUB_TOKEN: 'other' });
  assert.deepEqual(secrets, { githubToken: 'ghp_abc' });
  assert.deepEqual(secretValues(secrets), ['ghp_abc'], 'what is hidden is what is sent');
  const empty = readSecrets({ REMENDO_GITHUB_TOKEN: '', GITHUB_TOKEN: 'other' });
  assert.deepEqual(empty, { githubToken: 'other' }, 'an empty variable says nothing');
});

test('a token of two lines and a key that is none are told, without their values', () => {
  const secrets = readSecrets({ REMENDO_GITHUB_TOKEN: 'ghp_abc\nghp_def', REMENDO_GITHUB_APP_KEY: 'LS0tLS1CRUdJTg==' });
  const troubles = valueTroubles(secrets);
  assert.deepEqual(
    troubles.map(({ message }) => message.split(' ')[0]),
    ['REMENDO_GITHUB_TOKEN', 'REMENDO_GITHUB_APP_KEY'],
  );
  assert.ok(!/ghp_|LS0t/.test(JSON.stringify(troubles)));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    for (const key of [pem, pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', '\r\n')]) {
      assert.deepEqual(valueTroubles(readSecrets({ REMENDO_GITHUB_APP_KEY: key })), []);
    }
  }
});

test('proposing without a credential is said; observing without one is not', () => {
  assert.match(credentialTroubles(propose, {})[0]?.message ?? '', /no credential for a forge/);
  assert.match(
    credentialTroubles(propose, { githubAppKey: '-----BEGIN PRIVATE KEY-----' })[0]?.message ?? '',
    /no cred/,
  );
  assert.deepEqual(credentialTroubles(propose, { githubToken: 'a' }), []);
  assert.deepEqual(credentialTroubles(propose, { giteaToken: 'a' }), []);
  assert.deepEqual(credentialTroubles(completeConfig({}), {}), []);
});
