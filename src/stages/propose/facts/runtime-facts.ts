import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath } from '../../../domain/field-path.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import { formatCommit, lastFieldChange } from '../field-history.ts';
import { namedUnits } from '../history/named.ts';
import { symptomText } from '../symptom-text.ts';
import { downBefore, downService, earlierFail, missedBefore, runsWell } from '../history/outside.ts';
import { ranWell } from '../ran-well.ts';
import { remoteTrouble } from '../history/remote.ts';
import { progressOf } from '../history/stalled.ts';
import { time } from '../time.ts';
import type { Unit } from '../history/units.ts';
import type { ProposeContext } from '../proposer.ts';
import type { Edited } from './edited.ts';
import { isOfTemplate } from './edited.ts';

/** Causes that show once a container runs, or a run of a CronJob ends. */
const RUNTIME = /^(?:crash|probe|job)\//;
/** What a container is told to run, and with what. */
const TOLD_TO_RUN = new Set(['command', 'args', 'env', 'envFrom', 'lifecycle', 'workingDir']);
/** Words of a program that ran into a bound which fills up by and by: that it ran well before says nothing then. */
const FILLS_UP = /out of (?:heap )?(?:memory|space)|OutOfMemory|heap space|no space left|too many open files/i;

/**
 * Why the field is not what makes the workload fail: pods of the same template run, or ran well for long; the failure is older
 * than the value; a Service that it depends on is down; or the pods never came so far.
 */
export async function runtimeFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  const { incident, declared } = context;
  const units = edited.flatMap(unitsOf);
  const inTemplate = edited.flatMap((one) => one.leaves.filter(({ path }) => isOfTemplate(one, path, context)));
  const [first] = inTemplate;
  if (incident.cause === 'rollout/stalled') return first && progressFact(inTemplate, context);
  // What another workload or a Service is told may be the very thing that is outside.
  const isOwn = edited.every(
    ({ before: { ref } }) =>
      sameObject(ref, declared.ref) || (ref.kind !== 'Service' && podTemplatePath(ref.kind) === undefined),
  );
  if (!RUNTIME.test(incident.cause) || !isOwn) return undefined;
  const well = runsWell(context);
  if (well && (well.asNew || first)) return `${well.name}, of the same revision, runs well`;
  const recent: Unit[] = [];
  for (const unit of units) {
    // What stands beside it in a list may have changed later.
    const path = unit.leaves[0]?.path ?? unit.path;
    const last = await lastFieldChange(context.versions(), unit.object.ref, path);
    const writtenAt = time(last?.commit.committedAt);
    if (!last || writtenAt === undefined) continue;
    recent.push(unit);
    if (!inTemplate.some((leaf) => leaf.path === path)) continue;
    const older =
      earlierFail(context, writtenAt, writtenAt) ?? downBefore(context, writtenAt) ?? missedBefore(context, writtenAt);
    if (older !== undefined)
      return `${formatFieldPath(path)} is what it is since ${formatCommit(last.commit)}, but ${older}`;
  }
  return (await downService(context, recent)) ?? (await remoteTrouble(context, units)) ?? ranWellFact(units, context);
}

async function ranWellFact(units: readonly Unit[], context: ProposeContext): Promise<string | undefined> {
  const well = ranWell(context);
  if (well === undefined) return undefined;
  const text = await symptomText(context);
  if (FILLS_UP.test(text)) return undefined;
  const named = await namedUnits(units, context);
  return named.length > 0
    ? undefined
    : `its pods ran well for ${Math.round(well / 60_000)} minutes before, and the symptom does not name what would change`;
}

function progressFact(leaves: readonly { readonly path: FieldPath }[], context: ProposeContext): string | undefined {
  const progress = progressOf(context);
  if (progress === 'no-pod') return 'no new pod was made, so nothing that one is made of stops it';
  if (progress === 'gated' && leaves.every(({ path }) => path.includes('containers')))
    return 'the containers of the new pods are all ready: only a readiness gate holds the pods back';
  if (progress === 'not-started' && leaves.every(({ path }) => path.some(isToldToRun)))
    return 'no container of the new pods was ever started, so nothing that one is told to run stops it';
  if (progress === 'initialising' && leaves.every(({ path }) => path.includes('containers')))
    return 'the new pods have not come past their init containers';
  return undefined;
}

function isToldToRun(segment: FieldPath[number]): boolean {
  return typeof segment === 'string' && (TOLD_TO_RUN.has(segment) || segment.endsWith('Probe'));
}

/** Each leaf in the field that people would name: the variable, the whole command line. */
function unitsOf({ before, after, leaves }: Edited): Unit[] {
  return leaves.map((leaf) => ({ object: before, before: after.object, path: fieldOf(leaf.path), leaves: [leaf] }));
}

function fieldOf(path: FieldPath): FieldPath {
  const at = path.findIndex((segment) => segment === 'env' || segment === 'args' || segment === 'command');
  return at < 0 ? path : path.slice(0, path[at] === 'env' ? at + 2 : at + 1);
}
