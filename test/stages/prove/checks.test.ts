import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Operation } from '../../../src/domain/change.ts';
import { parseFieldPath } from '../../../src/domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { project } from '../../../src/domain/kubernetes/project.ts';
import type { Asking, DryRun, DryRunAnswer } from '../../../src/ports/cluster.ts';
import { apiServer } from '../../../src/stages/prove/checks/api-server.ts';
import { exactRender } from '../../../src/stages/prove/checks/exact-render.ts';
import { fits } from '../../../src/stages/prove/checks/fits.ts';
import { guardrails } from '../../../src/stages/prove/checks/guardrails.ts';
import { changeKey, history } from '../../../src/stages/prove/checks/history.ts';
import { liveDrift } from '../../../src/stages/prove/checks/live-drift.ts';
import { podAdmission } from '../../../src/stages/prove/checks/pod-admission.ts';
import { references } from '../../../src/stages/prove/checks/references.ts';
import { rendered, scene, snapshotWith, version } from './scene.ts';

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.2.3
        env:
        - {name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}
        livenessProbe: {httpGet: {path: /healthz, port: 8080}}
        resources: {requests: {memory: 64Mi}, limits: {memory: 128Mi}}
        securityContext: {runAsNonRoot: true}
`;
const REF = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const C = 'spec.template.spec.containers[name=web]';

function path(text: string): Operation['path'] {
  const parsed = parseFieldPath(text);
  assert.ok(parsed.ok);
  return parsed.value;
}
const set = (field: string, value: JsonValue): Change => ({
  object: REF,
  operations: [{ op: 'replace', path: path(field), value }],
});
const add = (field: string, value: JsonValue): Change => ({
  object: REF,
  operations: [{ op: 'add', path: path(field), value }],
});
const remove = (field: string): Change => ({ object: REF, operations: [{ op: 'remove', path: path(field) }] });
const MEMORY = set(`${C}.resources.limits.memory`, '256Mi');

test('exact render passes for just the intended change', async () => {
  const answer = await exactRender.run(scene({ before: WEB, changes: [MEMORY] }));
  assert.equal(answer.result, 'pass');
});

test('exact render refuses a change that moves something else', async () => {
  const after = rendered(WEB.replace('128Mi', '256Mi').replace('replicas: 2', 'replicas: 3'));
  const answer = await exactRender.run(scene({ before: WEB, changes: [MEMORY], after }));
  assert.equal(answer.result, 'fail');
  assert.match(answer.detail, /\/spec\/replicas would be 3 where 2 is intended/);
});

test('exact render refuses objects that appear or vanish', async () => {
  const more = `${WEB.replace('128Mi', '256Mi')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n`;
  assert.match(
    (await exactRender.run(scene({ before: WEB, changes: [MEMORY], after: rendered(more) }))).detail,
    /would appear/,
  );
  assert.match((await exactRender.run(scene({ before: WEB, changes: [MEMORY], after: [] }))).detail, /would disappear/);
});

test('exact render refuses a change of another Application, and does not know where one cannot be rendered', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  const other = {
    application: { namespace: 'argocd', name: 'other' },
    before: rendered(WEB),
    after: rendered(WEB.replace('128Mi', '256Mi')),
  };
  const shared = await exactRender.run({ ...base, pairs: [...base.pairs, other] });
  assert.equal(shared.result, 'fail');
  assert.match(shared.detail, /Application other/);
  const unrendered = [{ application: { namespace: 'argocd', name: 'x' }, reason: 'helm is missing' }];
  assert.equal((await exactRender.run({ ...base, unrendered })).result, 'unknown');
});

test('exact render follows the new name of a generated ConfigMap', async () => {
  const map = (name: string, key: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings-${name}}\ndata: {${key}: live}\n`;
  const web = (name: string): string => WEB.replace('name: settings', `name: settings-${name}`);
  const before = `${map('6f426thc74', 'moed')}---\n${web('6f426thc74')}`;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings-6f426thc74' };
  const changes: Change[] = [
    {
      object,
      operations: [
        { op: 'remove', path: ['data', 'moed'] },
        { op: 'add', path: ['data', 'mode'], value: 'live' },
      ],
    },
  ];
  const after = rendered(`${map('9k2t4m6h7b', 'mode')}---\n${web('9k2t4m6h7b')}`);
  assert.equal((await exactRender.run(scene({ before, changes, after }))).result, 'pass');
  const half = rendered(`${map('9k2t4m6h7b', 'mode')}---\n${web('6f426thc74')}`);
  assert.equal((await exactRender.run(scene({ before, changes, after: half }))).result, 'fail');
});

