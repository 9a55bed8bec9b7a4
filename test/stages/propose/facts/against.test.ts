import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/domain/json.ts';
import type { ProposeContext } from '../../../../src/stages/propose/proposer.ts';
import type { Scripted } from './world.ts';
import { CONTAINER, crashing, deployment, modelSays, patternSays, pod, replicaSet, ROLLOUT, world } from './world.ts';

const env = (name: string, value: string): JsonObject => ({ env: [{ name, value }] });
const envField = (name: string): string => `${CONTAINER}.env[name=${name}].value`;
const CRASHES = crashing(9, '2026-03-10T11:58:00Z', '2026-03-10T11:58:02Z');
const crash = (more: { since?: string; affected?: string[] } = {}) => ({
  cause: 'crash/exit-error',
  since: ROLLOUT,
  affected: ['Pod/web-2-x'],
  evidence: ['Error, exit code 1'],
  ...more,
});
const FAILING = [replicaSet('web-2', ROLLOUT), pod('web-2', 'x', ROLLOUT, CRASHES)];
const written = (at: string, name: string, before: string) => [
  { at, subject: 'settings', before: { 'Deployment/web': { [envField(name)]: before } } },
];
const mode = deployment('web', env('MODE', 'fast'));
const MODE = { field: envField('MODE'), value: 'slow' };
const changedMode = written('2026-03-10T10:59:00Z', 'MODE', 'slow');
const DOWN = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db', namespace: 'shop' },
  spec: { selector: { app: 'db' } },
};

const configured = deployment('web', {
  env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'web-settings', key: 'mode' } } }],
});
const REFERENCE = `${CONTAINER}.env[name=A].valueFrom.configMapKeyRef`;
const configMap = (name: string, ...keys: string[]): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: Object.fromEntries(keys.map((key) => [key, 'x'])),
});
const noSettings = {
  cause: 'config/configmap-missing',
  facts: { missing: { kind: 'ConfigMap', namespace: 'shop', name: 'web-settings' } },
};
const noKey = {
  cause: 'config/key-missing',
  facts: { missing: { kind: 'ConfigMap', namespace: 'shop', name: 'web-settings', key: 'mode' } },
};
const limited = (memory: string): JsonObject => deployment('web', { resources: { limits: { memory } } });
const LIMIT = `${CONTAINER}.resources.limits.memory`;
const IMAGE = `${CONTAINER}.image`;
const TAGS = { 'registry.example/shop/web': ['1.3.0', '1.4.0'], 'registry.example/shop/worker': ['1.4.0'] };

