import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual, plainText } from '../../domain/json.ts';
import { formatRef, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { applicationPlaces, generatorPlaces } from './application-places.ts';
import { compareRenders } from './compare.ts';
import { counterpart, isIdentity, valueIn } from './counterpart.ts';
import type { FedField, FieldOrigin, Question } from './field-origin.ts';
import { NO_OVERLAY, realPath } from './files.ts';
import { effectiveValues, helmLayers, liveLeaves } from './helm-layers.ts';
import { writeCandidates } from './helm-writes.ts';
import { describes, leavesThatCarry } from './kustomize-candidates.ts';
import { inlinePatches, kustomizePlaces } from './kustomize-places.ts';
import { positionInPlace } from './position.ts';
import type { Leaf } from './places.ts';
import { editAt, leavesOf, scalarsOf } from './places.ts';
import { perturb } from './proposals.ts';
import { rankedLeaves } from './rank-leaves.ts';
import { findFollowed } from './search-feeders.ts';
import type { Candidate, LocateContext, Session } from './session.ts';
import { templateHint } from './template-hint.ts';
import { textOrigins } from './text-origins.ts';
import { unwrittenOptions } from './unwritten-options.ts';

/** Where a followed value is written, and the change that showed that the field follows it. */
interface Followed {
  readonly origin: Omit<FieldOrigin, 'value' | 'feeds'>;
  readonly candidate: Candidate;
}

/** Finds a field's source by changing one source value after the other and looking whether the field follows. */
export async function traceByRendering(
  context: LocateContext,
  session: Session,
  question: Question,
): Promise<Result<FieldOrigin, Problem>> {
  const { declared, value } = question;
  const [leafField] = scalarsOf(value);
  const path = [...question.path, ...(leafField?.path ?? [])];
  const found =
    (await fromTexts(session, question, path)) ??
    (await fromLeaves(session, declared, path, leafField?.value ?? null, leavesOfSource(context, question)));
  if (!found) {
    const hint =
      templateHint({ ...question, operations: [{ op: 'remove', path }] }) ?? unwrittenOptions(context, question);
    const message = `no value in Git was found that sets ${formatFieldPath(path)} of ${formatRef(declared.ref)}`;
    return err(problem('not-found', hint === undefined ? message : `${message}: ${hint}`));
  }
  return ok({ value, ...found.origin, feeds: await feedsOf(context, session, question, found.candidate, path) });
}

/** Files that are no YAML, such as those that a generator puts into a ConfigMap as they are. */
async function fromTexts(session: Session, question: Question, path: FieldPath): Promise<Followed | undefined> {
  for (const { file, line, column, via, place, changed } of textOrigins(question, path)) {
    const { repoURL } = question.source.request.checkout;
    const candidate = { repoURL, edits: [], texts: new Map([[file, changed]]), place };
    if (await follows(session, question.declared, path, candidate)) {
      return { origin: { repoURL, file, line, column, path: via, via: place }, candidate };
    }
  }
  return undefined;
}

/** All scalars that may feed the source's objects: live values of a chart, or the documents of a kustomization. */
function leavesOfSource(context: LocateContext, question: Question): readonly Leaf[] {
  const generated = generatorPlaces(context, question).flatMap(leavesOf);
  if (question.source.type === 'Helm') return [...generated, ...valueLeaves(context, question)];
  const options = applicationPlaces(context, question);
  const places = [...kustomizePlaces(question.source, NO_OVERLAY), ...options, ...options.flatMap(inlinePatches)];
  const own = places.filter((place) => place.kind !== 'manifest' || describes(place, question.declared.ref));
  const replaces = places.some(
    ({ kind, value }) => kind === 'kustomization' && /"(replacements|vars)":/.test(JSON.stringify(value)),
  );
  // A replacement copies a value from another object; it is the same there.
  const foreign = replaces ? places.filter((place) => !own.includes(place)).flatMap(leavesOf) : [];
  return [
    ...generated,
    ...leavesThatCarry(own),
    ...foreign.filter(({ value }) => plainText(value) === plainText(question.value)),
  ];
}

function valueLeaves(context: LocateContext, question: Question): readonly Leaf[] {
  const layers = helmLayers(context, question);
  const values = effectiveValues(layers);
  const leaves = liveLeaves(layers);
  return leaves.map((leaf): Leaf => {
    if (leaf.place.member === undefined) return leaf;
    const probe: Leaf['probe'] = (value) => {
      const [first] = writeCandidates(layers, leaves, values, { key: leaf.key, value }, context, {
        ...question,
        mending: false,
      });
      return first;
    };
    return { ...leaf, probe };
  });
}

/** Candidates by text first, the likeliest one by one; then everything else, many at a time. */
async function fromLeaves(
  session: Session,
  declared: RenderedObject,
  path: FieldPath,
  target: JsonValue,
  leaves: readonly Leaf[],
): Promise<Followed | undefined> {
  const ranked = rankedLeaves(leaves, path, target);
  const likely = ranked.slice(0, isIdentity(path) ? 12 : 4);
  for (const leaf of likely) {
    const found = await followsLeaf(session, declared, path, leaf);
    if (found) return found;
  }
  const anchored = likely.find(
    (leaf) =>
      isAnchored(session, leaf) && formatFieldPath(leaf.path.filter(isKey)) === formatFieldPath(path.filter(isKey)),
  );
  if (anchored) {
    const origin = originOf(session, anchored);
    const candidate = { repoURL: origin.repoURL, edits: [], place: origin.via };
    return { origin: { ...origin, via: `${origin.via}, through an anchor` }, candidate };
  }
  const tried = new Set(likely);
  const order = new Set([...ranked, ...leaves]);
  const [leaf] = await findFollowed(
    session,
    declared,
    [...order].filter((other) => !tried.has(other) && !other.probe),
    path,
    1,
  );
  return leaf && followsLeaf(session, declared, path, leaf);
}

/** Whether other values share the scalar through an anchor, so that it cannot be tried alone. */
function isAnchored(session: Session, { place, path, value }: Leaf): boolean {
  const edits = [editAt(place, [{ op: 'replace', path, value: perturb(value)[0] ?? null }])];
  const built = session.changeSet({ repoURL: place.repoURL, edits, place: place.label });
  return !built.ok && built.error.code === 'edit-anchor';
}

function isKey(segment: FieldPath[number]): boolean {
  return typeof segment === 'string';
}

/** The change of a scalar that the field follows; undefined where it follows none. */
async function followsLeaf(
  session: Session,
  declared: RenderedObject,
  path: FieldPath,
  leaf: Leaf,
): Promise<Followed | undefined> {
  const { place, path: at, value, probe } = leaf;
  for (const other of perturb(value)) {
    if (!session.hasBudget()) return undefined;
    const plain = { repoURL: place.repoURL, edits: [editAt(place, [{ op: 'replace', path: at, value: other }])] };
    const tried = probe ? probe(other) : plain;
    if (!tried) return undefined;
    const candidate = { repoURL: tried.repoURL, edits: tried.edits, place: place.label };
    const answer = await follows(session, declared, path, candidate);
    if (answer === undefined) continue;
    return answer ? { origin: originOf(session, leaf), candidate } : undefined;
  }
  return undefined;
}

function originOf(session: Session, { place, path: at }: Leaf): Followed['origin'] {
  const inner = formatFieldPath([...place.base, ...at]);
  const { repoURL } = place;
  const checkout = session.checkout(repoURL, place.revision);
  const file = checkout ? realPath(checkout, place.file) : place.file;
  const position = positionInPlace(checkout, place, at);
  const outer = place.inside ? formatFieldPath(place.inside) : place.member;
  const path = outer === undefined ? inner : `${outer} > ${inner}`;
  return { repoURL, file, ...position, path, via: `${inner} in ${place.label}` };
}

/** Whether the field takes another value; undefined where the change does not render, or takes the field away. */
async function follows(
  session: Session,
  declared: RenderedObject,
  path: FieldPath,
  candidate: Candidate,
): Promise<boolean | undefined> {
  const rendered = await session.renderWith(candidate);
  if (!rendered.ok) return undefined;
  const now = counterpart(session.base.objects, rendered.value.objects, declared, path);
  const value = valueIn(now, declared, path);
  return value === undefined ? undefined : !deepEqual(getField(declared.object, path), value);
}

/** Fields that moved together with the one that was asked for, in all Applications that read the file. */
async function feedsOf(
  context: LocateContext,
  session: Session,
  { location, declared, path }: Question,
  candidate: Candidate,
  leafPath: FieldPath,
): Promise<readonly FedField[]> {
  const changeSet = session.changeSet(candidate);
  if (!changeSet.ok) return [];
  const { pairs } = await context.fanIn.pairs(location, changeSet.value);
  const asked = new Set([formatFieldPath(path), formatFieldPath(leafPath)]);
  const identity = isIdentity(path) ? formatFieldPath(path) : 'metadata.name';
  return pairs.flatMap(({ application, before, after }) => {
    const own =
      application.name === location.application.name && application.namespace === location.application.namespace;
    return compareRenders(before, after)
      .flatMap(({ object, field, before: old }) => {
        if (field !== '') return [{ object, field }];
        // An object under another name came and went; it counts once.
        return old === undefined ? [] : [{ object, field: identity }];
      })
      .filter(({ object, field }) => !(own && sameObject(object, declared.ref) && asked.has(field)))
      .slice(0, 50)
      .map(({ object, field }) => ({ application, object, field }));
  });
}