const dryRun = (answer: DryRunAnswer) => ({ apply: async () => answer, create: async () => answer });

test('the API server and pod admission: accepted, refused, unavailable', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  const accept = async (object: JsonObject) => ({ kind: 'accepted', object, warnings: ['deprecated thing'] }) as const;
  const accepted = { ...base, dryRun: { apply: accept, create: accept } };
  assert.match((await apiServer.run(accepted)).detail, /deprecated thing/);
  assert.equal((await podAdmission.run(accepted)).result, 'pass');
  const refused = { ...base, dryRun: dryRun({ kind: 'refused', status: 422, message: 'Invalid value', warnings: [] }) };
  assert.equal((await apiServer.run(refused)).result, 'fail');
  assert.equal((await podAdmission.run(refused)).result, 'fail');
  assert.equal((await apiServer.run(base)).result, 'unknown');
  assert.equal((await podAdmission.run(base)).result, 'unknown');
});

test('the API server, asked by Argo CD: the proof says so, and Argo CD is told whose object it is', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  const asked: unknown[] = [];
  const through = (answer: DryRunAnswer): DryRun => ({
    ...base.dryRun,
    apply: async (_object: unknown, _ref: unknown, asking?: Asking) => {
      asked.push(asking?.application);
      return answer;
    },
  });
  const [edited] = base.pairs[0]?.after ?? [];
  assert.ok(edited);
  const answer = (object: JsonObject): DryRun =>
    through({ kind: 'accepted', object, warnings: [], askedBy: 'Argo CD' });
  const passed = await apiServer.run({ ...base, dryRun: answer(edited.object) });
  assert.deepEqual(passed, {
    result: 'pass',
    detail: 'Accepted in dry-run, asked by Argo CD (its server-side diff).',
  });
  assert.deepEqual(asked, [{ namespace: 'argocd', name: 'shop' }]);
  const lost = await apiServer.run({ ...base, dryRun: answer({}) });
  assert.equal(lost.result, 'unknown', 'Argo CD leaves out fields that it is told to ignore');
  const text = JSON.stringify(edited.object).replaceAll('256Mi', '128Mi');
  const kept = await apiServer.run({ ...base, dryRun: answer(JSON.parse(text)) });
  assert.equal(kept.code, 'set-back', 'a webhook sets it back, which Argo CD shows');
  const refused = through({ kind: 'refused', message: 'Invalid value', warnings: [], askedBy: 'Argo CD' });
  const failed = await apiServer.run({ ...base, dryRun: refused });
  assert.equal(failed.result, 'fail');
  assert.match(failed.detail, /would be refused \(asked by Argo CD, in its server-side diff\): Invalid value$/);
});

test('pod admission builds the pod as the controller would', async () => {
  let sent: unknown;
  const base = scene({
    before: WEB.replace('kind: Deployment', 'kind: StatefulSet').replace(
      '  replicas: 2\n',
      '  volumeClaimTemplates: [{metadata: {name: data}}]\n',
    ),
    changes: [],
  });
  const [pair] = base.pairs;
  assert.ok(pair);
  const after = rendered(
    WEB.replace('kind: Deployment', 'kind: StatefulSet')
      .replace('  replicas: 2\n', '  volumeClaimTemplates: [{metadata: {name: data}}]\n')
      .replace('128Mi', '256Mi'),
  );
  const create = async (pod: unknown): Promise<DryRunAnswer> => {
    sent = pod;
    return { kind: 'accepted', object: {}, warnings: [] };
  };
  await podAdmission.run({ ...base, pairs: [{ ...pair, after }], dryRun: { ...base.dryRun, create } });
  const pod = JSON.stringify(sent);
  assert.match(pod, /"kind":"Pod"/);
  assert.match(pod, /"volumes":\[\{"name":"data","persistentVolumeClaim":\{"claimName":"data-web-0"\}\}\]/);
  assert.match(pod, /"labels":\{"app":"web"\}/);
});

const REFUSED_BY_GUARDRAILS: readonly (readonly [string, Change, RegExp])[] = [
  ['a field that is not on the list', set('metadata.name', 'x'), /not on the list of fields/],
  ['more than the allowed step', set(`${C}.resources.limits.memory`, '1Gi'), /more than 4 times/],
  ['more than the ceiling', set(`${C}.resources.limits.memory`, '16Gi'), /ceiling/],
  ['what is no quantity', set(`${C}.resources.limits.memory`, 'lots'), /no quantity/],
  ['a removed probe', remove(`${C}.livenessProbe`), /hides the failure/],
  ['a removed security context', remove(`${C}.securityContext`), /loosen/],
  ['root', add(`${C}.securityContext.runAsUser`, 0), /loosen/],
  ['privileged', add(`${C}.securityContext.privileged`, true), /host/],
  ['the host network', add('spec.template.spec.hostNetwork', true), /host/],
];

