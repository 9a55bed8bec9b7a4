import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { renderedFiles } from '../../scripts/render-deploy.ts';
import { SECRET_KEYS } from '../../src/app/credentials-secret.ts';
import { parseConfig } from '../../src/config/load.ts';
import { ALL_KINDS, KINDS } from '../../src/domain/kubernetes/kinds.ts';
import { groupOf } from '../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { tools } from '../support/tools.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const chart = join(root, 'charts', 'remendo');

function helm(args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(tools().helm, args, { encoding: 'utf8', timeout: 30_000 });
  return { status, out: stdout, err: stderr };
}

const Meta = z.object({ name: z.string(), namespace: z.string().optional(), labels: z.record(z.string(), z.string()) });
const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: Meta });
type Manifest = z.infer<typeof Manifest>;

/** The objects of a release `bot` in the namespace `ops`, with these values. */
function render(values: object = {}): readonly Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'remendo-chart-'));
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  const { status, out, err } = helm(['template', 'bot', chart, '-n', 'ops', '--kube-version', '1.34.0', '-f', file]);
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, err);
  return parseAllDocuments(out).flatMap((document) =>
    document.toJS() == null ? [] : [Manifest.parse(document.toJS())],
  );
}

function only<T extends z.ZodType>(objects: readonly Manifest[], kind: string, schema: T, name?: string): z.infer<T> {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  assert.equal(found.length, 1, `${found.length} of ${kind} ${name ?? ''}`);
  return schema.parse(found[0]);
}

const Rules = z.object({
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
    }),
  ),
});

/** `verb group/resource` of every right of a role. */
function rightsOf({ rules }: z.infer<typeof Rules>): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => `${verb} ${group}/${resource}${resourceNames ? `:${resourceNames.join()}` : ''}`),
      ),
    ),
  );
}

const Deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }).optional(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        securityContext: z.looseObject({
          runAsNonRoot: z.literal(true),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            env: z.array(z.looseObject({ name: z.string() })),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
            volumeMounts: z.array(z.looseObject({ mountPath: z.string() })),
          }),
        ]),
        volumes: z.array(z.looseObject({ name: z.string(), hostPath: z.undefined().optional() })),
      }),
    }),
  }),
});
const FromSecret = z.object({
  name: z.string(),
  valueFrom: z.object({ secretKeyRef: z.looseObject({ name: z.string(), key: z.string() }) }),
});
const Settings = z.object({ data: z.object({ 'remendo.yaml': z.string() }) });

