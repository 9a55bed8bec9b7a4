import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Job, StatefulSet } from '../../../src/sandbox/cluster/workload-objects.ts';
import { isDue } from '../../../src/sandbox/cluster/controllers/cron-job.ts';
import { deployment, kit, object } from './kit.ts';
import type { Kit } from './kit.ts';

const condition = (k: Kit, name: string, type: string) => {
  const found = k.deployment(name).status?.conditions?.find((one) => one.type === type);
  return found && [found.status, found.reason, found.message];
};

void test('a broken new revision leaves the old pods serving and the rollout times out', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web', {}, {}, { replicas: 2 }));
  await k.pass(3);
  const [before] = k.world.list('ReplicaSet', 'shop');
  k.world.apply(deployment('web', { image: 'reg.example/web:l' }, {}, { replicas: 2 }));
  await k.pass(3);
  assert.equal(condition(k, 'web', 'Progressing')?.[1], 'ReplicaSetUpdated');
  await k.pass(6);
  const ready = k.pods('web').filter(({ status }) => status?.containerStatuses?.[0]?.ready === true);
  assert.equal(ready.length, 2);
  assert.equal(k.pods('web').length, 3);
  const sets = k.world.list('ReplicaSet', 'shop');
  const after = sets.find(({ metadata }) => metadata.uid !== before?.metadata.uid);
  assert.equal(after?.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  assert.equal(k.deployment('web').metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  assert.deepEqual(condition(k, 'web', 'Progressing'), [
    'False',
    'ProgressDeadlineExceeded',
    `ReplicaSet "${after?.metadata.name}" has timed out progressing.`,
  ]);
  assert.deepEqual(condition(k, 'web', 'Available'), [
    'True',
    'MinimumReplicasAvailable',
    'Deployment has minimum availability.',
  ]);
  const { status } = k.deployment('web');
  assert.deepEqual(
    [status?.replicas, status?.updatedReplicas, status?.availableReplicas, status?.unavailableReplicas],
    [3, 1, 2, 1],
  );

  k.world.apply(deployment('web', { image: 'reg.example/web:2' }, {}, { replicas: 2 }));
  await k.pass(5);
  assert.deepEqual(
    k.pods('web').map(({ spec }) => spec.containers[0]?.image),
    ['reg.example/web:2', 'reg.example/web:2'],
  );
  assert.equal(condition(k, 'web', 'Progressing')?.[1], 'NewReplicaSetAvailable');
});

void test('going back to an earlier template takes its ReplicaSet again under a new revision', async (t) => {
  const k = await kit(t);
  for (const tag of ['1', '2', '1']) {
    k.world.apply(deployment('web', { image: `reg.example/web:${tag}` }));
    await k.pass(4);
  }
  const sets = k.world.list('ReplicaSet', 'shop');
  assert.deepEqual(
    sets
      .map(({ metadata }) => Number(metadata.annotations?.['deployment.kubernetes.io/revision']))
      .sort((a, b) => a - b),
    [2, 3],
  );
  assert.equal(k.pods('web').length, 1);
});

void test('Recreate takes the old pods down first', async (t) => {
  const k = await kit(t);
  const spec = { replicas: 2, strategy: { type: 'Recreate' } };
  k.world.apply(deployment('web', {}, {}, spec));
  await k.pass(3);
  k.world.apply(deployment('web', { image: 'reg.example/web:2' }, {}, spec));
  let both = false;
  for (let i = 0; i < 40; i++) {
    await k.pass(0.1);
    both ||= new Set(k.pods('web').map((pod) => pod.spec.containers[0]?.image)).size > 1;
  }
  assert.equal(both, false);
  assert.equal(k.deployment('web').status?.readyReplicas, 2);
});

void test('quota, LimitRange, PodSecurity and a missing ServiceAccount refuse pods, and the Deployment says so', async (t) => {
  const namespaces = [
    'shop',
    'quota',
    'ranged',
    { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  ];
  const k = await kit(t, { namespaces });
  const put = (namespace: string, container = {}, pod = {}) => {
    const manifest = deployment('web', container, pod);
    k.world.apply({ ...manifest, metadata: { name: 'web', namespace } });
  };
  k.world.apply({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'quota' },
    spec: { hard: { 'requests.cpu': '1', 'limits.memory': '1Gi' } },
  });
  k.world.apply({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'team', namespace: 'ranged' },
    spec: { limits: [{ type: 'Container', max: { memory: '512Mi' } }] },
  });
  put('shop', {}, { serviceAccountName: 'robot' });
  put('quota', { resources: { requests: { cpu: '2' }, limits: { memory: '64Mi' } } });
  put('ranged', { resources: { limits: { memory: '2Gi' } } });
  put('strict');
  await k.pass(2);
  const failure = (namespace: string): string => {
    const found = k.world.store
      .get('Deployment', namespace, 'web')
      ?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    assert.equal(found?.reason, 'FailedCreate');
    return found?.message ?? '';
  };
  assert.match(
    failure('shop'),
    /^pods "web-\w+-" is forbidden: error looking up service account shop\/robot: serviceaccount "robot" not found$/,
  );
  assert.match(
    failure('quota'),
    /^pods "web-\w+-\w{5}" is forbidden: exceeded quota: team, requested: requests\.cpu=2, used: requests\.cpu=0, limited: requests\.cpu=1$/,
  );
  assert.match(
    failure('ranged'),
    /^pods "web-\w+-\w{5}" is forbidden: maximum memory usage per Container is 512Mi, but limit is 2Gi$/,
  );
  assert.ok(
    failure('strict').endsWith(
      'is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ),
  );
  assert.ok(k.events('FailedCreate').every(({ message }) => message.startsWith('Error creating: pods "web-')));
  put('quota', {});
  await k.pass(3);
  assert.match(failure('quota'), /failed quota: team: must specify limits\.memory for: web; requests\.cpu for: web$/);
  k.world.apply(object('ServiceAccount', 'robot'));
  await k.pass(9);
  assert.equal(k.deployment('web').status?.readyReplicas, 1);
  assert.equal(condition(k, 'web', 'ReplicaFailure'), undefined);
});

void test('quota usage counts running pods, and LimitRange defaults are filled in', async (t) => {
  const k = await kit(t);
  k.world.apply(
    object('ResourceQuota', 'team', {
      spec: { hard: { pods: '5', 'requests.memory': '1Gi', 'count/deployments.apps': '3' } },
    }),
  );
  k.world.apply(
    object('LimitRange', 'team', { spec: { limits: [{ type: 'Container', default: { memory: '128Mi' } }] } }),
  );
  k.world.apply(deployment('web', {}, {}, { replicas: 2 }));
  await k.pass(3);
  assert.deepEqual(k.world.get('ResourceQuota', 'shop', 'team')?.status, {
    hard: { pods: '5', 'requests.memory': '1Gi', 'count/deployments.apps': '3' },
    used: { pods: '2', 'requests.memory': '256Mi', 'count/deployments.apps': '1' },
  });
  const [pod] = k.pods('web');
  assert.deepEqual(pod?.spec.containers[0]?.resources, { limits: { memory: '128Mi' }, requests: { memory: '128Mi' } });
  assert.equal(
    pod?.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: memory request for container web; memory limit for container web',
  );
});

void test('pods that fit no node say why in the grammar of the scheduler', async (t) => {
  const taints = [{ key: 'team', value: 'db', effect: 'NoSchedule' }];
  const nodes = [{ name: 'a' }, { name: 'b', labels: { disk: 'ssd' } }, { name: 'c', taints }];
  const k = await kit(t, { nodes });
  k.world.apply(deployment('cpu', { resources: { requests: { cpu: '64' } } }));
  k.world.apply(deployment('os', {}, { nodeSelector: { 'kubernetes.io/os': 'linx' } }));
  k.world.apply(deployment('ssd', {}, { nodeSelector: { disk: 'ssd' } }));
  k.world.apply(deployment('claim', {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }));
  await k.pass(3);
  const message = (app: string): string => {
    const found = k.pods(app)[0]?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    assert.deepEqual([found?.status, found?.reason], ['False', 'Unschedulable']);
    return found?.message ?? '';
  };
  const preemption =
    'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
  assert.equal(
    message('cpu'),
    `0/3 nodes are available: 1 node(s) had untolerated taint {team: db}, 2 Insufficient cpu. ${preemption}`,
  );
  assert.equal(
    message('os'),
    `0/3 nodes are available: 1 node(s) had untolerated taint {team: db}, 2 node(s) didn't match Pod's node affinity/selector. ${preemption}`,
  );
  assert.equal(message('claim'), '0/3 nodes are available: persistentvolumeclaim "data" not found. not found');
  assert.equal(k.pods('ssd')[0]?.spec.nodeName, 'b');
  k.world.apply(
    object('PersistentVolumeClaim', 'data', {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fsat', resources: { requests: { storage: '1Gi' } } },
    }),
  );
  await k.pass(3);
  assert.equal(
    message('claim'),
    '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
  );
  assert.equal(k.events('ProvisioningFailed')[0]?.message, 'storageclass.storage.k8s.io "fsat" not found');
});

void test('claims bind through their class, wait for a consumer, or take the default class', async (t) => {
  const k = await kit(t);
  const claim = (name: string, storageClassName?: string) =>
    k.world.apply(
      object('PersistentVolumeClaim', name, {
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storageClassName === undefined ? {} : { storageClassName }),
          resources: { requests: { storage: '1Gi' } },
        },
      }),
    );
  const phase = (name: string) => k.world.store.get('PersistentVolumeClaim', 'shop', name)?.status?.phase;
  claim('none');
  await k.pass(1);
  assert.equal(
    k.events('FailedBinding')[0]?.message,
    'no persistent volumes available for this claim and no storage class is set',
  );
  for (const [name, volumeBindingMode, isDefault] of [
    ['fast', 'Immediate', 'false'],
    ['lazy', 'WaitForFirstConsumer', 'true'],
  ] as const) {
    const metadata = { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } };
    k.world.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata,
      provisioner: 'csi.example',
      volumeBindingMode,
    });
  }
  claim('fast', 'fast');
  await k.pass(1);
  assert.equal(phase('fast'), 'Bound');
  assert.equal(phase('none'), 'Pending');
  assert.equal(k.events('WaitForFirstConsumer')[0]?.object, 'PersistentVolumeClaim/none');
  k.world.apply(deployment('web', {}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'none' } }] }));
  await k.pass(3);
  assert.equal(phase('none'), 'Bound');
  assert.equal(k.deployment('web').status?.readyReplicas, 1);
});

