import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { examineClock } from '../../../src/app/doctor/clocks.ts';
import { examineForges } from '../../../src/app/doctor/forge.ts';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { firstConfig } from '../../../src/app/doctor/first-config.ts';
import { DoctorOut } from '../../../src/app/doctor/line.ts';
import type { DoctorLine } from '../../../src/app/doctor/line.ts';
import { snapshotOf } from '../../../src/app/offline.ts';
import { completeConfig } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load.ts';
import type { ConfigFile } from '../../../src/config/schema.ts';
import { startActionWorld } from '../../action/world.ts';
import { createTestLog } from '../../adapters/github/client.ts';
import { SHA, answering, serve as serveGitea } from '../../adapters/gitea/server.ts';
import type { Answer } from '../../adapters/gitea/server.ts';
import type { ActionWorld } from '../../action/world.ts';
import { folder, json, kubeconfigFor, remendo, serve } from './support.ts';

function find(out: DoctorOut, check: string, subject?: string): DoctorLine {
  const line = out.lines.find((one) => one.check === check && (subject === undefined || one.subject === subject));
  assert.ok(line, `no line ${check} ${subject ?? ''} in ${JSON.stringify(out.lines, null, 1)}`);
  return line;
}

describe('on a set-up that works', () => {
  let world: ActionWorld;
  before(async () => {
    world = await startActionWorld();
  });
  after(() => world.close());

  function lookAt(config: ConfigFile = {}, token: string | undefined = world.github.bot.token): Promise<DoctorOut> {
    const host = new URL(world.env['GITHUB_SERVER_URL'] ?? '').host;
    const full = completeConfig({
      mode: 'propose',
      cluster: { kubeconfig: world.env['INPUT_KUBECONFIG'] },
      github: { host, apiUrl: `http://${host}/api/v3` },
      state: { directory: join(world.directory, 'doctor') },
      log: { level: 'silent' },
      ...config,
    });
    const env = {
      PATH: process.env['PATH'],
      HOME: world.directory,
      ...(token === undefined ? {} : { GITHUB_TOKEN: token }),
    };
    return examine(full, { env, repositories: new Map() });
  }

  test('there is no problem, every line is well formed, and nothing was changed', async () => {
    const before = world.github.requests.length;
    const out = DoctorOut.parse(await lookAt());
    assert.deepEqual(
      out.lines.filter(({ result }) => result === 'problem'),
      [],
    );
    assert.match(find(out, 'cluster').detail, /1 pod\b/);
    assert.equal(find(out, 'rights', 'list').result, 'ok');
    assert.equal(find(out, 'rights', 'watch').result, 'ok');
    assert.equal(find(out, 'rights', 'pods/log').result, 'ok');
    assert.match(find(out, 'argocd').detail, /1 Application in argocd/);
    assert.match(find(out, 'repository').detail, /fetched; main/);
    assert.match(find(out, 'forge').detail, /remendo-bot may open pull requests/);
    assert.match(find(out, 'programs', 'git').detail, /git version/);
    const writes = world.github.requests
      .slice(before)
      .filter(({ method, path }) => !['GET', 'HEAD'].includes(method) && !path.startsWith('git:'));
    assert.deepEqual(writes, []);
  });

  test('what cannot be asked is never called ok', async () => {
    const out = await lookAt();
    // The simulators know neither access reviews nor the rules of branches.
    assert.equal(find(out, 'rights', 'write').result, 'unknown');
    assert.equal(find(out, 'signing').result, 'unknown');
    assert.equal(find(out, 'dry-run').result, 'ok');
    assert.equal(out.unknown, out.lines.filter(({ result }) => result === 'unknown').length);
  });

  test('without a credential, proposing is a problem and observing is not', async () => {
    assert.equal(find(await lookAt({}, ''), 'forge').result, 'problem');
    assert.equal(find(await lookAt({ mode: 'observe' }, ''), 'forge').result, 'unknown');
    const app = find(await lookAt({ github: { appId: 1 } }), 'forge');
    assert.match(app.remedy ?? '', /REMENDO_GITHUB_APP_KEY/);
  });

  test('a role that may not push, and a forge that is another one', async () => {
    const reader = world.github.addUser('reader');
    world.github.grant('shop', 'gitops', 'reader', 'read');
    assert.match(find(await lookAt({}, reader.token), 'forge').detail, /reader may not push/);
    assert.equal(
      find(await lookAt({ github: { host: 'ghe.example.com', apiUrl: 'http://127.0.0.1:9' } }), 'forge').result,
      'unknown',
    );
  });

  test('a model that does not answer', async () => {
    const out = await lookAt({ llm: { model: 'm', baseUrl: 'http://127.0.0.1:9/v1', timeout: 2 } });
    assert.equal(find(out, 'model').result, 'problem');
  });

  test('init writes what it found, parses, and leaves a file that is there alone', async (t: TestContext) => {
    const file = join(folder(t), 'remendo.yaml');
    const env = { KUBECONFIG: world.env['INPUT_KUBECONFIG'] };
    assert.equal((await remendo(['init', file], env)).status, 0);
    const text = readFileSync(file, 'utf8');
    const parsed = parseConfig(text, file);
    assert.ok(parsed.ok);
    const { cluster, ...rest } = parsed.value;
    const { cluster: _none, ...defaults } = completeConfig({});
    assert.deepEqual(rest, defaults);
    assert.match(cluster.name ?? '', /./);
    assert.match(text, /1 Application, 1 Git repository/);
    writeFileSync(file, 'mode: propose\n');
    const again = await remendo(['init', file], env);
    assert.equal(again.status, 1);
    assert.match(again.err, /there is such a file already/);
    assert.equal(readFileSync(file, 'utf8'), 'mode: propose\n');
  });
});

