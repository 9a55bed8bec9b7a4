import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { formatFieldPath } from '../../../src/domain/field-path.ts';
import { history } from '../../../src/stages/propose/history/history.ts';
import { propose } from '../../../src/stages/propose/propose.ts';
import { RULES } from '../../../src/stages/propose/rules/registry.ts';
import type { World } from './support/world.ts';
import { openWorld } from './support/world.ts';

/** The right answers of the world's README for its plain source: object, field, value now, value after (undefined: gone). */
const RIGHT: readonly (readonly [kind: string, name: string, field: string, after: unknown])[] = [
  ['Deployment', 'orders-api', 'initContainers[name=migrate].resources.limits.memory', '256Mi'],
  ['Deployment', 'mailer', 'containers[name=mailer].env[name=PASSWORD].valueFrom.secretKeyRef.key', 'SMTP_PASSWORD'],
  ['Deployment', 'front', 'containers[name=front].livenessProbe.httpGet.path', '/healthz'],
  ['Service', 'front', 'spec.ports[name=web].targetPort', 8080],
  ['Deployment', 'cache', 'nodeSelector["kubernetes.io/os"]', 'linux'],
  ['Deployment', 'pricing', 'containers[name=pricing].args[0]', '--port=8080'],
  ['StatefulSet', 'orders-db', 'containers[name=db].securityContext', undefined],
  ['Deployment', 'importer', 'containers[name=importer].resources', undefined],
];

describe('the orders world', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  for (const [kind, name, field, value] of RIGHT) {
    it(`mends ${kind} ${name}`, async () => {
      const { chosen, why } = await propose([...RULES, history], await world.context(kind, name));
      assert(chosen, why);
      assert.equal(chosen.changes.length, 1);
      const effects = chosen.changes.flatMap(({ operations }) => operations.filter(({ op }) => op !== 'test'));
      assert.deepEqual(
        effects.map((operation) => [
          formatFieldPath(operation.path).replace('spec.template.spec.', ''),
          operation.op === 'remove' ? undefined : operation.value,
        ]),
        [[field, value]],
      );
      assert(!chosen.rationale.includes('not-a-real-one'));
    });
  }

  it('leaves the CronJob alone: nothing in Git is wrong', async () => {
    const { chosen, answers } = await propose([...RULES, history], await world.context('CronJob', 'nightly'));
    assert.equal(chosen, undefined);
    assert(answers.every(({ kind }) => kind === 'declined'));
  });

  it('prefers taking the limit out again to the maximum of the LimitRange', async () => {
    const { answers, chosen } = await propose([...RULES, history], await world.context('Deployment', 'importer'));
    const rule = answers.find(({ origin }) => origin === 'rule');
    assert.equal(rule?.kind, 'fix');
    assert.equal(chosen?.origin, 'history');
  });
});