function configOf(objects: readonly Manifest[]) {
  const { data } = only(objects, 'ConfigMap', Settings, 'bot-remendo');
  const parsed = parseConfig(data['remendo.yaml'], 'remendo.yaml');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

test('helm lint --strict', () => {
  const { status, out, err } = helm(['lint', '--strict', chart, '--kube-version', '1.34.0']);
  assert.equal(status, 0, out + err);
});

for (const [path, text] of renderedFiles()) {
  test(`${path} is what the chart renders`, () => {
    assert.equal(readFileSync(join(root, path), 'utf8'), text, 'run: node scripts/render-deploy.ts');
  });
}

for (const folder of ['deploy', 'deploy/dry-run']) {
  test(`kubectl apply -k ${folder} finds every object, all in one namespace`, () => {
    const kubectl = tools().kustomize;
    const args = kubectl.endsWith('kubectl') ? ['kustomize', folder] : ['build', folder];
    const objects = parseAllDocuments(execFileSync(kubectl, args, { cwd: root, encoding: 'utf8' })).map((item) =>
      z.object({ kind: z.string(), metadata: z.object({ namespace: z.string().optional() }) }).parse(item.toJS()),
    );
    const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    assert.deepEqual([...namespaces], ['remendo']);
    assert.ok(objects.some(({ kind }) => kind === 'Namespace'));
    assert.ok(objects.some(({ kind }) => kind === 'Deployment'));
  });
}

describe('with its defaults', () => {
  const objects = render();

  test('the configuration is one, listens, elects a leader and only observes', () => {
    const config = configOf(objects);
    assert.equal(config.policy.mode, 'observe');
    assert.deepEqual(config.run.leaderElection, { namespace: 'ops', name: 'bot-remendo' });
    assert.equal(config.run.listen, '0.0.0.0:8080');
    assert.equal(config.cluster.dryRunAs, undefined);
  });

  test('the pod is allowed where PodSecurity is "restricted", and writes only into its own volumes', () => {
    const { spec } = only(objects, 'Deployment', Deployment);
    const [container] = spec.template.spec.containers;
    assert.deepEqual(
      spec.template.spec.volumes.map(({ name }) => name),
      ['config', 'state', 'tmp'],
    );
    assert.ok(container.volumeMounts.some(({ mountPath }) => configOf(objects).stateDirectory.startsWith(mountPath)));
    for (const [key, value] of Object.entries(spec.selector.matchLabels))
      assert.equal(spec.template.metadata.labels[key], value);
  });

  test('it may read the kinds that are looked at, and no other; write nothing; touch one Lease', () => {
    const reader = rightsOf(only(objects, 'ClusterRole', Rules));
    const wanted = ALL_KINDS.flatMap((kind) => {
      const { apiVersion, plural } = KINDS[kind];
      return ['get', 'list', 'watch'].map((verb) => `${verb} ${groupOf(apiVersion)}/${plural}`);
    });
    assert.deepEqual(reader.toSorted(), [...wanted, 'get /pods/log'].toSorted());
    assert.deepEqual(rightsOf(only(objects, 'Role', Rules)), [
      'get coordination.k8s.io/leases:bot-remendo',
      'update coordination.k8s.io/leases:bot-remendo',
      'create coordination.k8s.io/leases',
    ]);
  });

  test('nothing optional is there', () => {
    const kinds = new Set(objects.map(({ kind }) => kind));
    for (const kind of [
      'Secret',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'ServiceMonitor',
      'ValidatingAdmissionPolicy',
    ])
      assert.ok(!kinds.has(kind), kind);
  });

  test('installed twice, no object has the same name as one of the other', () => {
    const key = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
    const other = helm(['template', 'bot', chart, '-n', 'lab', '--kube-version', '1.34.0']).out;
    const theirs = new Set(parseAllDocuments(other).map((document) => key(Manifest.parse(document.toJS()))));
    assert.deepEqual(
      objects.map(key).filter((one) => theirs.has(one)),
      [],
    );
  });
});

describe('with two identities', () => {
  const objects = render({ dryRun: { enabled: true } });

  test('the second may patch and create what may be fixed, and pods; the first may only speak as it', () => {
    const kinds = [...DEFAULT_POLICY.guardrails.kinds].flatMap((kind) => ALL_KINDS.filter((known) => known === kind));
    assert.equal(kinds.length, DEFAULT_POLICY.guardrails.kinds.length);
    const wanted = kinds.flatMap((kind) =>
      ['patch', 'create'].map((verb) => `${verb} ${groupOf(KINDS[kind].apiVersion)}/${KINDS[kind].plural}`),
    );
    assert.deepEqual(
      rightsOf(only(objects, 'ClusterRole', Rules, 'ops-bot-remendo-dry-run')).toSorted(),
      [...wanted, 'create /pods'].toSorted(),
    );
    assert.deepEqual(rightsOf(only(objects, 'Role', Rules, 'bot-remendo-dry-run')), [
      'impersonate /serviceaccounts:bot-remendo-dry-run',
    ]);
    assert.equal(configOf(objects).cluster.dryRunAs, 'system:serviceaccount:ops:bot-remendo-dry-run');
  });

  test('the policy holds both identities to dry runs, fails closed, covers everything, and excepts one Lease', () => {
    const Policy = z.object({
      metadata: Meta,
      spec: z.looseObject({ validations: z.array(z.looseObject({ expression: z.string() })) }),
    });
    const policy = only(objects, 'ValidatingAdmissionPolicy', Policy);
    const { validations, ...spec } = policy.spec;
    const reader = 'system:serviceaccount:ops:bot-remendo';
    assert.deepEqual(spec, {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
      },
      matchConditions: [
        { name: 'is-remendo', expression: `request.userInfo.username in ['${reader}', '${reader}-dry-run']` },
      ],
    });
    const dryRun = '(has(request.dryRun) && request.dryRun == true)';
    const lease = [
      `request.userInfo.username == '${reader}'`,
      "request.resource.group == 'coordination.k8s.io'",
      "request.resource.resource == 'leases'",
      '!has(request.subResource)',
      "request.operation in ['CREATE', 'UPDATE']",
      "request.namespace == 'ops'",
      "request.name == 'bot-remendo'",
    ].join(' && ');
    assert.deepEqual(validations, [
      { expression: `${dryRun} || (${lease})`, message: 'Remendo may only dry-run', reason: 'Forbidden' },
    ]);
    const single = only(render({ replicaCount: 1, dryRun: { enabled: true } }), 'ValidatingAdmissionPolicy', Policy);
    assert.equal(single.spec.validations[0]?.expression, dryRun);
    const binding = only(objects, 'ValidatingAdmissionPolicyBinding', z.object({ spec: z.unknown() }));
    assert.deepEqual(binding.spec, { policyName: policy.metadata.name, validationActions: ['Deny'] });
  });
});

