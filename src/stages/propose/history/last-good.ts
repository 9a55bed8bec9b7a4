import type { ReplicaSet } from '../../../domain/kubernetes/workload.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { sameObject } from '../../../domain/object-ref.ts';
import { findObject } from '../../../domain/snapshot.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { formatCommit } from '../field-history.ts';
import type { ProposeContext, SourceVersion } from '../proposer.ts';
import { alignGenerated } from './align.ts';
import type { Beginning } from './beginning.ts';
import { SAME_ROLLOUT, beginningOf } from './beginning.ts';
import type { Pair } from './committed.ts';
import { committedPair } from './committed.ts';
import type { Deployment } from '../deployments.ts';
import { SKEW, around, deploymentsOf, statesOf, versionAt } from '../deployments.ts';
import { runsTemplate } from './live-template.ts';
import { time } from '../time.ts';

/** The last state of the Application that is known to have worked, and what shows it. */
export interface GoodState {
  readonly objects: readonly RenderedObject[];
  /** All versions that were read, newest first. */
  readonly versions: readonly SourceVersion[];
  /** The version whose deployment broke the workload, where the Application's history names it. */
  readonly broke: SourceVersion | undefined;
  readonly rolloutAt: number | undefined;
  /** The version that fails now, where several were rolled out in a short time: none of them could be told from the others. */
  readonly latest: { readonly version: SourceVersion; readonly at: number } | undefined;
  /** When the deployment that broke it began, where that is known. */
  readonly startedAt: number | undefined;
  /** True where the template itself is known to have run since the deployment that broke the workload. */
  readonly templateRan: boolean;
  /** `abc1234 "subject" (...)`. */
  readonly told: string;
  /** `, deployed at ...`, `, committed at ...` where only Git tells, or nothing. */
  readonly deployed: string;
  /** One sentence without its full stop. */
  readonly evidence: string;
}

/** A symptom that begins later than this after the deployment did not begin with it. */
const WINDOW = 24 * 3600 * 1000;

/** The last state that is known to have worked, or why none is known. */
export async function lastGood(context: ProposeContext): Promise<GoodState | { readonly why: string }> {
  const beginning = beginningOf(context);
  const deployments = deploymentsOf(context.applicationStatus, context.location);
  if (beginning.worked === undefined) return { why: 'nothing shows that this workload worked before' };
  const versions: SourceVersion[] = [];
  for await (const version of context.versions()) versions.push(version);
  const declared = (deployment: Deployment): string | undefined =>
    declaredText(context, versionAt(versions, deployment));
  const recorded = around(statesOf(deployments, declared), beginning.rolloutAt);
  const pair = recorded ?? committedPair(context, beginning, versions, declared);
  const doubt = doubtOf(context, beginning, pair);
  if (doubt !== undefined) return { why: doubt };
  const [head] = versions;
  if (!head) return { why: 'the history of the repository cannot be read' };
  const found = pair ? versionAt(versions, pair.before) : undefined;
  const good = agrees(context, beginning.witness, found) ? found : servingVersion(context, beginning, versions);
  if (!good || good === head) {
    return {
      why: beginning.witness
        ? 'what ran before the symptom matches no earlier version in Git'
        : 'the state before the symptom is not among the versions that were read',
    };
  }
  const { worked = '' } = beginning;
  return {
    objects: alignGenerated(good.objects, context.siblings),
    versions,
    broke: pair && versionAt(versions, pair.broke),
    rolloutAt: beginning.rolloutAt,
    latest: latestOf(beginning, deployments, versions),
    startedAt: pair?.broke.startedAt,
    templateRan: beginning.templateRan ?? startedLater(context, beginning, pair),
    told: formatCommit(good.commit),
    deployed: recorded
      ? `, deployed at ${recorded.broke.deployedAt}`
      : pair
        ? `, committed at ${pair.broke.deployedAt}`
        : '',
    evidence: `${worked.charAt(0).toUpperCase()}${worked.slice(1)}`,
  };
}

