import type { Answer } from '../../../domain/proposal.ts';
import { answersOf, change, listOf } from '../answers.ts';
import { formatCommit } from '../field-history.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import type { LeafChange } from '../object-diff.ts';
import { leafChanges, startsWith } from '../object-diff.ts';
import { operationsTo } from '../put-back.ts';
import { BEFORE_START, GATED, explaining } from './explains.ts';
import { changedUnits } from './changed-units.ts';
import type { GoodState } from './last-good.ts';
import { lastGood } from './last-good.ts';
import { blame } from './blame.ts';
import { symptomText } from '../symptom-text.ts';
import { namedUnits } from './named.ts';
import { earlierFail, isInTemplate, outside, runsWell, sharedUnit } from './outside.ts';
import { ranWell } from '../ran-well.ts';
import { remoteTrouble } from './remote.ts';
import { progressOf } from './stalled.ts';
import { tellChange } from './telling.ts';
import type { Unit } from './units.ts';
import { formatFieldPath } from '../../../domain/field-path.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';

const answers = answersOf('history', 'put-back');

/**
 * The symptom began with a Git revision: of all that changed between the last state that worked and now, exactly one field can
 * explain the cause, so exactly that field is put back. Evidence that the earlier state worked is demanded: an older
 * ReplicaSet that still serves, or a deployment in the Application's history that the workload lived through.
 */
export const history: Proposer = {
  origin: 'history',
  name: 'put-back',
  causes: ['*'],
  async propose(context) {
    const progress = context.incident.cause === 'rollout/stalled' ? progressOf(context) : 'started';
    if (progress === 'no-pod') return answers.decline('no new pod was made, so nothing that one is made of stops it');
    const what =
      progress === 'gated' ? GATED : progress === 'not-started' ? BEFORE_START : explaining(context.incident);
    if (!what) return undefined;
    const good = await lastGood(context);
    if ('why' in good) return answers.decline(good.why);
    const changed = changedUnits(context, what, good.objects, await symptomText(context));
    const late = progress === 'initialising' ? changed.filter(({ path }) => !path.includes('containers')) : changed;
    const units = await sharedOnes(late, context, good);
    if (units.length === 0) {
      const why = `nothing that can explain this changed in Git since ${good.told}`;
      return answers.decline(progress === 'gated' ? `${GATE_LEFT}, and ${why}` : why);
    }
    const other = await outside(context, units, good.startedAt);
    if (other !== undefined) return answers.decline(`${fieldsOf(units, context)} changed, but ${other}`);
    const left = unrefuted(units, context, good);
    if (typeof left === 'string') return answers.decline(left);
    const chosen = await choose(left, context);
    if (typeof chosen === 'string') return answers.decline(chosen);
    const remote = await remoteTrouble(context, [chosen]);
    if (remote !== undefined) return answers.decline(`${fieldOf(chosen, context)} changed, but ${remote}`);
    return putBack(context, good, chosen);
  },
};

/** Where pods of an earlier revision fail as well: the one named change of what both read, where there is one; else all units. */
async function sharedOnes(units: readonly Unit[], context: ProposeContext, good: GoodState): Promise<readonly Unit[]> {
  const shared = earlierFail(context, good.startedAt) === undefined ? undefined : await sharedUnit(units, context);
  return shared ? [shared] : units;
}

/** What a platform engineer has to know of a rollout whose containers all run well. */
const GATE_LEFT =
  'the containers are all ready and a readiness gate holds the pods back, whose condition another controller sets';

/** Memory grows and disks fill: that a template ran for some time says nothing about these. */
const GROWS = /^(?:memory|pod)\//;

/** The units that pods of the same template, which ran or run well, do not refute; the reason, where none is left. */
function unrefuted(units: readonly Unit[], context: ProposeContext, good: GoodState): readonly Unit[] | string {
  const well = runsWell(context);
  const ran = good.templateRan && !GROWS.test(context.incident.cause);
  if (!well && !ran) return units;
  const left = units.filter((unit) => !well?.asNew && !isInTemplate(unit, context));
  if (left.length > 0) return left;
  const who = well ? `${well.name}, of the same revision, runs well` : 'pods of the same template ran since';
  return `${fieldsOf(units, context)} changed, but ${who}`;
}

