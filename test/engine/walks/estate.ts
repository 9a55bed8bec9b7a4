import type { JsonObject } from '../../../src/domain/json.ts';
import type { Behaviour } from '../../../src/sandbox/cluster/kubelet/behaviour.ts';
import type { ModelAnswer, ModelQuestion } from '../../../src/sandbox/model/server.ts';
import { args, deployment, memory } from '../../support/shop-manifests.ts';

/** Texts that must not leave the cluster, the environment or a log, by what they are. */
export const CANARIES = new Map<string, string>([
  ['a Secret', 'canary-Zx81QpLm44vT'],
  ['the environment of a container', 'canary-Rw20KdYh91bN'],
  ['a password in a log', 'canary-Ju63VeCs07gA'],
  ['a URL in a log', 'canary-Mn55TzXo28wK'],
  ['the key of the model', 'sk-walk-51fGhJkQwErTyUiOpAsDfGh'],
]);
const canary = (name: string): string => CANARIES.get(name) ?? '';

export const MODEL_KEY = canary('the key of the model');

export const SECRET: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'database', namespace: 'shop' },
  type: 'Opaque',
  data: { password: Buffer.from(canary('a Secret')).toString('base64') },
};

const ENV = `        env:
        - {name: DB_PASSWORD, value: ${canary('the environment of a container')}}
`;

/** The manifests that people push, by file and variant; the first one of each fails. */
export const VARIANTS = {
  orders: {
    small: deployment('orders', memory('64Mi') + ENV),
    medium: deployment('orders', memory('96Mi') + ENV),
    large: deployment('orders', memory('512Mi') + ENV),
    commented: `# Somebody wrote this line.\n${deployment('orders', memory('64Mi') + ENV)}`,
    idle: deployment('orders', memory('64Mi') + ENV).replace('replicas: 1', 'replicas: 0'),
    renamed: deployment('orders', memory('64Mi') + ENV).replace('- name: orders', '- name: main'),
    broken: 'kind: [unclosed\n',
    gone: null,
  },
  bills: {
    good: deployment('bills', '', 'img/bills:1.0.0'),
    typo: deployment('bills', '', 'img/bills:1.0.0-nope'),
    newer: deployment('bills', '', 'img/bills:1.1.0'),
    commented: `# Bills.\n${deployment('bills', '', 'img/bills:1.0.0-nope')}`,
    gone: null,
  },
  riddle: {
    typo: deployment('riddle', args('--prot=8080')),
    good: deployment('riddle', args('--port=8080')),
    gone: null,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string | null>>>>;

export type File = keyof typeof VARIANTS;

export const FILES: Readonly<Record<string, string>> = {
  'README.md': '# shop\n',
  'shop/orders.yaml': VARIANTS.orders.small,
  'shop/bills.yaml': VARIANTS.bills.good,
  'shop/riddle.yaml': VARIANTS.riddle.good,
};

const MIB = 1024 ** 2;
const LEAKS = [
  `password=${canary('a password in a log')}`,
  `dial postgres://app:${canary('a URL in a log')}@db.shop:5432/orders: refused`,
];

/** How programs behave, by how much they need or what they cannot do; people cannot see these from Git. */
export const BEHAVIOURS = {
  orders: {
    hungry: { memoryNeeded: 100 * MIB, log: LEAKS },
    'very-hungry': { memoryNeeded: 1024 * MIB, log: LEAKS },
    content: { memoryNeeded: 10 * MIB, log: LEAKS },
    flaps: { failsAfterSeconds: 12, log: LEAKS },
  },
  bills: { usual: { tags: ['1.0.0', '1.1.0'] }, lost: { pullFails: 'unreachable' } },
  riddle: { picky: { flags: ['--port'], log: LEAKS }, hopeless: { exit: 1, log: LEAKS } },
} as const satisfies Readonly<Record<File, Readonly<Record<string, Behaviour>>>>;

export const FIRST_BEHAVIOURS: readonly (readonly [string, Behaviour])[] = [
  ['img/orders', BEHAVIOURS.orders.hungry],
  ['img/bills', BEHAVIOURS.bills.usual],
  ['img/riddle', BEHAVIOURS.riddle.picky],
];

/** Knows one answer, and gives it whatever is asked. */
export function modelAnswer({ user }: Pick<ModelQuestion, 'user'>): ModelAnswer {
  return {
    json: {
      decision: 'fix',
      reason: 'The flag is misspelt.',
      evidence: [...user.matchAll(/\bE\d+\b/g)].slice(0, 1).map(([id]) => id),
      changes: [
        {
          object: { kind: 'Deployment', namespace: 'shop', name: 'riddle' },
          operations: [
            { op: 'replace', field: 'spec.template.spec.containers[name=riddle].args[0]', value: '"--port=8080"' },
          ],
        },
      ],
    },
  };
}