test('deploy/read-only holds the rights and the policy of deploy/dry-run, and no more', () => {
  const read = (path: string): readonly Manifest[] =>
    parseAllDocuments(readFileSync(join(root, 'deploy', path), 'utf8')).map((document) =>
      z
        .looseObject({ ...Manifest.shape, metadata: Meta.extend({ labels: Meta.shape.labels.optional() }) })
        .parse(document.toJS()),
    ) as readonly Manifest[];
  const key = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;
  const parts = ['reader', 'lease', 'policy', 'dry-run'].map((part) => read(`read-only/${part}.yaml`));
  const shipped = new Map(read('dry-run/remendo.yaml').map((object) => [key(object), object]));
  const [reader = [], lease = [], policy = [], dryRun = []] = parts;
  for (const object of parts.flat()) {
    if (object.kind !== 'Namespace') assert.deepEqual(object, shipped.get(key(object)), key(object));
  }
  const deployed = new Set(['ConfigMap', 'Deployment', 'Service']);
  assert.deepEqual(
    parts
      .flat()
      .map(key)
      .filter((one) => one !== 'Namespace remendo')
      .sort(),
    [...shipped].flatMap(([name, { kind }]) => (deployed.has(kind) ? [] : [name])).sort(),
  );
  const rights = (objects: readonly Manifest[]): readonly string[] =>
    objects.flatMap((object) => (object.kind.endsWith('Role') ? rightsOf(Rules.parse(object)) : []));
  assert.ok(rights(reader).every((right) => /^(get|list|watch) /.test(right)));
  assert.ok(rights(lease).every((right) => / coordination.k8s.io\/leases/.test(right)));
  assert.deepEqual(policy.map(key), [
    'ValidatingAdmissionPolicy remendo-read-only',
    'ValidatingAdmissionPolicyBinding remendo-read-only',
  ]);
  assert.ok(rights(dryRun).every((right) => /^(patch|create|impersonate) /.test(right)));
});

