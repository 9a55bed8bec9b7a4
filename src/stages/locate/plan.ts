import type { Change } from '../../domain/change.ts';
import type { ChangeSet } from '../../domain/change-set.ts';
import { formatFieldPath } from '../../domain/field-path.ts';
import { deepEqual } from '../../domain/json.ts';
import { formatRef } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Checkout, Location } from '../../domain/source.ts';
import { candidatesFor } from './candidates.ts';
import { isCarried } from './carried.ts';
import { expectedAfter } from './compare.ts';
import type { Goal } from './goal.ts';
import { findDeclared, sourceOfObject } from './location.ts';
import type { Attempt, Candidate, LocateContext, Session, Settled, Tried } from './session.ts';
import { createSession, toResult } from './session.ts';
import { pinnedBeside } from './pinned.ts';
import { templateHint } from './template-hint.ts';
import { missingValues, unreadValues, unwrittenOptions } from './unwritten-options.ts';

/** Why a change cannot be made in Git, with what was tried. */
export type PlanProblem = Problem & { readonly tried?: readonly Tried[] };

/**
 * Turns changes of declared objects into the smallest edit of source files that makes exactly them. Each change is
 * tried as a whole first, then operation by operation; every candidate is rendered and compared before it counts. A value
 * that also feeds objects that fail `alike` may be changed for all of them; where `alike` is given, a fault is mended.
 */
export async function planChange(
  context: LocateContext,
  location: Location,
  changes: readonly Change[],
  alike?: readonly ObjectRef[],
): Promise<Result<ChangeSet, PlanProblem>> {
  const checkouts = new Map<string, Checkout>();
  const base = await context.renders.render(location, { checkouts });
  if (!base.ok) return base;
  const expected = expectedAfter(base.value.objects, changes);
  if (!expected.ok) return expected;
  const session = await createSession(context, location, base.value, checkouts, changes, alike);
  let settled: Settled = { edits: [] };
  let changeSet: ChangeSet | undefined;
  const places: string[] = [];
  const done: Change[] = [];
  for (const change of expected.value.changes) {
    const answer = await planOne(context, session, location, settled, done, change);
    if (!answer.ok) return answer;
    if (!answer.value) continue;
    settled = answer.value;
    changeSet = answer.value.changeSet;
    places.push(changeSet.place);
    done.push(change);
  }
  if (!changeSet) return err(problem('not-applicable', 'the declared objects are already as wanted'));
  return ok({ ...changeSet, place: [...new Set(places)].join('; ') });
}

interface Found extends Settled {
  readonly changeSet: ChangeSet;
}

async function planOne(
  context: LocateContext,
  session: Session,
  location: Location,
  settled: Settled,
  done: readonly Change[],
  change: Change,
): Promise<Result<Found | undefined, PlanProblem>> {
  const operations = change.operations.filter(({ op }) => op !== 'test');
  const whole = await goalOf(session, location, done, { ...change, operations });
  if (!whole.ok) return whole;
  if (!whole.value) return ok(undefined);
  const answer = await settle(context, session, settled, whole.value);
  if (answer.ok || operations.length < 2 || whole.value.source.type === 'Directory') return answer;
  let last: Found | undefined;
  for (let i = 0; i < operations.length; i++) {
    const earlier = i === 0 ? done : [...done, { ...change, operations: operations.slice(0, i) }];
    const step = await goalOf(session, location, earlier, { ...change, operations: operations.slice(i, i + 1) });
    if (!step.ok) return step;
    if (!step.value) continue;
    const found = await settle(context, session, last ?? settled, step.value);
    if (!found.ok) return answer;
    last = found.value;
  }
  return last ? ok(last) : answer;
}

/** Undefined where the operations change nothing. */
async function goalOf(
  { base, mending }: Session,
  location: Location,
  done: readonly Change[],
  change: Change,
): Promise<Result<Goal | undefined, PlanProblem>> {
  const before = expectedAfter(base.objects, done);
  if (!before.ok) return before;
  const after = expectedAfter(before.value.objects, [change]);
  if (!after.ok) return after;
  const declared = findDeclared(before.value.objects, change.object);
  const source = declared && sourceOfObject(base, declared);
  if (!declared || !source) return err(problem('not-in-git', `${formatRef(change.object)} is not declared in Git`));
  const now = findDeclared(after.value.objects, declared.ref);
  if (deepEqual(declared.object, now?.object)) return ok(undefined);
  return ok({ location, base, source, declared, operations: change.operations, wanted: after.value.objects, mending });
}

