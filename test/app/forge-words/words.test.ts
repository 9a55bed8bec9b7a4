import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { examine } from '../../../src/app/doctor/doctor.ts';
import { DoctorOut } from '../../../src/app/doctor/line.ts';
import type { DoctorLine } from '../../../src/app/doctor/line.ts';
import { RunOut } from '../../../src/app/scan-contract.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { remendo } from '../../cli/remendo.ts';
import type { Api, Front } from './front.ts';
import { cutOff, gitea, html, json, oneOf, only, startFront } from './front.ts';
import { closedPort, tlsOfAnotherName } from './hosts.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/** How both forges misbehave: their APIs answer so, or are at this address. */
interface Case {
  readonly github: Api | string;
  readonly gitea: Api | string;
  /** In the reason of each unreadable repository, or, where only something later fails, of the decision. */
  readonly says: RegExp;
  /** What to do; in the same line. */
  readonly todo: RegExp;
  /** False where reading goes well and writing does not. */
  readonly readable?: boolean;
  /** Of doctor's lines about the two repositories. */
  readonly doctor: DoctorLine['result'];
  readonly env?: Readonly<Record<string, string>>;
}

const refused = (status: number, message: string, headers = {}): Api => json(status, { message }, headers);
const BAD = refused(401, 'Bad credentials');
const READ_ONLY = refused(403, 'Repository was archived so is read-only.');

