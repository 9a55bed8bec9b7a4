import type { ApplicationStatus } from '../../domain/kubernetes/application.ts';
import type { Location } from '../../domain/source.ts';
import type { SourceVersion } from './proposer.ts';
import { time } from './time.ts';

/** One entry of an Application's history: a revision that was applied. Times in milliseconds. */
export interface Deployment {
  readonly revision: string;
  readonly startedAt: number;
  readonly deployedAt: string;
}

/** Clocks of nodes and of Argo CD may differ, and times are whole seconds. */
export const SKEW = 5000;

/** How long before its end a sync began, where only its end is told: pods are made in between. */
const USUAL_SYNC = 60_000;

/** The deployments of the source of an Application that its history is read from, oldest first. */
export function deploymentsOf(
  status: ApplicationStatus,
  location: Pick<Location, 'sourceIndex' | 'history'>,
): Deployment[] {
  const { sourceIndex } = location.history ?? location;
  return (status.history ?? [])
    .flatMap(({ revision, revisions, deployStartedAt, deployedAt }) => {
      const sha = revisions?.[sourceIndex] ?? revision;
      const ended = time(deployedAt);
      const startedAt = time(deployStartedAt) ?? (ended === undefined ? undefined : ended - USUAL_SYNC);
      return sha === undefined || startedAt === undefined
        ? []
        : [{ revision: sha, startedAt, deployedAt: deployedAt ?? deployStartedAt ?? '' }];
    })
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

/**
 * Deployments in a row that declared the same are one state: it began with the first of them. `declared` is what a
 * deployment declared of the workload, as text; undefined where that is not known, which is a state of its own.
 */
export function statesOf(
  deployments: readonly Deployment[],
  declared: (deployment: Deployment) => string | undefined,
): Deployment[] {
  const states: { readonly first: Deployment; readonly text: string | undefined }[] = [];
  for (const deployment of deployments) {
    const text = declared(deployment);
    if (text === undefined || states.at(-1)?.text !== text) states.push({ first: deployment, text });
  }
  return states.map(({ first }) => first);
}

/** The deployment that a rollout came from, and the one before it. */
export function around(
  deployments: readonly Deployment[],
  rolloutAt: number | undefined,
): { broke: Deployment; before: Deployment } | undefined {
  const until =
    rolloutAt === undefined ? deployments : deployments.filter(({ startedAt }) => startedAt <= rolloutAt + SKEW);
  const broke = until.at(-1);
  const before =
    broke && until.findLast(({ revision, startedAt }) => startedAt < broke.startedAt && revision !== broke.revision);
  return broke && before ? { broke, before } : undefined;
}

/**
 * What the Application rendered to at a deployed revision: the version of that very commit, else the newest one that was
 * committed before the deployment began (a revision that does not touch the source is not among the versions).
 */
export function versionAt(versions: readonly SourceVersion[], deployment: Deployment): SourceVersion | undefined {
  return (
    versions.find(({ commit }) => commit.revision === deployment.revision) ??
    versions.find(({ commit }) => (time(commit.committedAt) ?? Infinity) <= deployment.startedAt)
  );
}