function latestOf(
  { latestAt }: Beginning,
  deployments: readonly Deployment[],
  versions: readonly SourceVersion[],
): GoodState['latest'] {
  if (latestAt === undefined) return undefined;
  const last = deployments.findLast(({ startedAt }) => startedAt <= latestAt + SKEW);
  const version = last && versionAt(versions, last);
  return version && { version, at: latestAt };
}

/**
 * Whether the pods of a kind without ReplicaSets were made long after the deployment: others of the same template were there in
 * between, until they were drained or deleted.
 */
function startedLater(
  { incident, snapshot }: ProposeContext,
  { rolloutAt }: Beginning,
  pair: Pair | undefined,
): boolean {
  const { kind, name, namespace } = incident.object;
  if ((kind !== 'StatefulSet' && kind !== 'DaemonSet') || rolloutAt === undefined || !pair) return false;
  // With this strategy a pod gets the template when somebody deletes it, and only then.
  const live = findObject<typeof kind>(snapshot, kind, name, namespace);
  if (live?.spec.updateStrategy?.type === 'OnDelete') return false;
  return rolloutAt - pair.broke.startedAt > SAME_ROLLOUT;
}

/** Why the times alone say that no earlier state is known to have worked, or that the symptom began with something else. */
function doubtOf(
  { policy }: ProposeContext,
  { rolloutAt, since, workedAt, ready, witness }: Beginning,
  pair: Pair | undefined,
): string | undefined {
  if (!pair && !ready)
    return 'the Application was deployed only once, or its history does not reach back to the symptom';
  const startedAt = pair?.broke.startedAt ?? rolloutAt;
  if (startedAt !== undefined && (since ?? rolloutAt ?? 0) - startedAt > WINDOW) {
    return 'the symptom began more than a day after the last deployment before it, so it did not begin with that';
  }
  const before = time(witness?.metadata.creationTimestamp);
  if (pair && before !== undefined && before > pair.broke.startedAt) {
    return 'the last deployment before the symptom was rolled out by an earlier ReplicaSet: the one that fails came later, and not from Git';
  }
  if (workedAt !== undefined && startedAt !== undefined && workedAt > startedAt + SKEW) {
    return 'it has succeeded since the last deployment before the symptom';
  }
  const shortest = policy.detect.minimumAgeSeconds * 1000;
  if (!ready && pair && pair.broke.startedAt - pair.before.startedAt < shortest) {
    return 'the state before was deployed for too short a time to show that it worked';
  }
  return undefined;
}

/** Kinds that pods run from: other workloads say nothing about a workload (and a Service depends on some). */
const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet', 'Pod']);

/** What a version declares of the workload and of all that it may depend on. */
function declaredText({ declared }: ProposeContext, version: SourceVersion | undefined): string | undefined {
  const isWorkload = WORKLOADS.has(declared.ref.kind);
  const objects = version?.objects.filter(
    ({ ref }) => sameObject(ref, declared.ref) || !isWorkload || !WORKLOADS.has(ref.kind),
  );
  return objects && canonicalJson(objects.map(({ object }) => object));
}

/** Whether the version is what an earlier ReplicaSet was made from; true where no ReplicaSet can tell. */
function agrees(context: ProposeContext, witness: ReplicaSet | undefined, version: SourceVersion | undefined): boolean {
  if (!version || !witness?.spec.template) return version !== undefined;
  const object = version.objects.find(({ ref }) => sameObject(ref, context.declared.ref));
  return object !== undefined && runsTemplate(object, witness.spec.template);
}

/** The newest version, the head apart, that the pods run which still serve; undefined where the head looks the same. */
function servingVersion(
  context: ProposeContext,
  { ready }: Beginning,
  versions: readonly SourceVersion[],
): SourceVersion | undefined {
  const [head, ...earlier] = versions;
  if (!ready || !head || agrees(context, ready, head)) return undefined;
  return earlier.find((version) => agrees(context, ready, version));
}
