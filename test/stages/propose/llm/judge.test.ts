import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyOperations } from '../../../../src/domain/change.ts';
import { getField, parseFieldPath } from '../../../../src/domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../../src/domain/json.ts';
import { say } from './ask.ts';
import type { SceneOptions } from './scene.ts';
import { answer, CONTAINER, pricing, scene } from './scene.ts';

async function accepted(reply: JsonObject, options: SceneOptions = {}): Promise<JsonObject> {
  const context = scene(options);
  const said = await say(reply, context);
  if (said.kind !== 'fix') throw new Error(said.reason);
  const [change] = said.changes;
  const target = context.siblings.find(
    ({ ref }) => ref.kind === change?.object.kind && ref.name === change.object.name,
  );
  const applied = applyOperations(target?.object ?? {}, change?.operations ?? []);
  assert.ok(applied.ok);
  return applied.value.object;
}

async function refused(reply: JsonValue, options: SceneOptions = {}): Promise<string> {
  const said = await say(reply, scene(options));
  assert.equal(said.kind, 'declined', JSON.stringify(said));
  return said.kind === 'declined' ? said.reason : '';
}

const at = (object: JsonObject, field: string): JsonValue | undefined => {
  const path = parseFieldPath(field);
  return path.ok ? getField(object, path.value) : undefined;
};

const on = (object: JsonObject, operations: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  decision: 'fix',
  reason: 'because',
  evidence: ['E1'],
  changes: [{ object, operations: [...operations] }],
  ...more,
});
const DEPLOYMENT = { kind: 'Deployment', namespace: 'orders', name: 'pricing' };
const SERVICE = { kind: 'Service', namespace: 'orders', name: 'pricing' };
const env = (name: string): string => `${CONTAINER}.env[name=${name}].value`;

describe("a model's fix that holds", () => {
  it('becomes Changes guarded by what stands there now', async () => {
    const said = await say(answer(`${CONTAINER}.args[0]`, 'replace', '--port=8080'), scene());
    assert.ok(said.kind === 'fix');
    const path = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'pricing' }, 'args', 0];
    assert.deepEqual(
      { ...said, rationale: '' },
      {
        kind: 'fix',
        origin: 'llm',
        name: 'tiny',
        rationale: '',
        evidence: ['E1'],
        changes: [
          {
            object: { apiVersion: 'apps/v1', ...DEPLOYMENT },
            operations: [
              { op: 'test', path, value: '--prot=8080' },
              { op: 'replace', path, value: '--port=8080' },
            ],
          },
        ],
      },
    );
  });

  it('may name list items by index and leave the quotes of a text out', async () => {
    const reply = on(DEPLOYMENT, [
      { op: 'replace', field: 'spec.template.spec.containers[0].args[0]', value: '--port=8080' },
    ]);
    assert.equal(at(await accepted(reply), `${CONTAINER}.args[0]`), '--port=8080');
  });

  it('keeps a text a text, where a number was meant for it', async () => {
    const reply = on(DEPLOYMENT, [{ op: 'replace', field: env('REGION'), value: '7' }]);
    assert.equal(at(await accepted(reply), env('REGION')), '7');
  });

  it('may turn a port name into a number, on an object that belongs to the failing one', async () => {
    const reply = on(SERVICE, [{ op: 'replace', field: 'spec.ports[name=web].targetPort', value: '8080' }]);
    assert.equal(at(await accepted(reply), 'spec.ports[name=web].targetPort'), 8080);
  });

  it('may add a key, and add to what is there already means replace', async () => {
    const added = await accepted(answer(`${CONTAINER}.resources.limits.cpu`, 'add', '500m'));
    assert.equal(at(added, `${CONTAINER}.resources.limits.cpu`), '500m');
    const said = await say(answer(`${CONTAINER}.resources.limits.memory`, 'add', '128Mi'), scene());
    assert.ok(said.kind === 'fix');
    assert.deepEqual(
      said.changes[0]?.operations.map(({ op }) => op),
      ['test', 'replace'],
    );
  });

  it('may remove a field', async () => {
    assert.deepEqual(at(await accepted(answer(`${CONTAINER}.args[1]`, 'remove', undefined)), `${CONTAINER}.args`), [
      '--prot=8080',
    ]);
  });

  it('may put back what Git had, also where it could not set it', async () => {
    const without = pricing(undefined, { securityContext: { runAsUser: 1000 } });
    const field = `${CONTAINER}.securityContext.runAsNonRoot`;
    assert.equal(at(await accepted(answer(field, 'remove', undefined), { earlier: [without] }), field), undefined);
    const image = pricing(undefined, { image: 'old.example.com/pricing:1' });
    const back = answer(`${CONTAINER}.image`, 'replace', 'old.example.com/pricing:1');
    assert.equal(at(await accepted(back, { earlier: [image] }), `${CONTAINER}.image`), 'old.example.com/pricing:1');
  });

  it('may name labels of Kubernetes and keys that a ConfigMap declares', async () => {
    const field = 'spec.template.spec.nodeSelector';
    const reply = answer(field, 'add', { 'kubernetes.io/os': 'linux' });
    assert.deepEqual(at(await accepted(reply), field), { 'kubernetes.io/os': 'linux' });
    const key = answer(`${CONTAINER}.args[1]`, 'replace', '--spread=topology.kubernetes.io/zone');
    assert.equal(at(await accepted(key), `${CONTAINER}.args[1]`), '--spread=topology.kubernetes.io/zone');
  });

  it('may use a tag that the registry has, and a host that a Service has', async () => {
    const image = 'registry.example.com/orders/pricing:2.4.2';
    assert.equal(
      at(await accepted(answer(`${CONTAINER}.image`, 'replace', image), { tags: ['2.4.2'] }), `${CONTAINER}.image`),
      image,
    );
    const host = 'orders-db.orders.svc';
    assert.equal(at(await accepted(answer(env('DB_HOST'), 'replace', host)), env('DB_HOST')), host);
  });
});