const WRONG: readonly [why: string, words: string, answer: Scripted, context: ProposeContext][] = [
  [
    'an image that cannot be pulled is met with another variable',
    'changes neither the image nor the credentials',
    MODE,
    world({ incident: { cause: 'image/not-found', container: 'web' }, declared: [mode] }),
  ],
  [
    'a ConfigMap that is missing is met with another image',
    'changes neither that nor a reference',
    { field: IMAGE, value: 'registry.example/shop/web:1.3.0' },
    world({ incident: noSettings, declared: [configured], registry: TAGS }),
  ],
  [
    'a pod of the same revision runs well',
    'web-2-y, of the same revision, runs well',
    MODE,
    world({
      incident: crash(),
      declared: [mode],
      cluster: [...FAILING, pod('web-2', 'y', ROLLOUT, { restartCount: 0 }, '2026-03-10T11:01:00Z')],
    }),
  ],
  [
    'the pods ran well for hours, and the symptom does not name the variable',
    'ran well for',
    MODE,
    world({
      incident: crash({ since: '2026-03-10T11:50:00Z', affected: ['Pod/web-1-x'] }),
      declared: [mode],
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(2, '2026-03-10T11:57:00Z', '2026-03-10T11:57:05Z')),
      ],
    }),
  ],
  [
    'the pods ran well for hours, and the log has only the word `value`',
    'ran well for',
    MODE,
    world({
      incident: crash({ since: '2026-03-10T11:50:00Z', affected: ['Pod/web-1-x'] }),
      declared: [mode],
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(2, '2026-03-10T11:57:00Z', '2026-03-10T11:57:05Z')),
      ],
      log: 'no value in the answer of the ledger',
    }),
  ],
  [
    'a pod from before the value was written fails as well',
    'web-1-x, of the earlier revision, fails as well',
    MODE,
    world({
      incident: crash(),
      declared: [mode],
      earlier: changedMode,
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(3, '2026-03-10T11:30:00Z', '2026-03-10T11:30:02Z')),
        ...FAILING,
      ],
    }),
  ],
  [
    'the workload was down before the value was written',
    'not been available since 2026-03-10T10:00:00Z',
    MODE,
    world({
      incident: crash(),
      declared: [mode],
      earlier: changedMode,
      cluster: [
        {
          ...mode,
          status: {
            conditions: [{ type: 'Available', status: 'False', lastTransitionTime: '2026-03-10T10:00:00Z' }],
          },
        },
        ...FAILING,
      ],
    }),
  ],
  [
    'the log names a Service that is down',
    'names Service shop/db, which has no ready pod',
    { field: envField('DB_HOST'), value: 'localhost' },
    world({
      incident: crash(),
      declared: [deployment('web', env('DB_HOST', 'db'))],
      cluster: [...FAILING, DOWN],
      log: 'dial tcp: connect to db:5432: connection refused',
    }),
  ],
  [
    'the log tells of another system, with which a plain word has nothing to do',
    'the symptom tells of another system',
    { field: `${CONTAINER}.args[0]`, value: '--quiet' },
    world({
      incident: crash(),
      declared: [deployment('web', { args: ['--verbose'] })],
      cluster: FAILING,
      log: 'ledger: 503 service unavailable',
    }),
  ],
  [
    'no new pod was made',
    'no new pod was made',
    MODE,
    world({
      incident: { cause: 'rollout/stalled' },
      declared: [mode],
      cluster: [replicaSet('web-2', ROLLOUT)],
    }),
  ],
  [
    'no container of the new pods ever ran',
    'no container of the new pods was ever started',
    MODE,
    world({
      incident: { cause: 'rollout/stalled' },
      declared: [mode],
      cluster: [replicaSet('web-2', ROLLOUT), pod('web-2', 'x', ROLLOUT, { restartCount: 0, state: { waiting: {} } })],
    }),
  ],
  [
    'the ConfigMap was there when the same template ran',
    'so it was there and has gone',
    { field: `${REFERENCE}.name`, value: 'web-defaults' },
    world({
      incident: { ...noSettings, affected: ['Pod/web-2-x'] },
      declared: [configured, configMap('web-defaults', 'mode')],
      cluster: [...FAILING, configMap('web-defaults', 'mode')],
    }),
  ],
  [
    'the missing name is the workload’s own, and the near one is not',
    "the name is the workload's own, and `webs-settings` is not",
    { field: `${REFERENCE}.name`, value: 'webs-settings' },
    world({
      incident: noSettings,
      declared: [configured, configMap('webs-settings', 'mode')],
      cluster: [configMap('webs-settings', 'mode')],
    }),
  ],
  [
    'the other ConfigMap is named after another workload, which uses it',
    'is in use by Deployment shop/worker, another workload',
    { field: `${REFERENCE}.name`, value: 'worker-config' },
    world({
      incident: noSettings,
      declared: [
        configured,
        deployment('worker', { envFrom: [{ configMapRef: { name: 'worker-config' } }] }),
        configMap('worker-config', 'mode'),
      ],
      cluster: [configMap('worker-config', 'mode')],
    }),
  ],
  [
    'an operator’s object makes the ConfigMap',
    'the name is meant',
    { field: `${REFERENCE}.name`, value: 'defaults' },
    world({
      incident: noSettings,
      declared: [
        configured,
        configMap('defaults', 'mode'),
        {
          ...configMap('web-settings-2'),
          kind: 'ExternalSecret',
          apiVersion: 'external-secrets.io/v1',
          spec: { target: { name: 'web-settings' } },
        },
      ],
      cluster: [configMap('defaults', 'mode')],
    }),
  ],
  [
    'the ConfigMap had the key until a commit',
    'the reference is not what changed',
    { field: `${REFERENCE}.key`, value: 'level' },
    world({
      incident: noKey,
      declared: [configured, configMap('web-settings', 'level')],
      cluster: [configMap('web-settings', 'level')],
      earlier: [{ at: ROLLOUT, subject: 'tidy', before: { 'ConfigMap/web-settings': { 'data.mode': 'fast' } } }],
    }),
  ],
  [
    'the image ran with the same template',
    'so it was there and has gone',
    { field: IMAGE, value: 'registry.example/shop/web:1.3.0' },
    world({
      incident: { cause: 'image/not-found', affected: ['Pod/web-2-x'] },
      cluster: FAILING,
      registry: { 'registry.example/shop/web': ['1.3.0'] },
    }),
  ],
  [
    'the registry has the image now',
    'the registry has this image now',
    { field: IMAGE, value: 'registry.example/shop/web:1.3.0' },
    world({ incident: { cause: 'image/not-found' }, registry: TAGS }),
  ],
  [
    'the registry limits pulls',
    'the registry limits pulls',
    { field: IMAGE, value: 'registry.example/shop/web:1.3.0' },
    world({ incident: { cause: 'image/rate-limited' }, registry: TAGS }),
  ],
  [
    'the new image is another workload’s program',
    'which is that of Deployment shop/worker, another workload',
    { field: IMAGE, value: 'registry.example/shop/worker:1.4.0' },
    world({
      incident: { cause: 'image/not-found' },
      declared: [deployment('web'), deployment('worker')],
      registry: { 'registry.example/shop/worker': ['1.4.0'] },
    }),
  ],
  [
    'the limit was raised a short time ago, and that did not help',
    'still runs out of memory',
    { field: LIMIT, value: '512Mi' },
    world({
      incident: { cause: 'memory/oom-killed', facts: { memoryLimit: 256 * 1024 ** 2 } },
      declared: [limited('256Mi')],
      earlier: [{ at: '2026-03-09T12:00:00Z', subject: 'more', before: { 'Deployment/web': { [LIMIT]: '128Mi' } } }],
    }),
  ],
  [
    'the node as a whole ran out of memory',
    'the node as a whole ran out of memory',
    { field: LIMIT, value: '512Mi' },
    world({ incident: { cause: 'memory/node-out-of-memory' }, declared: [limited('256Mi')] }),
  ],
];