for (const [what, change, says] of REFUSED_BY_GUARDRAILS) {
  test(`guardrails refuse ${what}`, async () => {
    const answer = await guardrails.run(scene({ before: WEB, changes: [change] }));
    assert.equal(answer.result, 'fail');
    assert.match(answer.detail, says);
  });
}

test('guardrails never open protected kinds, whatever the configuration says', async () => {
  const object = { apiVersion: 'v1', kind: 'LimitRange', namespace: 'shop', name: 'limits' };
  const before = 'apiVersion: v1\nkind: LimitRange\nmetadata: {name: limits}\nspec: {limits: []}\n';
  const policy = {
    ...DEFAULT_POLICY,
    guardrails: { ...DEFAULT_POLICY.guardrails, kinds: ['LimitRange'], fields: ['**'] },
  };
  const changes: Change[] = [{ object, operations: [{ op: 'add', path: ['spec', 'x'], value: 1 }] }];
  const answer = await guardrails.run(scene({ before, changes, more: { policy } }));
  assert.match(answer.detail, /LimitRange is never changed/);
});

test('guardrails let a value come back that the repository had, also a large step or a looser context', async () => {
  const large = set(`${C}.resources.limits.memory`, '1Gi');
  const versions = [version(WEB, '2026-11-21T10:00:00Z'), version(WEB.replace('128Mi', '1Gi'), '2026-11-01T10:00:00Z')];
  assert.equal((await guardrails.run(scene({ before: WEB, changes: [large], versions }))).result, 'pass');
  const loose = remove(`${C}.securityContext`);
  const without = WEB.replace(/ +securityContext:.*\n/, '');
  const base = scene({
    before: WEB,
    changes: [loose],
    versions: [version(WEB, '2026-11-21T10:00:00Z'), version(without, '2026-11-01T10:00:00Z')],
  });
  assert.equal((await guardrails.run(base)).result, 'fail');
  assert.equal((await guardrails.run({ ...base, fix: { ...base.fix, origin: 'history' } })).result, 'pass');
});

test('references: what the change newly names must exist', async () => {
  const field = `${C}.env[name=MODE].valueFrom.configMapKeyRef.key`;
  const settings = project('ConfigMap', { metadata: { name: 'settings', namespace: 'shop' }, data: { level: 'x' } });
  assert.ok(settings.ok);
  const snapshot = snapshotWith({ ConfigMap: [settings.value] });
  const good = scene({ before: WEB, changes: [set(field, 'level')], more: { snapshot } });
  assert.equal((await references.run(good)).result, 'pass');
  const bad = scene({ before: WEB, changes: [set(field, 'nowhere')], more: { snapshot } });
  assert.match((await references.run(bad)).detail, /key nowhere of ConfigMap settings, which does not exist/);
  const blind = { ...bad, snapshot: snapshotWith({}, [{ kind: 'ConfigMap', reason: 'forbidden' }]) };
  assert.equal((await references.run(blind)).result, 'unknown');
  assert.equal((await references.run(scene({ before: WEB, changes: [MEMORY] }))).result, 'not-applicable');
});

test('references: an image counts as existing where it runs or the registry has it', async () => {
  const changes = [set(`${C}.image`, 'registry.example/web:1.2.4')];
  const base = scene({ before: WEB, changes });
  assert.equal((await references.run(base)).result, 'unknown');
  const has = (value: boolean) => ({ ...base.registry, exists: async () => ({ ok: true as const, value }) });
  assert.equal((await references.run({ ...base, registry: has(true) })).result, 'pass');
  assert.equal((await references.run({ ...base, registry: has(false) })).result, 'fail');
});

const node = (memory: string) => {
  const parsed = project('Node', {
    metadata: { name: 'n', labels: { 'kubernetes.io/os': 'linux' } },
    status: { allocatable: { memory, cpu: '4' } },
  });
  assert.ok(parsed.ok);
  return parsed.value;
};

test('fits: a pod must fit an empty node, and what quota leaves', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  assert.equal((await fits.run(base)).result, 'unknown');
  assert.equal((await fits.run({ ...base, snapshot: snapshotWith({ Node: [node('1Gi')] }) })).result, 'pass');
  assert.equal((await fits.run({ ...base, snapshot: snapshotWith({ Node: [node('32Mi')] }) })).result, 'fail');
  const quota = project('ResourceQuota', {
    metadata: { name: 'team', namespace: 'shop' },
    status: { hard: { 'limits.memory': '400Mi' }, used: { 'limits.memory': '256Mi' } },
  });
  assert.ok(quota.ok);
  const snapshot = snapshotWith({ Node: [node('1Gi')], ResourceQuota: [quota.value] });
  assert.match((await fits.run({ ...base, snapshot })).detail, /would exceed ResourceQuota team/);
  assert.equal((await fits.run(scene({ before: WEB, changes: [set(`${C}.image`, 'x')] }))).result, 'not-applicable');
});

