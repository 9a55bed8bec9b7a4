import type { SourceEdit } from '../../domain/change-set.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { helmCandidates } from './helm-candidates.ts';
import { kustomizeCandidates } from './kustomize-candidates.ts';
import type { Goal } from './plan.ts';
import type { Candidate, LocateContext, Session } from './session.ts';

/** Ways to reach a goal, the best first: the place that sets the value now, then the nearest override of it. */
export async function* candidatesFor(context: LocateContext, session: Session, goal: Goal): AsyncIterable<Candidate> {
  if (goal.source.type === 'Directory') {
    const candidate = directoryCandidate(goal);
    if (candidate) yield candidate;
  } else if (goal.source.type === 'Kustomize') yield* kustomizeCandidates(context, session, goal);
  else yield* helmCandidates(context, session, goal);
}

function directoryCandidate({ declared, operations, location }: Goal): Candidate | undefined {
  const { origin } = declared;
  if (!origin) return undefined;
  const edit: SourceEdit = {
    path: origin.file,
    document: selectorOf(declared, location.spec.destination.namespace),
    operations,
  };
  return { repoURL: origin.repoURL, edits: [edit], place: `the manifest ${origin.file}` };
}

function selectorOf({ ref, origin }: RenderedObject, namespace: string | undefined): SourceEdit['document'] {
  // By name, as the object may be an item of a List; generated names have no name of their own in the file.
  if (ref.name.includes('*')) return { index: origin?.document ?? 0 };
  return namespace === undefined ? { ref } : { ref, defaultNamespace: namespace };
}