function cases(closed: string, tls: { readonly url: string; readonly authority: string }): Record<string, Case> {
  const unknown = 'http://forge.invalid';
  return {
    'a login page instead of an answer': {
      github: html(200),
      gitea: html(200),
      says: /answers with a page of HTML: the answer is not Git(?:Hub|ea)'s/,
      todo: /check git(?:hub|ea)\.apiUrl, HTTPS_PROXY and NO_PROXY/,
      doctor: 'unknown',
    },
    'a page of a proxy that says no': {
      github: html(403),
      gitea: html(404),
      says: /answers with a page of HTML: .* \(HTTP 40[34]\)/,
      todo: /a proxy or a login page stands between/,
      doctor: 'unknown',
    },
    'a page of a proxy that has lost the forge': {
      github: html(502),
      gitea: html(502),
      says: /http:\S+ answered 502/,
      todo: /a proxy before it: it is asked again/,
      doctor: 'unknown',
    },
    'a name that nobody knows': {
      github: `${unknown}/api/v3`,
      gitea: `${unknown}/api/v1`,
      says: /http:\/\/forge\.invalid\/api\/v[13] cannot be reached: (?:its name is not known|the name server)/,
      todo: /check (?:git(?:hub|ea)\.apiUrl, and the name server|the DNS settings)/,
      doctor: 'unknown',
    },
    'nobody who listens': {
      github: `${closed}/api/v3`,
      gitea: `${closed}/api/v1`,
      says: /cannot be reached: nobody listens there \(connect ECONNREFUSED/,
      todo: /check git(?:hub|ea)\.apiUrl, and that the forge runs/,
      doctor: 'unknown',
    },
    'a certificate of another name': {
      github: `${tls.url}/api/v3`,
      gitea: `${tls.url}/api/v1`,
      says: /cannot be reached: its certificate is for another name \(/,
      todo: /use a name in git(?:hub|ea)\.apiUrl that the certificate has/,
      env: { NODE_EXTRA_CA_CERTS: tls.authority },
      doctor: 'unknown',
    },
    'a certificate that is not trusted': {
      github: `${tls.url}/api/v3`,
      gitea: `${tls.url}/api/v1`,
      says: /cannot be reached: its certificate is not signed by an authority that is trusted here/,
      todo: /NODE_EXTRA_CA_CERTS \(caBundle of the chart\)/,
      doctor: 'unknown',
    },
    'a limit for an hour': {
      github: refused(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '3000' }),
      gitea: refused(429, 'too many requests', { 'retry-after': '3000' }),
      says: /\(http:\S+, HTTP 4(?:03|29)\)|wants to be left alone until/,
      todo: /left alone/,
      doctor: 'unknown',
    },
    'answers that break off': {
      github: cutOff,
      gitea: cutOff,
      says: /http:\S+: the connection broke/,
      todo: /check the network between here and there/,
      doctor: 'unknown',
    },
    'a token that ends in the middle of reading': {
      github: only(/\/pulls/, BAD),
      gitea: oneOf(only(/\/pulls/, BAD), gitea),
      says: /could not list pull requests: Bad credentials \(http:\S+, HTTP 401\)/,
      todo: /give a new one and start again/,
      doctor: 'ok',
    },
    'a token that ends before something is written': {
      github: only(/^(?!GET)/, BAD),
      gitea: oneOf(only(/\/pulls/, BAD), gitea),
      says: /Bad credentials \(http:\S+, HTTP 401\)/,
      todo: /give a new one and start again/,
      readable: false,
      doctor: 'ok',
    },
    'a repository that was archived meanwhile, or before': {
      github: only(/^(?!GET)/, READ_ONLY),
      gitea,
      says: /archived/,
      todo: /archived/,
      readable: true,
      doctor: 'ok',
    },
  };
}

/** What doctor says: the program itself where its environment counts, else without a process of its own. */
async function look(file: string, place: { directory: string; env: Record<string, string> }, { env }: Case) {
  if (env) {
    const { out, err } = await remendo(['--config', file, 'doctor', '--output', 'json'], place);
    assertPlain(err);
    return DoctorOut.parse(JSON.parse(out)).lines;
  }
  const config = loadConfig(file);
  assert.ok(config.ok);
  const quiet = { ...config.value, logLevel: 'silent' as const };
  return (
    await examine(quiet, {
      env: { ...place.env, PATH: process.env['PATH'], HOME: place.directory },
      repositories: new Map(),
    })
  ).lines;
}

/** The addresses of a case, and what was asked there. */
async function fronts(t: TestContext, world: World, { github, gitea }: Case) {
  const start = async (behaviour: Api | string, path: string): Promise<{ url: string; front?: Front }> => {
    if (typeof behaviour === 'string') return { url: behaviour };
    const front = await startFront(t, world.origin);
    front.api = behaviour;
    return { url: `http://${front.host}${path}`, front };
  };
  return { hub: await start(github, '/api/v3'), tea: await start(gitea, '/api/v1') };
}

const settings = (world: World, hub: string, tea: string) => ({
  github: { host: world.hub.host, apiUrl: hub },
  gitea: { host: world.tea.host, apiUrl: tea },
});

function assertPlain(text: string): void {
  assert.doesNotMatch(text, /\n\s+at |UnhandledPromise|node:internal/, 'a stack trace is not for people');
}

async function check(t: TestContext, world: World, name: string, one: Case): Promise<void> {
  const { hub, tea } = await fronts(t, world, one);
  const file = world.config(name.replaceAll(' ', '-'), settings(world, hub.url, tea.url));
  const place = { directory: world.directory, env: { ...world.env, ...one.env } };
  const { status, out, err } = await remendo(['--config', file, 'run', '--once', '--output', 'json'], place);
  assertPlain(err);
  const report = RunOut.parse(JSON.parse(out));
  const decisionOf = (workload: string) => report.incidents.find(({ object }) => object.name === workload)?.decision;
  assert.equal(decisionOf('elsewhere')?.outcome, 'would-open', 'other repositories are not held up');
  assert.equal(status, 1, 'what could not be done is no success');
  for (const workload of ['hub', 'tea']) {
    const decision = decisionOf(workload);
    assert.equal(decision?.outcome, 'failed', workload);
    assert.match(decision.reason, one.says);
    assert.match(decision.reason, one.todo);
    assert.ok(!decision.reason.includes('\n') && decision.reason.length < 700, decision.reason);
  }
  if (one.readable === undefined) {
    assert.deepEqual(report.unreadable.map(({ repoURL }) => repoURL.slice(-7)).sort(), ['hub.git', 'tea.git']);
    assert.match(err, /nothing was decided for http\S+ \(and for 1 more\): .*\[forge-unreadable\]/);
  }
  assert.equal((await world.github.pulls('acme', 'hub')).length, 0);

  const lines = await look(file, place, one);
  const about = lines.filter(({ check, subject }) => check === 'forge' && /\/(?:hub|tea)\.git$/.test(subject ?? ''));
  assert.equal(about.length, 2, JSON.stringify(lines));
  if (name.startsWith('a repository that was archived')) return;
  for (const line of about) {
    if (one.doctor === 'ok' && line.subject?.endsWith('tea.git') === true) continue;
    assert.equal(line.result, one.doctor, JSON.stringify(line));
    if (one.doctor !== 'ok') assert.match(`${line.detail}; ${line.remedy}`, one.says);
  }
}

void test(
  'the forges’ troubles, in words: one line, what to do, and nobody else is held up',
  { concurrency: 6 },
  async (t) => {
    const world = await startWorld(t);
    const all = cases(`http://127.0.0.1:${await closedPort()}`, await tlsOfAnotherName(t));
    await Promise.all(Object.entries(all).map(([name, one]) => t.test(name, (t) => check(t, world, name, one))));
  },
);