void test('a Service has the ready pods of its selector, and no ports where its target port is unknown', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web', { ports: [{ name: 'http', containerPort: 8080 }] }));
  const service = (name: string, app: string, targetPort: string | number) =>
    k.world.apply(object('Service', name, { spec: { selector: { app }, ports: [{ port: 80, targetPort }] } }));
  service('named', 'web', 'http');
  service('wrong', 'web', 'web');
  service('nobody', 'wbe', 8080);
  await k.pass(3);
  const slice = (name: string) =>
    (k.world.list('EndpointSlice') as EndpointSlice[]).find(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name,
    );
  assert.deepEqual(slice('named')?.ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(JSON.parse(JSON.stringify(slice('named')?.endpoints?.[0])).conditions, {
    ready: true,
    serving: true,
    terminating: false,
  });
  assert.equal(slice('wrong')?.ports, null);
  assert.equal(slice('wrong')?.endpoints?.length, 1);
  assert.equal(slice('nobody')?.endpoints, null);
});

void test('a StatefulSet makes its pods in order, and waits behind one that is not ready', async (t) => {
  const k = await kit(t);
  const set = (image: string) => {
    const { spec } = deployment(
      'db',
      { image },
      {},
      {
        serviceName: 'db',
        replicas: 2,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    );
    k.world.apply(object('StatefulSet', 'db', { spec: spec ?? {} }, 'apps/v1'));
  };
  k.world.apply({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 's', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'csi.example',
  });
  set('reg.example/web:1');
  await k.pass(5);
  const state = () => (k.world.get('StatefulSet', 'shop', 'db') as StatefulSet).status;
  assert.deepEqual(
    k.pods('db').map(({ metadata }) => metadata.name),
    ['db-0', 'db-1'],
  );
  assert.equal(state()?.readyReplicas, 2);
  assert.deepEqual(
    k.world.list('PersistentVolumeClaim', 'shop').map(({ metadata }) => metadata.name),
    ['data-db-0', 'data-db-1'],
  );
  set('reg.example/web:l');
  await k.pass(4);
  assert.deepEqual(
    k.pods('db').map(({ metadata, status }) => [metadata.name, status?.containerStatuses?.[0]?.ready]),
    [
      ['db-0', true],
      ['db-1', false],
    ],
  );
  assert.notEqual(state()?.currentRevision, state()?.updateRevision);
  assert.equal(state()?.updatedReplicas, 1);
});

void test('a DaemonSet has a pod on every node that fits it', async (t) => {
  const k = await kit(t, {
    nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c', taints: [{ key: 'x', effect: 'NoSchedule' }] }],
  });
  const { spec } = deployment('agent');
  k.world.apply(object('DaemonSet', 'agent', { spec: spec ?? {} }, 'apps/v1'));
  await k.pass(3);
  assert.deepEqual(
    k
      .pods('agent')
      .map((pod) => pod.spec.nodeName ?? '')
      .toSorted((a, b) => a.localeCompare(b)),
    ['a', 'b'],
  );
  const status = k.world.store.get('DaemonSet', 'shop', 'agent')?.status;
  assert.deepEqual([status?.desiredNumberScheduled, status?.numberReady], [2, 2]);
});

const template = (image: string) => ({ spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } });

void test('Jobs complete or fail at their backoff limit, and CronJobs keep the last few', async (t) => {
  const k = await kit(t, { images: { 'reg.example/fail': { exit: 4, log: ['upstream returned 503'] } } });
  k.world.apply(object('Job', 'good', { spec: { template: template('reg.example/task:1') } }, 'batch/v1'));
  k.world.apply(
    object('Job', 'bad', { spec: { backoffLimit: 1, template: template('reg.example/fail:1') } }, 'batch/v1'),
  );
  const jobTemplate = { spec: { backoffLimit: 0, template: template('reg.example/fail:1') } };
  k.world.apply(object('CronJob', 'nightly', { spec: { schedule: '* * * * *', jobTemplate } }, 'batch/v1'));
  await k.pass(8);
  const job = (name: string) => (k.world.get('Job', 'shop', name) as Job).status;
  assert.equal(job('good')?.succeeded, 1);
  assert.ok(job('good')?.conditions?.some(({ type }) => type === 'Complete'));
  assert.equal(job('bad')?.failed, 2);
  assert.ok(job('bad')?.conditions?.some(({ type, reason }) => type === 'Failed' && reason === 'BackoffLimitExceeded'));
  await k.pass(180);
  const jobs = k.world.list('Job', 'shop').filter(({ metadata }) => metadata.name.startsWith('nightly-'));
  assert.equal(jobs.length, 1);
  assert.equal(k.events('SuccessfulCreate').filter(({ object: name }) => name === 'CronJob/nightly').length, 3);
});

const at = (time: string): Date => new Date(`2026-11-21T${time}:00Z`);

void test('schedules of five fields are due when each field says so', () => {
  assert.equal(isDue('*/15 6 * * *', at('06:30')), true);
  assert.equal(isDue('*/15 6 * * *', at('06:31')), false);
  assert.equal(isDue('0 6-8 * * 6', at('07:00')), true);
  assert.equal(isDue('0 6-8 * * 1-5', at('07:00')), false);
  assert.equal(isDue('@hourly', at('07:00')), true);
});

void test('deleting an owner takes what it owns, and a namespace what is inside', async (t) => {
  const k = await kit(t);
  k.world.apply(deployment('web'));
  await k.pass(2);
  k.world.store.delete(k.deployment('web'));
  assert.equal(k.pods('web').length, 0);
  assert.equal(k.world.list('ReplicaSet', 'shop').length, 0);
  const namespace = k.world.get('Namespace', undefined, 'shop');
  assert.ok(namespace);
  k.world.store.delete(namespace);
  assert.equal(k.world.list('ServiceAccount', 'shop').length, 0);
});
