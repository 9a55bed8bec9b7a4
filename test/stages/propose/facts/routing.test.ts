import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/domain/json.ts';
import type { ProposeContext } from '../../../../src/stages/propose/proposer.ts';
import type { Scripted } from './world.ts';
import { deployment, modelSays, patternSays, ROLLOUT, world } from './world.ts';

const service = (name: string, selector: JsonObject, ports: JsonObject[] = [{ port: 80, targetPort: 'http' }]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector, ports },
});
const ingress = (name: string, port: JsonObject): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name, port } } }] } }] },
});
const operatorsPod = (labels: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db-0', namespace: 'shop', labels },
  spec: { containers: [{ name: 'db' }] },
  status: { phase: 'Running' },
});
const web = deployment('web', { ports: [{ name: 'http', containerPort: 8080 }] });
const cart = deployment('cart');

const selecting = (declared: readonly JsonObject[], more: object = {}): ProposeContext =>
  world({
    incident: { cause: 'service/no-matching-pods', object: 'Service/web' },
    declared: [service('web', { app: 'wbe' }), ...declared],
    ...more,
  });
const select = (value: string): Scripted => ({ object: 'Service/web', field: 'spec.selector.app', value });

const BACKEND = 'spec.rules[0].http.paths[0].backend.service';
const sending = (declared: readonly JsonObject[], more: object = {}): ProposeContext =>
  world({
    incident: {
      cause: 'ingress/service-missing',
      object: 'Ingress/shop',
      facts: { missing: { kind: 'Service', namespace: 'shop', name: 'wbe' } },
    },
    declared: [ingress('wbe', { number: 80 }), ...declared],
    ...more,
  });
const send = (value: string): Scripted => ({ object: 'Ingress/shop', field: `${BACKEND}.name`, value });
const onPort = (field: string, value: string | number): [Scripted, ProposeContext] => [
  { object: 'Ingress/shop', field: `${BACKEND}.port.${field}`, value },
  world({
    incident: { cause: 'ingress/no-such-port', object: 'Ingress/shop' },
    declared: [
      ingress('web', { [field]: field === 'name' ? 'htpp' : 8 }),
      service('web', { app: 'web' }, [{ name: 'http', port: 80 }]),
      web,
    ],
  }),
];

const WRONG: readonly [why: string, words: string, answer: Scripted, context: ProposeContext][] = [
  ['no pod template carries the labels', 'no pod template of the namespace carries', select('webs'), selecting([web])],
  [
    'only live pods carry the labels, and Git gives them others',
    'no pod template of the namespace carries',
    select('old'),
    selecting([web], {
      cluster: [
        {
          ...web,
          spec: { selector: {}, template: { metadata: { labels: { app: 'old' } }, spec: { containers: [] } } },
        },
        {
          ...operatorsPod({ app: 'old' }),
          metadata: {
            name: 'web-1-x',
            namespace: 'shop',
            labels: { app: 'old' },
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }],
          },
        },
      ],
    }),
  ],
  [
    'the pods are another workload’s, with a Service of its own',
    'its pods would be those of Deployment shop/cart',
    select('cart'),
    selecting([web, cart, service('cart', { app: 'cart' })]),
  ],
  [
    'the Service selected a workload that Git had',
    'the selector is not misspelt',
    select('web'),
    selecting([web], {
      earlier: [
        {
          at: ROLLOUT,
          subject: 'tidy',
          before: { 'Deployment/web': { 'spec.template.metadata.labels.app': 'wbe' } },
        },
      ],
    }),
  ],
  [
    'no container declares the port’s name',
    'no container behind Service shop/web declares a port called web',
    { object: 'Service/web', field: 'spec.ports[port=80].targetPort', value: 'web' },
    world({
      incident: { cause: 'service/no-such-port', object: 'Service/web' },
      declared: [service('web', { app: 'web' }, [{ port: 80, targetPort: 'htpp' }]), web],
    }),
  ],
  ['the Service is nowhere declared', 'is nowhere declared', send('webs'), sending([web])],
  [
    'an operator’s object makes the Service',
    'the name is meant',
    send('web'),
    sending([
      service('web', { app: 'web' }),
      web,
      { ...ingress('x', {}), apiVersion: 'postgres.example/v1', kind: 'Cluster', spec: { serviceName: 'wbe' } },
    ]),
  ],
  ['the Service has no such port', 'Service web declares no port 81', ...onPort('number', 81)],
  ['the Service has no port of that name', 'Service web declares no port grpc', ...onPort('name', 'grpc')],
];

const RIGHT: readonly [why: string, answer: Scripted, context: ProposeContext][] = [
  ['the labels of a declared template', select('web'), selecting([web])],
  [
    'a label that an operator puts on the pods',
    { object: 'Service/web', field: 'spec.selector.role', value: 'primary' },
    world({
      incident: { cause: 'service/no-matching-pods', object: 'Service/web' },
      declared: [service('web', { role: 'primry' }), web],
      cluster: [operatorsPod({ role: 'primary' })],
    }),
  ],
  [
    'the pods of another workload, which the Service selected before',
    select('cart'),
    selecting([web, cart, service('cart', { app: 'cart' })], {
      earlier: [{ at: ROLLOUT, subject: 'own', before: { 'Service/web': { 'spec.selector.app': 'cart' } } }],
    }),
  ],
  ['a declared Service with the port', send('web'), sending([service('web', { app: 'web' }), web])],
  [
    'Services cannot be read, and the Application declares none of that name',
    send('web'),
    sending([web], { blind: ['Service'] }),
  ],
  ['a port by its number', ...onPort('number', 80)],
  ['a port by its name', ...onPort('name', 'http')],
];

describe('where traffic would go, against what is declared', () => {
  for (const [why, words, scripted, context] of WRONG) {
    it(`is refused where ${why}`, async () => {
      for (const says of [modelSays, patternSays]) {
        const { chosen, answers } = await says(scripted, context);
        assert.equal(chosen, undefined);
        const [answer] = answers;
        assert(answer?.kind === 'declined' && answer.reason.includes('is refused'), JSON.stringify(answer));
        assert(answer.reason.includes(words), answer.reason);
      }
    });
  }

  for (const [why, scripted, context] of RIGHT) {
    it(`goes on: ${why}`, async () => {
      for (const says of [modelSays, patternSays]) {
        const { chosen, answers } = await says(scripted, context);
        assert.equal(chosen?.changes[0]?.operations.at(-1)?.op, 'replace', JSON.stringify(answers));
      }
    });
  }
});
