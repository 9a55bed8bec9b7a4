import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '../../src/adapters/argocd/client.ts';
import { orArgoCd } from '../../src/app/argocd.ts';
import type { DoctorLine } from '../../src/app/doctor/line.ts';
import { examineArgoCdApi } from '../../src/app/doctor/argocd-api.ts';
import type { Application } from '../../src/domain/kubernetes/application.ts';
import type { DryRun, DryRunAnswer } from '../../src/ports/cluster.ts';
import type { Answer } from '../adapters/argocd/server.ts';
import { recorded, serve } from '../adapters/argocd/server.ts';
import { createTestLog } from '../adapters/github/client.ts';
import { snapshotWith } from '../stages/prove/scene.ts';

const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'diff-mwqi7bjt', name: 'web' };
const asking = { application: { namespace: 'argocd', name: 'diff-mwqi7bjt' } };
const own = (answer: DryRunAnswer): DryRun => ({ apply: async () => answer, create: async () => answer });
const OFF: DryRunAnswer = { kind: 'unavailable', reason: 'dry-runs are off: no policy' };

test('Remendo’s own answer counts where there is one; Argo CD is asked where there is none', async (t) => {
  const { url, asked } = await serve(t, [recorded('managed-deployment'), recorded('accepted')]);
  const client = createClient({ server: url, token: 'a-token' });
  const log = createTestLog();
  const refused: DryRunAnswer = { kind: 'refused', status: 422, message: 'no', warnings: [] };
  assert.equal(await orArgoCd(own(refused), client, log).apply({}, ref, asking), refused);
  assert.equal(asked.length, 0);

  const either = orArgoCd(own(OFF), client, log);
  assert.equal((await either.apply({}, ref, asking)).kind, 'unavailable', 'everything would go away');
  assert.equal(await either.create({}, ref), OFF, 'pods are for the own dry run alone');
  const neither = await either.apply({}, { ...ref, name: 'other' }, asking);
  assert.match(
    neither.kind === 'unavailable' ? neither.reason : '',
    /^dry-runs are off: no policy; nor through Argo CD: /,
  );

  const nobody = own(OFF);
  assert.equal(orArgoCd(nobody, undefined, log), nobody);
});

const application = (name: string, project: string): Application => ({
  metadata: { name, namespace: 'argocd' },
  spec: { project, destination: {} },
});
const SNAPSHOT = snapshotWith({
  Application: [application('web', 'default'), application('api', 'default'), application('db', 'data')],
});
const answer = (body: object, status = 200): Answer => ({ status, headers: {}, body });
const VERSION = answer({ Version: 'v3.2.11+unknown' });
const DENIED = recorded('account-without-rights');

async function lineOf(t: TestContext, answers: readonly Answer[]): Promise<DoctorLine & { asked: readonly string[] }> {
  const { url: server, asked } = await serve(t, answers);
  const [line, ...more] = await examineArgoCdApi({ argocd: { server } }, { argocdToken: 'a-token' }, SNAPSHOT);
  assert.ok(line && more.length === 0);
  return { ...line, asked: asked.map(({ url }) => url.pathname) };
}

test('doctor: an Argo CD that can be asked', async (t) => {
  const line = await lineOf(t, [VERSION, answer({}), answer({}), answer({ value: 'no' })]);
  assert.equal(line.result, 'ok');
  assert.match(line.detail, /Argo CD v3\.2\.11\+unknown: it can be asked what the API server says to an edit$/);
  assert.deepEqual(line.asked.slice(1, 3).toSorted(), [
    '/api/v1/applications/db/managed-resources',
    '/api/v1/applications/web/managed-resources',
  ]);
  const mighty = await lineOf(t, [VERSION, answer({}), answer({}), answer({ value: 'yes' })]);
  assert.match(mighty.detail, /it may sync too, which Remendo does not need$/);
});

test('doctor: an Argo CD that cannot, with what to do', async (t) => {
  const cases: readonly (readonly [readonly Answer[], DoctorLine['result'], RegExp, RegExp])[] = [
    [[answer({ Version: 'v3.1.8' })], 'problem', /is Argo CD v3\.1\.8$/, /needs 3\.2/],
    [[VERSION, answer({}), DENIED], 'problem', /may not get Applications of (?:default|data)$/, /applications, get/],
    [[VERSION, recorded('wrong-token')], 'problem', /token is not accepted/, /REMENDO_ARGOCD_TOKEN/],
    [[answer({ message: 'a login page' })], 'problem', /something else than Argo CD/, /argocd\.server/],
    [[VERSION, answer({ error: 'busy' }, 503)], 'unknown', /HTTP 503/, /^$/],
  ];
  for (const [answers, result, detail, remedy] of cases) {
    const line = await lineOf(t, answers);
    assert.equal(line.result, result, JSON.stringify(line));
    assert.match(line.detail, detail);
    assert.match(line.remedy ?? '', remedy);
  }
});

test('doctor: nothing where nothing is configured, and a problem where half of it is', async () => {
  assert.deepEqual(await examineArgoCdApi({ argocd: undefined }, {}, SNAPSHOT), []);
  const [noToken] = await examineArgoCdApi({ argocd: { server: 'https://argocd.example.com' } }, {}, SNAPSHOT);
  assert.match(noToken?.remedy ?? '', /REMENDO_ARGOCD_TOKEN/);
  const [noServer] = await examineArgoCdApi({ argocd: undefined }, { argocdToken: 'x' }, SNAPSHOT);
  assert.match(noServer?.remedy ?? '', /argocd\.server/);
});
