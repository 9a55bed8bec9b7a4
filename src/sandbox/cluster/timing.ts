/** How long things take in the sandbox, in seconds of its clock. Quick by default, so that a demo shows hours in a minute. */
export interface Timing {
  /** How often controllers and the kubelet look at the world. */
  readonly tick: number;
  readonly pull: number;
  readonly start: number;
  /** How long a task (an init container, a Job's container) runs. */
  readonly task: number;
  /** First back-off of a crash loop or a failed pull; it doubles up to `maxBackoff`. */
  readonly backoff: number;
  readonly maxBackoff: number;
  /** Stands for every probe's periodSeconds. */
  readonly probePeriod: number;
  /** At most this for progressDeadlineSeconds. */
  readonly progressDeadline: number;
  readonly termination: number;
  /** How often the GitOps controller asks the repository. */
  readonly gitPoll: number;
}

/** Seconds: what takes minutes in a cluster takes moments here, in the same order. */
export const QUICK: Timing = {
  tick: 0.1,
  pull: 0.2,
  start: 0.2,
  task: 0.3,
  backoff: 1,
  maxBackoff: 8,
  probePeriod: 0.4,
  progressDeadline: 6,
  termination: 0.3,
  gitPoll: 1,
};