test('every key that init leaves commented out is one, with the default beside it', () => {
  const text = firstConfig(snapshotOf([], new Date(0)), 'my context');
  const parsed = parseConfig(text.replaceAll(/^#(?! \S)/gm, ''), 'remendo.yaml');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.value.policy, completeConfig({}).policy);
  assert.equal(parsed.value.cluster.context, 'my context');
});

test('repositories on other hosts: both kinds of forges are offered for the host, ready to be taken', () => {
  const application = {
    metadata: { name: 'a', namespace: 'argocd' },
    spec: { source: { repoURL: 'http://git.internal:3000/a/b.git' }, destination: {} },
  };
  const snapshot = snapshotOf([], new Date(0));
  const text = firstConfig({ ...snapshot, objects: { ...snapshot.objects, Application: [application] } }, undefined);
  assert.match(text, /Repositories are on git\.internal:3000\./);
  assert.match(text, /Gitea or Forgejo \(its token: REMENDO_GITEA_TOKEN\)/);
  const parsed = parseConfig(text.replaceAll(/^#(?! \S)/gm, ''), 'remendo.yaml');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.value.gitea, { host: 'git.internal:3000', apiUrl: 'http://git.internal:3000/api/v1' });
  assert.equal(parsed.value.github.host, 'git.internal:3000');
});

test('a URL with a password is written without it', () => {
  const application = {
    metadata: { name: 'a', namespace: 'argocd' },
    spec: { source: { repoURL: 'https://user:secret@git.example.com/a/b.git' }, destination: {} },
  };
  const snapshot = snapshotOf([], new Date(0));
  const text = firstConfig({ ...snapshot, objects: { ...snapshot.objects, Application: [application] } }, undefined);
  assert.match(text, /https:\/\/git\.example\.com\/a\/b\.git/);
  assert.doesNotMatch(text, /secret/);
});

describe('on a set-up that does not work', () => {
  test('a cluster that does not answer: one problem, and what hangs on it is unknown', async (t) => {
    const directory = folder(t);
    const kubeconfig = kubeconfigFor(directory, 'http://127.0.0.1:9');
    const config = completeConfig({ cluster: { kubeconfig }, state: { directory }, log: { level: 'silent' } });
    const out = await examine(config, { env: { HOME: directory, PATH: process.env['PATH'] }, repositories: new Map() });
    assert.equal(find(out, 'cluster').result, 'problem');
    assert.equal(find(out, 'repository').result, 'unknown');
    assert.equal(out.problems, 1);
  });

  test('rights that miss, rights that are too many, and a clock that is wrong', async (t) => {
    const directory = folder(t);
    const server = await serve(t, (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      response.setHeader('date', new Date(Date.now() + 300_000).toUTCString());
      if (url.pathname === '/version') return json(response, 200, { gitVersion: 'v1.34.0' });
      if (url.pathname.endsWith('/selfsubjectaccessreviews')) {
        assert.equal(url.searchParams.get('dryRun'), 'All');
        return json(response, 201, { status: { allowed: true } });
      }
      const events = url.pathname.endsWith('/events');
      const secretWatch = url.pathname.endsWith('/secrets') && url.searchParams.has('watch');
      if (events || secretWatch || request.method !== 'GET') {
        return json(response, 403, {
          kind: 'Status',
          message: 'User "x" cannot list resource "any" in API group "" at the cluster scope',
          reason: 'Forbidden',
          code: 403,
        });
      }
      return json(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    });
    const config = completeConfig({
      cluster: { kubeconfig: kubeconfigFor(directory, server) },
      state: { directory },
      log: { level: 'silent' },
    });
    const out = await examine(config, { env: { HOME: directory, PATH: process.env['PATH'] }, repositories: new Map() });
    assert.equal(find(out, 'rights', 'Event').result, 'problem');
    assert.match(find(out, 'rights', 'watch').detail, /cannot watch Secret$/);
    assert.match(find(out, 'rights', 'write').detail, /delete pods, create pods\/exec/);
    assert.equal(find(out, 'dry-run').result, 'unknown');
    const named = { ...config, cluster: { ...config.cluster, dryRunAs: 'system:serviceaccount:remendo:dry-run' } };
    const asked = await examine(named, {
      env: { HOME: directory, PATH: process.env['PATH'] },
      repositories: new Map(),
    });
    // Whoever names an identity for dry runs counts on them.
    assert.equal(find(asked, 'dry-run').result, 'problem');
    assert.match(find(out, 'clock', 'API server').detail, /the clock here is 300 s behind/);
    assert.equal(find(out, 'argocd').result, 'problem');
  });

  test('the command prints JSON and exits with 1', async (t) => {
    const directory = folder(t);
    const file = join(directory, 'remendo.yaml');
    writeFileSync(
      file,
      `cluster: {kubeconfig: ${kubeconfigFor(directory, 'http://127.0.0.1:9')}}\nstate: {directory: ${directory}}\n`,
    );
    const { status, out } = await remendo(['doctor', '--config', file, '--output', 'json'], {});
    assert.equal(status, 1);
    assert.equal(DoctorOut.parse(JSON.parse(out)).problems > 0, true);
    const text = await remendo(['doctor', '--config', file], {});
    assert.match(text.out, /✗ cluster: .*\n {4}→ /);
  });
});

describe('signatures and checks', () => {
  for (const { title, login, demanded, signing, checks } of [
    {
      title: 'a person on a branch that wants signatures',
      login: 'dana',
      demanded: true,
      signing: 'problem',
      checks: 'ok',
    },
    { title: 'a person on another branch', login: 'dana', demanded: false, signing: 'ok', checks: 'ok' },
    {
      title: 'the token of a workflow',
      login: 'github-actions[bot]',
      demanded: true,
      signing: 'ok',
      checks: 'problem',
    },
  ]) {
    test(title, async (t) => {
      const directory = folder(t);
      const bot = login.endsWith('[bot]');
      const forge = await serve(t, (request, response) => {
        const path = (request.url ?? '').replace(/^\/api\/v3/, '');
        if (path === '/user')
          return bot
            ? json(response, 403, { message: 'Resource not accessible by integration' })
            : json(response, 200, { login, id: 7 });
        if (path.endsWith('/graphql')) return json(response, 200, { data: { viewer: { login, databaseId: 7 } } });
        if (path === '/repos/shop/gitops')
          return json(response, 200, { default_branch: 'main', archived: false, permissions: { push: true } });
        if (path === '/repos/shop/gitops/rules/branches/main')
          return json(response, 200, demanded ? [{ type: 'required_signatures' }] : []);
        if (path === '/repos/shop/gitops/branches/main') return json(response, 200, { name: 'main', protected: false });
        return json(response, 404, { message: 'Not Found' });
      });
      const { host } = new URL(forge);
      const config = completeConfig({
        mode: 'propose',
        github: { host, apiUrl: `${forge}/api/v3` },
        state: { directory },
      });
      const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
      const lines = await examineForges({ config, secrets: { githubToken: 'token' }, log, fetch }, [
        `${forge}/shop/gitops.git`,
      ]);
      const resultOf = (check: string) => lines.find((line) => line.check === check)?.result;
      assert.deepEqual(
        [resultOf('forge'), resultOf('signing'), resultOf('checks')],
        ['ok', signing, checks],
        JSON.stringify(lines),
      );
    });
  }
});

describe('on Gitea', () => {
  const branch = { commit: { id: SHA.main }, enable_status_check: true, status_check_contexts: ['ci/build'] };
  const log = createTestLog();

  async function linesWith(t: TestContext, more: Answer, config: ConfigFile = {}) {
    const { url } = await serveGitea(t, answering(more));
    const full = completeConfig({
      mode: 'propose',
      gitea: { host: new URL(url).host, apiUrl: `${url}/api/v1` },
      ...config,
    });
    const repositories = [`${url}/shop/web.git`, 'https://elsewhere.example/a/b'];
    const lines = await examineForges({ config: full, secrets: { giteaToken: 'token' }, log, fetch }, repositories);
    return (check: string, subject = `${url}/shop/web.git`) =>
      lines.find((line) => line.check === check && line.subject === subject);
  }

  test('what a writer may know: rights, checks, and that signatures may not be known', async (t) => {
    const line = await linesWith(t, ({ path }, response) => {
      if (path !== '/repos/shop/web/branches/main') return;
      json(response, 200, { ...branch, protected: true, effective_branch_protection_name: '' });
    });
    assert.match(line('forge')?.detail ?? '', /Remendo-Bot may open pull requests on Gitea/);
    assert.deepEqual([line('signing')?.result, line('checks')?.detail], ['unknown', 'checks run; required: ci/build']);
    assert.equal(line('forge', 'https://elsewhere.example/a/b')?.result, 'unknown');
  });

  test('signatures that are demanded, of a server without a key', async (t) => {
    const line = await linesWith(t, ({ path }, response) => {
      if (path === '/repos/shop/web/branches/main')
        json(response, 200, { ...branch, protected: true, effective_branch_protection_name: 'main' });
      if (path.endsWith('/branch_protections/main')) json(response, 200, { require_signed_commits: true });
    });
    assert.equal(line('signing')?.result, 'problem');
    assert.match(line('signing')?.remedy ?? '', /app\.ini/);
  });

  test('a token of a workflow starts no checks; one without a scope is told which', async (t) => {
    const workflow = await linesWith(t, ({ path }, response) => {
      if (path === '/user') json(response, 200, { id: -2, login: 'gitea-actions' });
    });
    assert.equal(workflow('checks')?.result, 'problem');
    const message = 'token does not have at least one of required scope(s), required=[read:user]';
    const weak = await linesWith(t, ({ path }, response) => {
      if (path === '/user') json(response, 403, { message });
    });
    assert.match(weak('forge')?.detail ?? '', /required=\[read:user\]/);
    assert.match(weak('forge')?.remedy ?? '', /write:repository, write:issue and read:user/);
  });

  test('a section without its token, and a token without its section', async () => {
    const lines = (config: ConfigFile, secrets: object) =>
      examineForges({ config: completeConfig(config), secrets, log, fetch }, []);
    const [first] = await lines({ gitea: { host: 'git.example.com' } }, {});
    assert.match(first?.remedy ?? '', /REMENDO_GITEA_TOKEN/);
    const [second] = await lines({}, { giteaToken: 'x' });
    assert.match(second?.remedy ?? '', /gitea\.host/);
  });
});

test('clocks: in step, ahead, behind, and not told', () => {
  const at = Date.parse('2026-11-21T10:00:00Z');
  const result = (date: string | undefined) => examineClock('x', date, at - 500, at + 500);
  assert.equal(result('Sat, 21 Nov 2026 10:00:00 GMT').result, 'ok');
  assert.match(result('Sat, 21 Nov 2026 09:58:00 GMT').detail, /ahead/);
  assert.match(result('Sat, 21 Nov 2026 10:02:00 GMT').detail, /behind/);
  assert.equal(result(undefined).result, 'unknown');
});