async function settle(
  context: LocateContext,
  session: Session,
  settled: Settled,
  goal: Goal,
): Promise<Result<Found, PlanProblem>> {
  let last: Attempt | undefined;
  let only: Candidate | undefined;
  let count = 0;
  let shared: Found | undefined;
  let pinned: string | undefined;
  for await (const candidate of candidatesFor(context, session, goal)) {
    if (!session.hasBudget()) break;
    if (settled.repoURL !== undefined && candidate.repoURL !== settled.repoURL) continue;
    const reason = await session.pinned(candidate.repoURL);
    if (reason !== undefined) {
      pinned ??= reason;
      continue;
    }
    if (!(await session.holds(candidate))) continue;
    count++;
    only = candidate;
    last = await session.attempt(candidate, settled, goal.wanted);
    if (last.kind === 'exact') {
      if (await isCarried(session, goal, candidate)) return ok(together(settled, candidate, last.changeSet));
      session.rejects(candidate, 'the field takes the wanted value whatever is written there');
    }
    if (last.kind === 'shared') {
      const place = `${last.changeSet.place}, which also changes ${last.with.join(', ')}`;
      shared ??= together(settled, candidate, { ...last.changeSet, place });
    }
  }
  if (context.allowShared && shared) return ok(shared);
  if (count === 1 && last && only && goal.source.type === 'Directory') {
    const answer = toResult(last, session.tried);
    return answer.ok ? ok(together(settled, only, answer.value)) : answer;
  }
  if (pinned !== undefined) return err({ ...problem('not-editable', pinned), tried: session.tried });
  const fields = goal.operations.map(({ path }) => formatFieldPath(path)).join(', ');
  const others = session.tried.find(({ why }) => why.startsWith('it also changes'));
  const message = `no single place in Git sets ${fields} of ${formatRef(goal.declared.ref)} alone`;
  const hint = await hintFor(context, session, goal);
  const text = others ? `${message}: ${others.place} ${others.why.replace('it ', '')}` : message;
  return err({ ...problem('not-editable', hint === undefined ? text : `${text}: ${hint}`), tried: session.tried });
}

/** What keeps the value from being changed, as far as that can be told. */
async function hintFor(context: LocateContext, session: Session, goal: Goal): Promise<string | undefined> {
  return (
    templateHint(goal) ??
    triedHint(session, goal) ??
    unreadValues(goal.source) ??
    missingValues(context, goal) ??
    unwrittenOptions(context, goal) ??
    (await pinnedBeside(context.git, goal.location))
  );
}

/** What the likeliest place says that could not be used: others share it through an anchor, or it sets one other field too. */
function triedHint({ tried }: Session, goal: Goal): string | undefined {
  for (const { place, why, guess } of tried) {
    if (guess) continue;
    if (why.endsWith('[edit-anchor]')) return `${place}: ${why.replace(' [edit-anchor]', '')}`;
    const other = otherField(why, goal);
    if (other !== undefined) return `${place} would change ${other} too`;
  }
  return undefined;
}

/** The one field that a change moved besides the wanted, such as the ConfigMap entry that a Kustomize replacement copies. */
function otherField(why: string, { declared, operations }: Goal): string | undefined {
  const other = /^it does not give exactly what is wanted: (.+) differs$/.exec(why)?.[1];
  const ref = formatRef(declared.ref);
  if (other === undefined || / and \d+ more$/.test(other)) return undefined;
  const wanted = operations.some(({ path }) => other.startsWith(`${ref} ${formatFieldPath(path)}`));
  return wanted ? undefined : other;
}

function together(settled: Settled, candidate: Candidate, changeSet: ChangeSet): Found {
  const texts = new Map([...(settled.texts ?? []), ...(candidate.texts ?? [])]);
  return { repoURL: candidate.repoURL, edits: [...settled.edits, ...candidate.edits], texts, changeSet };
}
