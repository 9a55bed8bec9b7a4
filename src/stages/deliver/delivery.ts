import type { ChangeSet } from '../../domain/change-set.ts';
import { LOG_PATH } from '../../domain/evidence.ts';
import { sha256 } from '../../domain/fingerprint.ts';
import type { Incident } from '../../domain/incident.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Decision } from '../../domain/outcome.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Fix } from '../../domain/proposal.ts';
import type { Location } from '../../domain/source.ts';
import type { PullRequest } from '../../ports/forge.ts';
import type { PullRequestState } from './state-block.ts';
import type { Hide } from './sticky.ts';

/** A proven fix, ready to become a pull request. */
export interface Delivery {
  readonly incident: Incident;
  readonly location: Location;
  readonly fix: Fix;
  readonly changeSet: ChangeSet;
  readonly proof: Proof;
  readonly cluster: string;
  /** Branch, or `HEAD` for the default one, that the edited repository is followed at. */
  readonly targetRevision: string;
}

/** The decision, and the pull request where there is one now. */
export interface Delivered extends Decision {
  readonly pull?: PullRequest;
  /** What the pull request remembers, where one was opened. */
  readonly state?: PullRequestState;
  /** Seconds after which the forge wants to be asked again. */
  readonly retryAfter?: number;
}

/**
 * The same with the secrets hidden in every text that came from the cluster, from a model or from files. What is committed
 * and what is needed to apply the change again stays as it is. Throws where `hide` does.
 */
export async function withoutSecrets(delivery: Delivery, hide: Hide): Promise<Delivery> {
  const { incident, fix, changeSet, proof } = delivery;
  return {
    ...delivery,
    incident: {
      ...incident,
      summary: await hide(incident.summary),
      evidence: await all(incident.evidence, async (item) => ({ ...item, text: await hide(item.text) })),
      explains: await all(incident.explains, async (item) => ({ ...item, summary: await hide(item.summary) })),
      ...(incident.subject === undefined ? {} : { subject: await hide(incident.subject) }),
    },
    fix: { ...fix, name: await hide(fix.name), rationale: await hide(fix.rationale) },
    changeSet: {
      ...changeSet,
      place: await hide(changeSet.place),
      files: await all(changeSet.files, async (file) => ({ ...file, diff: await hide(file.diff) })),
    },
    proof: {
      ...proof,
      checks: await all(proof.checks, async (item) => ({ ...item, detail: await hide(item.detail) })),
    },
  };
}

const MOST_SEEN = 100;

/** What the pull request has to remember. `earlier` is what it remembers already. */
export function stateOf(delivery: Delivery, earlier?: PullRequestState): PullRequestState {
  const { incident, location, fix, changeSet, cluster } = delivery;
  const { fingerprint, cause, object, container, containerType, subject, stillServing, evidence } = incident;
  const lasting = evidence.filter(({ path }) => path !== LOG_PATH);
  const places = lasting.map((item) => sha256(`${item.object.kind} ${item.path ?? ''}`).slice(0, 8));
  return {
    version: 1,
    fingerprint,
    cluster,
    cause,
    object,
    ...(container === undefined ? {} : { container }),
    ...(containerType === undefined ? {} : { containerType }),
    ...(subject === undefined ? {} : { subject }),
    // As it was before the fix: what is judged after the merge.
    stillServing: earlier?.stillServing ?? stillServing,
    application: location.application,
    repoURL: changeSet.repoURL,
    baseRevision: changeSet.baseRevision,
    origin: fix.origin,
    name: fix.name.slice(0, 200),
    rationale: fix.rationale.slice(0, 1200),
    evidence: [...fix.evidence],
    changes: fix.changes.map(({ object: ref, operations }) => ({
      object: ref,
      operations: operations.map((item) => ({ ...item, path: [...item.path] })),
    })),
    files: changeSet.files.map(({ path, before, after }) => ({ path, before: sha256(before), after: sha256(after) })),
    evidenceSeen: [...new Set([...(earlier?.evidenceSeen ?? []), ...places])].slice(0, MOST_SEEN).sort(),
  };
}

/** Whether two states stand for the same edit of the same files: then the branch needs no new commit. */
export function sameEdit(a: PullRequestState, b: PullRequestState): boolean {
  return canonicalJson([a.changes, a.files]) === canonicalJson([b.changes, b.files]);
}

/** Whether a state holds no evidence that the other does not hold: then the body needs no change either. */
export function sameEvidence(a: PullRequestState, b: PullRequestState): boolean {
  return canonicalJson(a.evidenceSeen) === canonicalJson(b.evidenceSeen);
}

function all<T>(items: readonly T[], change: (item: T) => Promise<T>): Promise<T[]> {
  return Promise.all(items.map((item) => change(item)));
}
