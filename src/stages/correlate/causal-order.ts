/**
 * How early in the life of a pod a failure stops it: whatever comes later in the same pod follows from it. Pods must be
 * admitted, given volumes and a node, then images, configuration and a running process, before anything can be ready.
 */
const ORDER: readonly (readonly [string, number])[] = [
  ['replicas/', 0],
  ['storage/', 1],
  ['volume/claim-missing', 2],
  ['scheduling/', 3],
  ['node/', 4],
  ['volume/', 5],
  ['image/', 6],
  ['config/', 7],
  ['memory/', 8],
  ['probe/liveness', 9],
  ['probe/startup', 9],
  ['crash/', 10],
  ['probe/readiness', 11],
  ['pod/', 12],
  ['job/', 13],
  ['rollout/', 14],
  ['service/', 15],
  ['autoscaler/', 16],
  ['ingress/', 17],
  ['disruption/', 18],
];

/** Lower is earlier. Causes of new families come after all known ones, so that they explain nothing by accident. */
export function causalRank(cause: string): number {
  return ORDER.find(([prefix]) => cause.startsWith(prefix))?.[1] ?? 99;
}

/** Ends of a running container: whichever of them one looks at, there is one root in that container. */
export function isRuntime(cause: string): boolean {
  const rank = causalRank(cause);
  return rank >= 8 && rank <= 11;
}

/** States of a whole workload that say nothing by themselves: any failure inside the workload explains them. */
export function isEffect(cause: string): boolean {
  return cause.startsWith('rollout/') || cause.startsWith('job/');
}
