import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import { formatRef, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Location, RenderedObject } from '../../domain/source.ts';
import { applicationPlaces, generatorPlaces } from './application-places.ts';
import { compareRenders } from './compare.ts';
import { NO_OVERLAY } from './files.ts';
import { helmLayers, liveLeaves } from './helm-layers.ts';
import { describes } from './kustomize-candidates.ts';
import { kustomizePlaces } from './kustomize-places.ts';
import { findDeclared } from './location.ts';
import type { FedField, FieldOrigin } from './origin.ts';
import { positionInPlace } from './position.ts';
import type { Leaf } from './places.ts';
import { editAt, isScalar, leavesOf, scalarsOf } from './places.ts';
import { nameSimilarity, perturb } from './proposals.ts';
import type { RenderedSource } from './render.ts';
import { findFollowed } from './search-feeders.ts';
import type { Candidate, LocateContext, Session } from './session.ts';
import { templateHint } from './template-hint.ts';
import { namesOf } from './value-candidates.ts';

export interface Question {
  readonly location: Location;
  readonly source: RenderedSource;
  readonly declared: RenderedObject;
  readonly path: FieldPath;
  readonly value: JsonValue;
}

/** A source scalar that the field was seen to follow, and the change that showed it. */
interface Followed {
  readonly leaf: Leaf;
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
  const target = leafField?.value ?? null;
  const leaves = leavesOfSource(context, question);
  const found = await firstFollowed(session, declared, path, target, leaves);
  if (!found) {
    const hint = templateHint({ ...question, operations: [{ op: 'remove', path }] });
    const message = `no value in Git was found that sets ${formatFieldPath(path)} of ${formatRef(declared.ref)}`;
    return err(problem('not-found', message, hint === undefined ? {} : { hint }));
  }
  const { leaf, candidate } = found;
  const position = positionInPlace(session.checkout(leaf.place.repoURL), leaf.place, leaf.path);
  const inner = formatFieldPath([...leaf.place.base, ...leaf.path]);
  return ok({
    value,
    repoURL: leaf.place.repoURL,
    file: leaf.place.file,
    ...position,
    path: leaf.place.inside ? `${formatFieldPath(leaf.place.inside)} > ${inner}` : inner,
    via: `${inner} in ${leaf.place.label}`,
    feeds: await feedsOf(context, session, question, candidate, path),
  });
}

/** All scalars that may feed the source's objects: live values of a chart, or the documents of a kustomization. */
function leavesOfSource(context: LocateContext, question: Question): readonly Leaf[] {
  const generated = generatorPlaces(context, question).flatMap(leavesOf);
  if (question.source.type === 'Helm') return [...generated, ...liveLeaves(helmLayers(context, question))];
  const places = [...kustomizePlaces(question.source, NO_OVERLAY), ...applicationPlaces(context, question)];
  return [
    ...generated,
    ...places.flatMap((place) => {
      const own = describes(place, question.declared.ref);
      const foreign = place.kind === 'manifest' && !own;
      return foreign ? [] : leavesOf(place);
    }),
  ];
}

async function firstFollowed(
  session: Session,
  declared: RenderedObject,
  path: FieldPath,
  target: JsonValue,
  leaves: readonly Leaf[],
): Promise<Followed | undefined> {
  const field = namesOf(path);
  const ranked = leaves
    .flatMap((leaf) => {
      const distance = relation(leaf, path, target);
      if (distance === undefined) return [];
      const near = Math.min(nameSimilarity(field, namesOf(leaf.path)), 4) * 0.15;
      return [{ leaf, cost: distance - near + (leaf.place.layer >= 90 ? 0 : 0.4) }];
    })
    .sort((a, b) => a.cost - b.cost);
  for (const { leaf } of ranked) {
    const candidate = await follows(session, declared, path, leaf);
    if (candidate) return { leaf, candidate };
  }
  const tried = new Set(ranked.map(({ leaf }) => leaf));
  const rest = leaves.filter((leaf) => !tried.has(leaf));
  const [leaf] = await findFollowed(session, declared, rest, path, 1);
  const candidate = leaf && (await follows(session, declared, path, leaf));
  return leaf && candidate ? { leaf, candidate } : undefined;
}

/** How a scalar's text hangs together with the field's: less is closer; undefined where it does not. */
function relation(leaf: Leaf, path: FieldPath, target: JsonValue): number | undefined {
  if (!isScalar(target) || target === null || leaf.value === null) return undefined;
  const [text, field] = [String(leaf.value), String(target)];
  if (text === field) return samePath(leaf, path) ? -0.5 : 0;
  if (text === '' || field === '' || typeof leaf.value === 'boolean') return undefined;
  // Of the parts of an image it is the last that changes.
  if (field.endsWith(text)) return 1;
  if (field.includes(text)) return 1.3;
  return text.includes(field) ? 2 : undefined;
}

function samePath(leaf: Leaf, path: FieldPath): boolean {
  const own = getField(leaf.place.value, path);
  return own !== undefined && formatFieldPath(namesOf(path)) === formatFieldPath(namesOf(leaf.path));
}

/** The change of a scalar that the field follows; undefined where it follows none. */
async function follows(
  session: Session,
  declared: RenderedObject,
  path: FieldPath,
  leaf: Leaf,
): Promise<Candidate | undefined> {
  const before = getField(declared.object, path);
  for (const value of perturb(leaf.value)) {
    if (!session.hasBudget()) return undefined;
    const edits = [editAt(leaf.place, [{ op: 'replace', path: leaf.path, value }])];
    const candidate = { repoURL: leaf.place.repoURL, edits, place: leaf.place.label };
    const rendered = await session.renderWith(candidate);
    if (!rendered.ok) continue;
    const now = findDeclared(rendered.value.objects, declared.ref);
    if (now === undefined) continue;
    return deepEqual(before, getField(now.object, path)) ? undefined : candidate;
  }
  return undefined;
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
  return pairs.flatMap(({ application, before, after }) => {
    const own =
      application.name === location.application.name && application.namespace === location.application.namespace;
    return compareRenders(before, after)
      .filter(({ object, field }) => !(own && sameObject(object, declared.ref) && asked.has(field)))
      .slice(0, 50)
      .map(({ object, field }) => ({ application, object, field }));
  });
}
