import type { SourceEdit } from '../../domain/change-set.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { generatorPlaces } from './application-places.ts';
import { helmCandidates } from './helm-candidates.ts';
import { kustomizeCandidates } from './kustomize-candidates.ts';
import { editAt, leavesOf } from './places.ts';
import type { Goal } from './goal.ts';
import type { Candidate, LocateContext, Session } from './session.ts';
import { scalarCandidates, wishesOf } from './value-candidates.ts';

/** Ways to reach a goal, the best first: the place that sets the value now, then the nearest override of it. */
export async function* candidatesFor(context: LocateContext, session: Session, goal: Goal): AsyncIterable<Candidate> {
  if (goal.source.type === 'Directory') {
    const candidate = directoryCandidate(goal);
    if (candidate) yield candidate;
    return;
  }
  yield* generatorValues(context, goal);
  if (goal.source.type === 'Kustomize') yield* kustomizeCandidates(context, session, goal);
  else yield* helmCandidates(context, session, goal);
}

/** Values of a generator that go into the Application, where an ApplicationSet makes it. */
function* generatorValues(context: LocateContext, goal: Goal): Generator<Candidate> {
  const [wish, ...more] = wishesOf(goal.declared.object, goal.operations);
  if (!wish || more.length > 0) return;
  const leaves = generatorPlaces(context, goal).flatMap(leavesOf);
  for (const { leaf, value } of scalarCandidates(leaves, wish)) {
    const edit = editAt(leaf.place, [{ op: 'replace', path: leaf.path, value }]);
    yield { repoURL: leaf.place.repoURL, edits: [edit], place: leaf.place.label };
  }
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