test('history: a refuted change, a pull request of others, and a change since the failure began are vetoes', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  assert.equal((await history.run(base)).result, 'pass');
  assert.equal((await history.run({ ...base, humanPullRequests: undefined })).result, 'unknown');
  assert.equal((await history.run({ ...base, refuted: new Set([changeKey(base.fix)]) })).result, 'fail');
  assert.match((await history.run({ ...base, humanPullRequests: [{ number: 7, url: '' }] })).detail, /#7/);
  const during = [version(WEB, '2026-11-21T11:30:00Z'), version(WEB.replace('128Mi', '64Mi'), '2026-11-20T10:00:00Z')];
  assert.match(
    (await history.run(scene({ before: WEB, changes: [MEMORY], versions: during }))).detail,
    /changed by Dana/,
  );
  const suspect = [version(WEB, '2026-11-21T10:59:00Z'), version(WEB.replace('128Mi', '64Mi'), '2026-11-20T10:00:00Z')];
  assert.equal((await history.run(scene({ before: WEB, changes: [MEMORY], versions: suspect }))).result, 'pass');
  const elsewhere = [
    version(WEB, '2026-11-21T11:30:00Z'),
    version(WEB.replace('replicas: 2', 'replicas: 1'), '2026-11-20T10:00:00Z'),
  ];
  assert.equal((await history.run(scene({ before: WEB, changes: [MEMORY], versions: elsewhere }))).result, 'pass');
});

test('live drift: where Git is right and the cluster is not, the answer is sync', async () => {
  const live = (memory: string) => {
    const [object] = rendered(
      WEB.replace('128Mi', memory)
        .replace('metadata: {name: web}', 'metadata: {name: web, namespace: shop}')
        .replace('spec:\n', 'spec:\n  selector: {}\n'),
    );
    const parsed = project('Deployment', object?.object ?? {});
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
    return snapshotWith({ Deployment: [parsed.value] });
  };
  const base = scene({ before: WEB, changes: [MEMORY] });
  assert.equal((await liveDrift.run({ ...base, snapshot: live('128Mi') })).result, 'pass');
  assert.equal((await liveDrift.run({ ...base, snapshot: live('134217728') })).result, 'pass');
  const elsewhere = { ...base, snapshot: live('32Mi') };
  assert.match((await liveDrift.run(elsewhere)).detail, /out of sync, or something else sets the field/);
  const location = { ...base.location, syncedRevision: 'b'.repeat(40) };
  assert.match(
    (await liveDrift.run({ ...elsewhere, location })).detail,
    /sync the Application first \(it is at bbbbbbbb/,
  );
  assert.equal((await liveDrift.run(base)).result, 'not-applicable');
});

test('live drift: what Argo CD is told to ignore is never proposed', async () => {
  const base = scene({ before: WEB, changes: [MEMORY] });
  const ignoring = (rule: object) =>
    liveDrift.run({
      ...base,
      location: {
        ...base.location,
        spec: { ...base.location.spec, ignoreDifferences: [{ group: 'apps', kind: 'Deployment', ...rule }] },
      },
    });
  const limit = '.spec.template.spec.containers[]';
  for (const rule of [
    { jsonPointers: ['/spec/template'] },
    { jqPathExpressions: [`${limit}.resources`] },
    { jqPathExpressions: [`${limit} | select(.name == "web") | .resources.limits["memory"]`] },
    { group: '*', kind: '*', jqPathExpressions: ['.spec.template.spec.containers[]?.resources.limits'] },
  ]) {
    const { result, code } = await ignoring(rule);
    assert.deepEqual([result, code], ['fail', 'ignored-field'], JSON.stringify(rule));
  }
  for (const rule of [
    { jsonPointers: ['/spec/replicas', '/spec/temp'] },
    { jqPathExpressions: [`${limit}.resources.requests`, `${limit} | select(.name == "other")`, 'del(.spec)'] },
    { name: 'other', jsonPointers: ['/spec'] },
    { kind: 'StatefulSet', jsonPointers: ['/spec'] },
  ]) {
    assert.notEqual((await ignoring(rule)).code, 'ignored-field', JSON.stringify(rule));
  }
});
