import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAudit } from '../../../src/adapters/audit/verify.ts';
import { pass } from '../../../src/engine/pass.ts';
import type { PassReport } from '../../../src/engine/report.ts';
import { createMetrics } from '../../../src/serve/metrics.ts';
import type { SandboxRequest } from '../../../src/sandbox/github/server.ts';
import type { Walk } from './checks.ts';
import { checkEnd, checkStep } from './checks.ts';
import type { Replica } from './ground.ts';
import { startGround } from './ground.ts';
import type { Deeds } from './people.ts';
import { createPeople } from './people.ts';
import type { Step, Trouble } from './steps.ts';
import type { Watch } from './watch.ts';
import { createWatch, runningIn } from './watch.ts';

/** How often a walk stepped, and what it found wrong. */
export interface Walked {
  readonly passes: number;
  readonly writes: number;
  readonly wrongs: readonly string[];
  readonly story: readonly string[];
}

/** No pass takes longer, in real milliseconds, on a slow machine. */
const LONGEST = 120_000;

/** Takes the steps, lets everything calm down, and tells what was wrong on the way and at the end. */
export async function walk(steps: readonly Step[]): Promise<Walked> {
  const deeds: Deeds = { commits: new Set(), refused: new Map(), reopened: new Set(), touched: new Map() };
  const watch = createWatch(() => ground, deeds);
  const hook: { before?: (request: SandboxRequest) => Promise<void> } = {};
  const ground = await startGround({
    before: async (request) => {
      if (!people.isBusy()) await hook.before?.(request);
    },
    after: (exchange) => {
      if (!people.isBusy()) watch.after(exchange);
    },
  });
  const people = createPeople(ground, deeds, () => watch.count.requests);
  const it: Walk = { ground, people, deeds, watch, down: new Map(), turned: 0, twoComments: false, story: [] };
  let passes = 0;
  try {
    await ground.clock.advance(20_000);
    for (const step of steps) {
      it.story.push(JSON.stringify(step));
      if (step.step === 'wait') await ground.clock.advance(step.seconds * 1000);
      else if (step.step === 'act') await act(it, step.what);
      else {
        passes += step.who === 'both' ? 2 : 1;
        await passWith(it, hook, step);
      }
      await checkStep(it);
      if (watch.wrongs.length > 0) break;
    }
    if (watch.wrongs.length === 0) passes += await settle(it, hook);
    for (const line of ground.log) watch.read('the log', line);
    for (const { system, user } of ground.model.questions) watch.read('a prompt', `${system}\n${user}`);
  } finally {
    await ground.close();
  }
  return { passes, writes: watch.count.writes, wrongs: [...new Set(watch.wrongs)], story: it.story };
}

async function act(it: Walk, what: Extract<Step, { step: 'act' }>['what']): Promise<void> {
  if (what.act === 'clock') it.turned = it.ground.clock.now().getTime();
  await it.people.act(what);
}

type Hook = { before?: (request: SandboxRequest) => Promise<void> };

/** One pass, or two at the same time, with something that goes wrong in it. */
async function passWith(it: Walk, hook: Hook, { who, trouble }: Extract<Step, { step: 'pass' }>): Promise<void> {
  const names: readonly Replica[] = who === 'both' ? ['a', 'b'] : [who];
  const { ground, watch } = it;
  const running = runningIn(ground.cluster);
  for (const name of ['orders', 'bills', 'riddle']) {
    if (!running.has(name)) it.down.set(name, ground.clock.now().getTime());
  }
  if (who === 'both' && trouble) it.twoComments = true;
  const dead = { now: false };
  const first = { ...watch.count };
  hook.before = async (request) => {
    if (request.path.startsWith('git:')) return;
    if (dead.now) throw new Error('the process is dead');
    watch.count.requests++;
    const writes = request.method !== 'GET';
    if (trouble) await happen(it, trouble, request, first, dead);
    await watch.before(request);
    if (writes && trouble?.kind === 'kill-after' && watch.count.writes - first.writes >= trouble.at) dead.now = true;
  };
  await Promise.all(names.map((name) => passOf(it, name)));
  delete hook.before;
  if (trouble && 'forget' in trouble) for (const name of names) await ground.kill(name, trouble.forget);
  if (who === 'new') await ground.kill('new', true);
}

