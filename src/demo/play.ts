import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApp } from '../app/app.ts';
import type { App } from '../app/app.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import { runLoop } from '../engine/loop.ts';
import type { PassReport } from '../engine/report.ts';
import { brokenSearch, pathOf, pricingElsewhere, slowLedger, upgradedReports } from './manifests.ts';
import type { Record } from './record.ts';
import { createRecords } from './record.ts';
import { STORY } from './story.ts';
import type { DemoWorld } from './world.ts';
import { OWNER, REPOSITORY, startWorld } from './world.ts';

/** What the demo left and how it went. */
export interface Played {
  readonly records: ReadonlyMap<string, Record>;
  /** Model calls that were about a workload, by its name. */
  readonly modelCalls: ReadonlyMap<string, number>;
  /** Chapters that did not end as they must; empty where all is well. */
  readonly failures: readonly string[];
  readonly directory: string;
  readonly milliseconds: number;
}

/** At most this long; the demo is done in half of it. */
const LIMIT = 85_000;

/** How long the world works before it is broken: shorter would not show that it worked. */
const WORKED_FOR = 3000;

/**
 * Plays the story. `tell` is called with each thing that happens. Error codes: `stopped` (by the signal, before the end),
 * and those of `buildApp`.
 */
export async function play(
  directory: string,
  tell: (seconds: number, line: string) => void,
  signal: AbortSignal,
): Promise<Result<Played, Problem>> {
  const started = Date.now();
  const say = (line: string): void => tell((Date.now() - started) / 1000, line);
  const world = await startWorld(directory);
  say('cluster, GitOps controller, forge, registry and model are up');
  try {
    const built = await buildApp(world.config, {
      env: world.env,
      repositories: new Map(),
      persistent: true,
      throttle: false,
    });
    if (!built.ok) return built;
    const records = createRecords(started);
    const done = AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]);
    try {
      await act(world, built.value, records, say, done);
    } finally {
      await built.value.close();
    }
    if (signal.aborted) return err(problem('stopped', 'the demo was stopped before its end'));
    const pulls = await writePullRequests(world, directory);
    say(`${pulls} pull requests are written to ${join(directory, 'pull-requests')}`);
    const modelCalls = countCalls(world);
    const failures = failuresOf(records.all, modelCalls);
    return ok({ records: records.all, modelCalls, failures, directory, milliseconds: Date.now() - started });
  } finally {
    await world.close();
  }
}

/** The acts: healthy, broken, mended; then the same failure once more. */
async function act(
  world: DemoWorld,
  app: App,
  records: ReturnType<typeof createRecords>,
  say: (line: string) => void,
  done: AbortSignal,
): Promise<void> {
  await until(() => isAvailable(world, 'search') && isAvailable(world, 'reports'), done);
  await pause(WORKED_FOR, done);
  if (done.aborted) return;
  await world.push({ [pathOf('search')]: brokenSearch(world.registry) }, 'search: health path');
  await world.push({ [pathOf('reports')]: upgradedReports(world.registry) }, 'reports: upgrade to 1.0.0');
  world.forgetTag('shop/reports', '0.9.0');
  say('somebody pushed "search: health path" and "reports: upgrade to 1.0.0"');
  const end = new AbortController();
  const seen = (report: PassReport): void => {
    for (const { workload, outcome, reason } of records.note(report)) say(`${workload}: ${outcome} (${reason})`);
  };
  const running = runLoop(app.ports, app.config.run, seen, AbortSignal.any([done, end.signal]));
  try {
    await mendAll(world, records, say, done);
  } finally {
    end.abort();
    await running;
  }
}

/** Everything is reviewed until all chapters ended; the last one comes when the others are over. */
async function mendAll(
  world: DemoWorld,
  records: ReturnType<typeof createRecords>,
  say: (line: string) => void,
  done: AbortSignal,
): Promise<void> {
  const merged = new Set<number>();
  const ended = (names: readonly string[]): boolean =>
    names.every((name) => records.all.get(name)?.endedAt !== undefined);
  const last = 'pricing-eu';
  const first = STORY.filter(({ ends }) => ends !== 'silent').flatMap(({ workload }) =>
    workload === last ? [] : [workload],
  );
  let ledger = false;
  await until(async () => {
    await review(world, merged, say);
    if (!ledger && merged.size > 0) {
      ledger = true;
      await world.push({ [pathOf('ledger')]: slowLedger(world.registry) }, 'ledger: first version');
      say('somebody pushed "ledger: first version"; it is slow to start, and healthy');
    }
    return ended(first);
  }, done);
  if (done.aborted) return;
  await world.push({ [pathOf(last)]: pricingElsewhere(world.registry) }, 'pricing-eu: first version');
  say('somebody pushed "pricing-eu: first version", with the same mistake as pricing had');
  await until(async () => {
    await review(world, merged, say);
    return ended([last]);
  }, done);
}

/** The reviewer reads what is open and merges it. */
async function review(world: DemoWorld, merged: Set<number>, say: (line: string) => void): Promise<void> {
  for (const pull of await world.github.pulls(OWNER, REPOSITORY)) {
    if (pull.state !== 'open' || merged.has(pull.number)) continue;
    merged.add(pull.number);
    await world.github.merge(OWNER, REPOSITORY, pull.number, { method: 'squash', by: world.github.reviewer.login });
    say(`the reviewer merged #${pull.number} "${pull.title}"`);
  }
}

async function until(condition: () => boolean | Promise<boolean>, done: AbortSignal): Promise<void> {
  while (!done.aborted && !(await condition())) await pause(400, done);
}

/** Waits so many milliseconds, or until it is told to stop. */
async function pause(milliseconds: number, done: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: done }).catch(() => undefined);
}

function isAvailable({ cluster }: DemoWorld, name: string): boolean {
  const status = cluster.get('Deployment', 'shop', name)?.status;
  return (
    typeof status === 'object' && status !== null && 'availableReplicas' in status && status.availableReplicas === 1
  );
}

async function writePullRequests(world: DemoWorld, directory: string): Promise<number> {
  const folder = join(directory, 'pull-requests');
  mkdirSync(folder, { recursive: true });
  const pulls = await world.github.pulls(OWNER, REPOSITORY);
  for (const { number, title, state, body, comments } of pulls) {
    const said = comments.map((comment) => `\n---\n\n_${comment.author}:_\n\n${comment.body}\n`).join('');
    writeFileSync(join(folder, `${number}.md`), `# ${title} (#${number}, ${state})\n\n${body}\n${said}`);
  }
  return pulls.length;
}

function countCalls({ model }: DemoWorld): ReadonlyMap<string, number> {
  const names = STORY.map(({ workload }) => workload);
  return new Map(
    names.map((name) => [
      name,
      model.questions.filter(({ user }) => new RegExp(`Deployment shop/${name}(?![\\w-])`).test(user)).length,
    ]),
  );
}

/** The demo checks itself: a story that ends otherwise than it must is a failure, not a show. */
function failuresOf(records: ReadonlyMap<string, Record>, calls: ReadonlyMap<string, number>): readonly string[] {
  const wrong = STORY.flatMap(({ workload, ends }) => {
    const outcome = records.get(workload)?.outcome ?? 'silent';
    return outcome === ends ? [] : [`${workload} ended ${outcome} where ${ends} is right`];
  });
  const again = records.get('pricing-eu');
  const learned = again?.origin === 'pattern' && (calls.get('pricing-eu') ?? 0) === 0;
  return learned ? wrong : [...wrong, 'pricing-eu was not mended by the learned pattern alone'];
}