const RIGHT: readonly [why: string, answer: Scripted, context: ProposeContext][] = [
  [
    'the variable was changed with the rollout that fails',
    MODE,
    world({ incident: crash(), declared: [mode], earlier: changedMode, cluster: FAILING }),
  ],
  [
    'the pods ran well for hours, and the log names the variable',
    MODE,
    world({
      incident: crash({ since: '2026-03-10T11:50:00Z', affected: ['Pod/web-1-x'] }),
      declared: [mode],
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(2, '2026-03-10T11:57:00Z', '2026-03-10T11:57:05Z')),
      ],
      log: 'the value of MODE is not supported any more since 12:00',
    }),
  ],
  [
    'the pods ran well until their heap was full',
    { field: envField('JAVA_OPTS'), value: '-Xmx512m' },
    world({
      incident: crash({ since: '2026-03-10T11:50:00Z', affected: ['Pod/web-1-x'] }),
      declared: [deployment('web', env('JAVA_OPTS', '-Xmx256m'))],
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(2, '2026-03-10T11:57:00Z', '2026-03-10T11:57:05Z')),
      ],
      log: 'java.lang.OutOfMemoryError: Java heap space',
    }),
  ],
  [
    'the value stood before the earlier pod, which fails for it too',
    MODE,
    world({
      incident: crash(),
      declared: [mode],
      earlier: written('2026-03-01T10:00:00Z', 'MODE', 'slow'),
      cluster: [
        replicaSet('web-1', '2026-03-10T06:00:00Z'),
        pod('web-1', 'x', '2026-03-10T06:00:00Z', crashing(30, '2026-03-10T11:30:00Z', '2026-03-10T11:30:02Z')),
        ...FAILING,
      ],
    }),
  ],
  [
    'the host was only now told, and it has no ready pod',
    { field: envField('DB_HOST'), value: 'localhost' },
    world({
      incident: crash(),
      declared: [deployment('web', env('DB_HOST', 'db'))],
      earlier: written('2026-03-10T10:59:00Z', 'DB_HOST', 'localhost'),
      cluster: [...FAILING, DOWN],
      log: 'connect to db:5432: connection refused',
    }),
  ],
  [
    'one of several near names, which no fact speaks against',
    { field: `${REFERENCE}.name`, value: 'settings' },
    world({
      incident: noSettings,
      declared: [configured, configMap('settings', 'mode')],
      cluster: [configMap('settings', 'mode')],
    }),
  ],
  [
    'the key was renamed in Git, with its value',
    { field: `${REFERENCE}.key`, value: 'level' },
    world({
      incident: { ...noKey, affected: ['Pod/web-2-x'] },
      declared: [configured, configMap('web-settings', 'level')],
      cluster: [...FAILING, configMap('web-settings', 'level')],
      earlier: [
        {
          at: ROLLOUT,
          subject: 'tidy',
          before: { 'ConfigMap/web-settings': { 'data.mode': 'x', 'data.level': null } },
        },
      ],
    }),
  ],
  [
    'a tag that the registry has, for one that was never pushed',
    { field: IMAGE, value: 'registry.example/shop/web:1.3.0' },
    world({ incident: { cause: 'image/not-found' }, registry: { 'registry.example/shop/web': ['1.3.0'] } }),
  ],
  [
    'more memory where the unit was forgotten and the rule does not know how much was meant',
    { field: LIMIT, value: '256Mi' },
    world({ incident: { cause: 'memory/oom-killed' }, declared: [limited('3')] }),
  ],
];

describe('a confident answer against what is certain', () => {
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