async function happen(
  it: Walk,
  trouble: Trouble,
  { method }: SandboxRequest,
  first: Watch['count'],
  dead: { now: boolean },
): Promise<void> {
  const { requests, writes } = it.watch.count;
  const { kind, at } = trouble;
  if (kind === 'kill-after') return;
  if (kind === 'kill-before') {
    if (method === 'GET' || writes - first.writes + 1 < at) return;
    dead.now = true;
    throw new Error('the process is dead');
  }
  if (requests - first.requests !== at) return;
  if (kind === 'person') await act(it, trouble.what);
  else it.ground.github.fault({ kind, retryAfter: 30 });
}

async function passOf(it: Walk, name: Replica): Promise<PassReport | undefined> {
  const app = await it.ground.replica(name);
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, LONGEST, 'late').unref());
  const report = await Promise.race([pass(app.ports), late]);
  if (report === 'late') {
    it.watch.wrongs.push('a pass does not end');
    return undefined;
  }
  if (!report.ok) {
    it.story.push(`  ${name}: ${report.error.code}`);
    return undefined;
  }
  const { incidents, followed, unreadable } = report.value;
  const decided = [
    ...incidents.map(({ incident, decision }) => ({ of: incident.object.name, ...decision })),
    ...followed.map(({ title, decision }) => ({ of: title, ...decision })),
    ...unreadable.map(({ reason }) => ({ of: 'forge', outcome: 'unreadable', reason })),
  ];
  for (const { of, outcome, reason } of decided) {
    it.story.push(`  ${name}: ${of}: ${outcome}: ${reason}`);
    if (/broke off/.test(reason)) it.watch.wrongs.push(`${of}: ${reason}`);
  }
  const metrics = createMetrics('0', () => it.ground.clock.now());
  metrics.passed(report.value, 1);
  it.watch.read('the metrics', await metrics.text());
  return report.value;
}

const ROUNDS = 30;
const QUIET = 3;

/** All trouble ends; after a bounded number of passes nothing is written any more. */
async function settle(it: Walk, hook: Hook): Promise<number> {
  const { ground, people, watch } = it;
  people.calm();
  it.turned = ground.clock.now().getTime();
  it.story.push('calm');
  let quiet = 0;
  let round = 0;
  for (; round < ROUNDS && quiet < QUIET && watch.wrongs.length === 0; round++) {
    await ground.clock.advance(round < 6 ? 45_000 : 900_000);
    const before = watch.count.writes;
    await passWith(it, hook, { step: 'pass', who: 'a' });
    await checkStep(it);
    quiet = watch.count.writes === before ? quiet + 1 : 0;
  }
  if (quiet < QUIET && watch.wrongs.length === 0) watch.wrongs.push('it does not come to rest');
  if (watch.wrongs.length > 0) return round;
  await passWith(it, hook, { step: 'pass', who: 'b' });
  const fresh = await ground.replica('new');
  await passOf(it, 'new');
  const patterns = async (name: Replica): Promise<string> => {
    const found = (name === 'new' ? fresh : await ground.replica(name)).ports.store.patterns();
    const counted = found.map(({ id, verified, refuted, rejected }) => ({ id, verified, refuted, rejected }));
    // A lesson that was taken back leaves a pattern without any.
    const taught = counted.filter(({ verified, refuted, rejected }) => verified + refuted + rejected > 0);
    return JSON.stringify(taught.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  };
  const known = { a: await patterns('a'), b: await patterns('b'), fresh: await patterns('new') };
  if (known.a !== known.fresh || known.b !== known.fresh) {
    watch.wrongs.push(`what was learned is not what the forge tells: ${JSON.stringify(known)}`);
  }
  await checkEnd(it);
  for (const name of ['a', 'b'] as const) {
    const file = join(ground.stateOf(name), 'audit.jsonl');
    if (!existsSync(file)) continue;
    const audit = verifyAudit(file);
    if (!audit.ok) watch.wrongs.push(`the audit log: ${JSON.stringify(audit)}`);
    watch.read('the audit log', readFileSync(file, 'utf8'));
  }
  return round + 2;
}