describe('values', () => {
  test('one pod needs no Lease, and is replaced, not joined', () => {
    const objects = render({ replicaCount: 1 });
    assert.equal(configOf(objects).run.leaderElection, undefined);
    assert.equal(only(objects, 'Deployment', Deployment).spec.strategy?.type, 'Recreate');
    assert.ok(!objects.some(({ kind }) => kind === 'Role'));
  });

  test('what the user configures wins over what the chart adds', () => {
    const config = configOf(render({ config: { mode: 'propose', run: { listen: '127.0.0.1:9000', interval: '5m' } } }));
    assert.equal(config.policy.mode, 'propose');
    assert.deepEqual([config.run.listen, config.run.intervalSeconds], ['127.0.0.1:9000', 300]);
    assert.equal(config.run.leaderElection?.name, 'bot-remendo');
  });

  test('secrets go into a Secret and nowhere else; an existing one is used as it is', () => {
    const objects = render({ credentials: { githubToken: 'SECRET-VALUE' } });
    assert.ok(objects.some(({ kind }) => kind === 'Secret'));
    const others = JSON.stringify(objects.filter(({ kind }) => kind !== 'Secret'));
    assert.ok(!others.includes('SECRET-VALUE') && !others.includes(Buffer.from('SECRET-VALUE').toString('base64')));
    const existing = render({ credentials: { existingSecret: 'mine' } });
    assert.ok(!existing.some(({ kind }) => kind === 'Secret'));
    const [container] = only(existing, 'Deployment', Deployment).spec.template.spec.containers;
    const taken = container.env.flatMap((one) => {
      const { data } = FromSecret.safeParse(one);
      return data === undefined ? [] : [[data.name, data.valueFrom.secretKeyRef] as const];
    });
    const wanted = Object.entries(SECRET_KEYS).map(([name, key]) => [name, { name: 'mine', key, optional: true }]);
    assert.deepEqual(Object.fromEntries(taken), Object.fromEntries(wanted));
    const named = container.env.find(({ name }) => name === 'REMENDO_CREDENTIALS_SECRET');
    assert.deepEqual(named, { name: 'REMENDO_CREDENTIALS_SECRET', value: 'ops/mine' });
  });

  test('pods start anew where the chart’s own Secret changes, and only there', () => {
    const sum = (values: object): string | undefined =>
      only(render(values), 'Deployment', Deployment).spec.template.metadata.annotations['checksum/credentials'];
    const token = (githubToken: string): string | undefined => sum({ credentials: { githubToken } });
    assert.equal(token('a'), token('a'));
    assert.notEqual(token('a'), token('b'));
    assert.equal(sum({ credentials: { existingSecret: 'mine' } }), undefined);
  });

  test('everything optional can be switched on', () => {
    const kinds = render({
      networkPolicy: { enabled: true, from: [{ namespaceSelector: {} }] },
      podDisruptionBudget: { enabled: true },
      metrics: { serviceMonitor: { enabled: true }, dashboard: { enabled: true } },
      image: { digest: `sha256:${'a'.repeat(64)}` },
    }).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const name of [
      'NetworkPolicy bot-remendo',
      'PodDisruptionBudget bot-remendo',
      'ServiceMonitor bot-remendo',
      'ConfigMap bot-remendo-dashboard',
    ]) {
      assert.ok(kinds.includes(name), name);
    }
  });

  for (const { title, set, says } of [
    { title: 'a wrong key of the configuration', set: 'config.mod=propose', says: /mod/ },
    { title: 'a wrong value of the configuration', set: 'config.run.interval=often', says: /interval/ },
    { title: 'a wrong value of the chart', set: 'replicaCounts=2', says: /replicaCounts/ },
    { title: 'a digest that is none', set: 'image.digest=latest', says: /digest/ },
  ]) {
    test(`${title} is refused at install`, () => {
      const { status, err } = helm(['template', 'bot', chart, '--kube-version', '1.34.0', '--set', set]);
      assert.notEqual(status, 0);
      assert.match(err, says);
    });
  }
});

test('the image has what the chart and the renderers ask for, pinned by checksum, and no root', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const { spec } = only(render(), 'Deployment', Deployment);
  assert.match(dockerfile, new RegExp(`^USER ${String(spec.template.spec.securityContext['runAsUser'])}:`, 'm'));
  assert.equal([...dockerfile.matchAll(/^ARG \w+_SHA256_\w+=[0-9a-f]{64}$/gm)].length, 4);
  assert.match(dockerfile, /sha256sum -c/);
});
