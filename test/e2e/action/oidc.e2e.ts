import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import type { BareApiServer } from '../bad-input/bare-api-server.ts';
import { startBareApiServer } from '../bad-input/bare-api-server.ts';
import type { Bench } from '../bad-input/support.ts';
import { startBench } from '../bad-input/support.ts';
import { manifests, install } from '../cluster/install.ts';
import type { ApiClient } from '../cluster/client.ts';
import { createApiClient } from '../cluster/client.ts';
import { until } from '../scenarios/world.ts';
import type { Claims, Issuer } from './issuer.ts';
import { MAIN, startIssuer, startRunner } from './issuer.ts';

/** docs/action.md, word by word: an API server that trusts GitHub Actions, and the kubeconfig of the example workflows. */
const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs');
const document = readFileSync(join(DOCS, 'action.md'), 'utf8');
const GITHUB = 'https://token.actions.githubusercontent.com';

let bench: Bench;
let bare: BareApiServer;
let issuer: Issuer;

before(async () => {
  bench = startBench();
  issuer = await startIssuer(bench);
  const [configuration = ''] = /(?<=```yaml\n)[^`]*kind: AuthenticationConfiguration[^`]*/.exec(document) ?? [];
  assert.ok(configuration.includes(`url: ${GITHUB}\n`), 'docs/action.md shows the issuer');
  const file = join(bench.folder, 'authentication.yaml');
  writeFileSync(file, configuration.replace(GITHUB, issuer.url));
  // The issuer that stands in has a certificate of this run's authority; GitHub's is one that every machine trusts.
  const env = { SSL_CERT_FILE: bench.cluster.ca };
  bare = await startBareApiServer(bench, [`--authentication-config=${file}`], env);
  await install(bare, 'reader');
  const command = /kubectl create clusterrolebinding (\S+) --clusterrole=(\S+) --user=(\S+)/.exec(document);
  const [, name = '', role = '', user = ''] = command ?? [];
  await bare.admin.apply(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  // The API server fetches the issuer's keys some moments after its start.
  await until('the API server knows the issuer', 60, async () =>
    (await as(MAIN).send('GET', '/api/v1/pods')).status === 200 ? true : undefined,
  );
});
after(() => bench.close());

const as = (claims: Claims, more = {}): ApiClient =>
  createApiClient(bare.server, { ca: bare.ca, token: issuer.token(claims, more) });

const Rules = z.array(
  z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
);

/** Whether a user may: what the API server answers about itself. */
async function may(client: ApiClient, attributes: object): Promise<boolean> {
  const { status, body } = await client.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributes },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body.status.allowed;
}

test('the documented workflow is let in, with the rights of a reader and no others', () =>
  bench.row('OIDC of the Action: main', 'let in, reads only', async () => {
    const inEnvironment = { ...MAIN, sub: 'repo:OWNER/NAME:environment:remendo', environment: 'remendo' };
    for (const claims of [MAIN, inEnvironment, { ...MAIN, event_name: 'workflow_dispatch' }]) {
      const { status, body } = await as(claims).send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      });
      assert.deepEqual([status, body.status.userInfo.username], [201, 'github:OWNER/NAME']);
      assert.deepEqual(body.status.userInfo.groups, ['system:authenticated']);
    }
    const client = as(MAIN);
    const role = manifests('reader').find(({ kind }) => kind === 'ClusterRole');
    const rules = Rules.parse(role?.['rules']);
    for (const { apiGroups, resources, verbs } of rules) {
      for (const [group, whole] of apiGroups.flatMap((one) => resources.map((other) => [one, other] as const))) {
        const [resource, subresource] = whole.split('/');
        for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']) {
          const allowed = await may(client, { group, resource, subresource, verb, namespace: 'shop' });
          assert.equal(allowed, verbs.includes(verb), `${verb} ${whole}`);
        }
      }
    }
    for (const attributes of [
      { resource: 'pods', subresource: 'exec', verb: 'create' },
      { resource: 'serviceaccounts', subresource: 'token', verb: 'create' },
      { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verb: 'escalate' },
      { resource: 'users', verb: 'impersonate' },
    ])
      assert.equal(await may(client, attributes), false, JSON.stringify(attributes));
  }));

/** Who must stay outside. */
const OTHERS: Readonly<Record<string, readonly [Claims, { readonly lives?: number; readonly forged?: boolean }?]>> = {
  'another repository': [{ ...MAIN, repository: 'OWNER/OTHER', sub: 'repo:OWNER/OTHER:ref:refs/heads/main' }],
  'a fork of it': [{ ...MAIN, repository: 'MALLORY/NAME', repository_owner: 'MALLORY' }],
  'a pull request, from a fork or not': [
    {
      ...MAIN,
      sub: 'repo:OWNER/NAME:pull_request',
      event_name: 'pull_request',
      ref: 'refs/pull/7/merge',
      head_ref: 'patch-1',
      base_ref: 'main',
    },
  ],
  'another branch': [{ ...MAIN, ref: 'refs/heads/feature', sub: 'repo:OWNER/NAME:ref:refs/heads/feature' }],
  'a tag of the branch’s name': [{ ...MAIN, ref: 'refs/tags/main', ref_type: 'tag' }],
  'a token for somebody else': [{ ...MAIN, aud: 'https://github.com/OWNER' }],
  'a token of yesterday': [MAIN, { lives: -3600 }],
  'a token that somebody else has signed': [MAIN, { forged: true }],
};

test('everybody else stays outside', () =>
  bench.row('OIDC of the Action: others', 'refused, each', async () => {
    for (const [who, [claims, more]] of Object.entries(OTHERS)) {
      const { status } = await as(claims, more).send('GET', '/api/v1/pods');
      assert.equal(status, 401, who);
    }
  }));

const Workflow = z.object({
  jobs: z.record(
    z.string(),
    z.object({ steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })) }),
  ),
});

test('the kubeconfig that the example workflows write, with a fresh token each time', () =>
  bench.row('OIDC of the Action: kubeconfig of the workflows', 'read; refused where it must be', async () => {
    const scripts = ['propose.yml', 'scan.yml'].map((name) => {
      const { jobs } = Workflow.parse(parse(readFileSync(join(DOCS, 'workflows', name), 'utf8')));
      const steps = Object.values(jobs).flatMap(({ steps }) => steps);
      return steps.find((step) => step.name === 'kubeconfig')?.run;
    });
    const [script = ''] = scripts;
    assert.ok(script !== '' && scripts.every((one) => one === script), 'both write the same');
    const temp = join(bench.folder, 'runner');
    mkdirSync(temp);
    const CA = readFileSync(bare.ca.cert).toString('base64');
    const env = { PATH: process.env['PATH'], RUNNER_TEMP: temp, SERVER: bare.server, CA };
    await promisify(execFile)('bash', ['-e', '-c', script], { env });
    let claims: Claims = MAIN;
    const runner = await startRunner(bench, (audience) => issuer.token({ ...claims, aud: audience }));
    const place = { KUBECONFIG: join(temp, 'kubeconfig'), ...runner };
    const good = await bench.run(['scan'], place);
    assert.equal(good.status, 0, good.err);
    assert.match(good.out, /nothing fails among what could be read/);
    claims = { ...MAIN, ref: 'refs/pull/7/merge' };
    const bad = await bench.run(['scan'], place);
    assert.equal(bad.status, 1, bad.out);
    assert.match(bad.err, /does not accept the credentials \(HTTP 401\), although the token is not out of date/);
  }));