/** Causes whose words say what they are about: a policy may be new, and then nothing that changed in Git is. */
const MUST_BE_NAMED: ReadonlySet<string> = new Set(['replicas/webhook', 'pod/evicted']);

/** The only unit, or the only one that the symptom names; otherwise the reason why there is none. */
async function choose(units: readonly Unit[], context: ProposeContext): Promise<Unit | string> {
  const well = ranWell(context);
  const told = MUST_BE_NAMED.has(context.incident.cause);
  const named = units.length > 1 || well !== undefined || told ? await namedUnits(units, context) : units;
  const [only] = named;
  const isSum = context.incident.cause === 'replicas/quota' && units.length > 1;
  if (named.length === 1 && only && !isSum) return only.untouchable ?? only;
  const fields = units.map((unit) => unit.called ?? unit.untouchable ?? fieldOf(unit, context));
  if (well !== undefined && named.length === 0) {
    return `its pods ran well for ${Math.round(well / 60_000)} minutes before, and the symptom does not name what changed: ${listOf(fields)}`;
  }
  // The amounts in it are those of all changes together: less of one alone may still be too much.
  if (isSum) return `several changes since then can explain this, and a quota is about their sum: ${listOf(fields)}`;
  if (told && named.length === 0) return `the refusal does not name what changed: ${listOf(fields)}`;
  return `several changes since then can explain this, and the symptom does not name one of them: ${listOf(fields)}`;
}

async function putBack(context: ProposeContext, good: GoodState, unit: Unit): Promise<Answer> {
  const culprit = blame(good.versions, good, unit);
  if ('why' in culprit) return answers.decline(`${fieldOf(unit, context)} changed, but ${culprit.why}`);
  const operations = operationsTo(unit.object.object, unit.before, [
    ...unit.leaves,
    ...twinsOf(unit),
    ...newNameOf(unit),
  ]);
  if (!operations || operations.length === 0) {
    return answers.decline(`${fieldOf(unit, context)} changed together with fields that have nothing to do with it`);
  }
  const image =
    unit.path.at(-1) === 'image'
      ? ' The image is the only change that can explain it; this goes back to the earlier one.'
      : '';
  const rationale = `${tellChange(unit)} by ${formatCommit(culprit.commit)}${culprit.isLater ? '' : good.deployed}, and the symptom began with it. ${good.evidence}. This puts back exactly that field.${image}`;
  return answers.fix(context, [change(unit.object.ref, ...operations)], rationale);
}

/** The same step of an image in other containers of the pod: one release in two places. */
function twinsOf({ object, before, path, leaves: [leaf] }: Unit): LeafChange[] {
  if (path.at(-1) !== 'image' || leaf === undefined) return [];
  return leafChanges(object.object, before).filter(
    (other) =>
      other.path.at(-1) === 'image' &&
      other.from === leaf.from &&
      other.to === leaf.to &&
      formatFieldPath(other.path) !== formatFieldPath(leaf.path),
  );
}

/** The variable that a lost one became, with the same value in the same commits: it goes where the old name comes back. */
function newNameOf({ object, before, path, leaves }: Unit): LeafChange[] {
  const list = path.slice(0, -1);
  if (list.at(-1) !== 'env' || leaves.some(({ from }) => from !== undefined)) return [];
  const restOf = (all: readonly LeafChange[], side: 'from' | 'to'): string =>
    canonicalJson(
      all
        .filter((leaf) => leaf.path.at(-1) !== 'name')
        .map((leaf) => [formatFieldPath(leaf.path.slice(path.length)), leaf[side] ?? null]),
    );
  const others = leafChanges(object.object, before).filter(
    (leaf) => startsWith(leaf.path, list) && leaf.to === undefined && !startsWith(leaf.path, path),
  );
  const names = new Set(others.map((leaf) => formatFieldPath(leaf.path.slice(0, path.length))));
  return names.size === 1 && restOf(others, 'from') === restOf(leaves, 'to') ? others : [];
}

function fieldsOf(units: readonly Unit[], context: ProposeContext): string {
  return listOf(units.map((unit) => fieldOf(unit, context)));
}

function fieldOf(unit: Unit, { declared }: ProposeContext): string {
  if (unit.called !== undefined) return unit.called;
  const field = formatFieldPath(unit.path);
  return sameObject(unit.object.ref, declared.ref) ? field : `${field} of ${formatRef(unit.object.ref)}`;
}