describe("a model's answer that does not hold", () => {
  for (const [what, reply, reason] of [
    ['is a text', 'raise the limit', /agreed form/],
    ['has another form', { advice: 'raise the limit' }, /agreed form/],
    ['has a field too many', { ...answer('x', 'replace', 1), extra: 1 }, /agreed form.*extra/],
    ['has an unknown operation', on(DEPLOYMENT, [{ op: 'merge', field: 'x', value: '1' }]), /agreed form/],
    [
      'says no fix',
      answer('x', 'replace', 1, { decision: 'no-fix', reason: 'the upstream is down' }),
      /sees no fix: the upstream is down/,
    ],
    [
      'invents evidence',
      answer(`${CONTAINER}.args[0]`, 'replace', '--port=8080', { evidence: ['E1', 'E7'] }),
      /evidence E7.*not exist/,
    ],
    [
      'cites no evidence',
      answer(`${CONTAINER}.args[0]`, 'replace', '--port=8080', { evidence: [] }),
      /cites no evidence/,
    ],
    ['changes nothing', answer('x', 'replace', 1, { changes: [] }), /changes nothing/],
    [
      'invents an object',
      on({ ...DEPLOYMENT, name: 'invented' }, [{ op: 'replace', field: 'spec.replicas', value: '1' }]),
      /not shown/,
    ],
    [
      'changes an object of another namespace',
      on({ ...DEPLOYMENT, namespace: 'kube-system' }, [{ op: 'replace', field: 'spec.replicas', value: '1' }]),
      /not shown/,
    ],
    [
      'changes a declared object that was not shown',
      on({ ...DEPLOYMENT, name: 'unrelated' }, [{ op: 'replace', field: 'spec.replicas', value: '3' }]),
      /not shown/,
    ],
    [
      'changes a Secret',
      on({ kind: 'Secret', namespace: 'orders', name: 'pricing' }, [
        { op: 'add', field: 'stringData.A', value: '"x"' },
      ]),
      /guardrails/,
    ],
    [
      'changes a quota',
      on({ kind: 'ResourceQuota', namespace: 'orders', name: 'team' }, [
        { op: 'replace', field: 'spec.hard.pods', value: '"99"' },
      ]),
      /not shown/,
    ],
    ['changes a field off the list', answer('metadata.labels', 'add', { a: 'b' }), /not among the fields/],
    ['replaces a field that is not there', answer(`${CONTAINER}.workingDir`, 'replace', '/app'), /no .*workingDir/],
    ['removes a field that is not there', answer(`${CONTAINER}.args[5]`, 'remove', undefined), /no .*args/],
    [
      'names a container that is not there',
      answer('spec.template.spec.containers[name=web].image', 'replace', 'x'),
      /no .*containers\[name=web\]/,
    ],
    ['has an unreadable field', answer('spec..x[', 'replace', 1), /no field path/],
    ['climbs the prototype', answer('spec.template.spec.__proto__.polluted', 'add', 1), /no .*__proto__/],
    ['changes the type', answer(`${CONTAINER}.args`, 'replace', 'x'), /the present one a list/],
    [
      'gives no JSON',
      on(DEPLOYMENT, [{ op: 'add', field: `${CONTAINER}.resources.limits.cpu`, value: '{500m' }]),
      /not JSON/,
    ],
    ['gives the present value', answer(`${CONTAINER}.args[0]`, 'replace', '--prot=8080'), /has this value already/],
    [
      'makes three operations',
      on(
        DEPLOYMENT,
        ['a', 'b', 'c'].map((k) => ({ op: 'add', field: `${CONTAINER}.resources.limits.${k}`, value: '"1"' })),
      ),
      /3 operations/,
    ],
    [
      'names one object twice',
      answer('x', 'replace', 1, {
        changes: ['1', '2'].map((v) => ({
          object: DEPLOYMENT,
          operations: [{ op: 'replace', field: 'spec.replicas', value: `3${v}` }],
        })),
      }),
      /in two places/,
    ],
    [
      'contradicts itself',
      on(DEPLOYMENT, [
        { op: 'remove', field: `${CONTAINER}.args`, value: null },
        { op: 'replace', field: `${CONTAINER}.args[0]`, value: '"x"' },
      ]),
      /cannot be applied together/,
    ],
  ] as const) {
    it(`it ${what}`, async () => assert.match(await refused(reply), reason));
  }
});
