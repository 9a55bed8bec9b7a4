import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { nearTags, neighbours } from '../../../src/stages/propose/rules/image-tags.ts';
import { isNear, nearOnes } from '../../../src/stages/propose/similar.ts';

const NEAR: readonly (readonly [string, string])[] = [
  ['SMTP_PASWORD', 'SMTP_PASSWORD'],
  ['linx', 'linux'],
  ['moed', 'mode'],
  ['db-credential', 'db-credentials'],
  ['smtpPassword', 'SMTP_PASSWORD'],
  ['web_settings', 'web-settings'],
  ['api-t0ken', 'api-token'],
  ['postgresq1', 'postgresql'],
  ['congfiuration', 'configuration'],
  ['configruaton', 'configuration'],
];
const FAR: readonly (readonly [string, string])[] = [
  ['shop-eu', 'shop-us'],
  ['db-1', 'db-2'],
  ['redis1', 'redis2'],
  ['app-a', 'app-b'],
  ['DB_HOST', 'DB_PORT'],
  ['web-prod', 'web-dev'],
  ['reader', 'leader'],
  ['host', 'post'],
  ['user', 'used'],
  ['blue', 'green'],
  ['mailer', 'mailer-secret'],
  ['v1.2.3', 'v12.3'],
  ['eu-west-1a', 'eu-west-1b'],
];

describe('near names', () => {
  for (const [a, b] of NEAR) it(`${a} may be ${b}`, () => assert(isNear(a, b)));
  for (const [a, b] of FAR) it(`${a} is not ${b}`, () => assert(!isNear(a, b) && !isNear(b, a)));

  it('is never near itself, and does not depend on the direction', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,14}$/);
    fc.assert(
      fc.property(name, name, (a, b) => {
        assert(!isNear(a, a));
        assert.equal(isNear(a, b), isNear(b, a));
      }),
    );
  });

  it('finds a word again after two neighbouring letters were swapped', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-hj-km-np-z]{4,12}$/), fc.nat(10), (word, at) => {
        const i = at % (word.length - 1);
        const swapped = word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
        assert(swapped === word || isNear(swapped, word));
      }),
    );
  });

  it('keeps numbers apart', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,8}$/), fc.nat(999), fc.nat(999), (word, a, b) => {
        fc.pre(a !== b);
        assert.deepEqual(nearOnes(`${word}-${a}`, [`${word}-${b}`]), []);
      }),
    );
  });

  it('never takes one version for another', () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(version, version, fc.constantFrom('', 'v'), (a, b, v) => {
        fc.pre(a !== b);
        assert.deepEqual(nearTags(a, [v + b]), []);
        assert.deepEqual(nearTags(a, [`v${a}`, v + b]), [`v${a}`]);
      }),
    );
  });

  it('names the versions around one that does not exist', () => {
    assert.deepEqual(neighbours('1.4.4', ['1.5.0', 'latest', '1.4.2', '1.4.3', '2.0.0', '1.0.0']), [
      '1.4.2',
      '1.4.3',
      '1.5.0',
      '2.0.0',
    ]);
    assert.deepEqual(neighbours('stable', ['1.0.0']), []);
  });
});
