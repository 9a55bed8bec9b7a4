import type { Change } from '../../domain/change.ts';
import type { ChangeSet, SourceEdit } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import { formatRef, refKey } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { formatPlace, problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Checkout, Location, RenderedObject } from '../../domain/source.ts';
import type { Git } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import type { Overlay } from '../../ports/renderer.ts';
import { buildChangeSet } from '../edit/build-change-set.ts';
import type { SameFault } from './alike.ts';
import { withAlike } from './alike.ts';
import { textChange } from './text-change.ts';
import { comparable, compareRenders } from './compare.ts';
import type { FanIn } from './fan-in.ts';
import { NO_OVERLAY, isText, readSource, realPath } from './files.ts';
import { heldBefore } from './held-before.ts';
import { overlayOf } from './pairs.ts';
import { followedBranch, pinnedReason, revisionsIn } from './pinned.ts';
import type { RenderService, RenderedApplication } from './render.ts';

/** What provenance works with. */
export interface LocateContext {
  readonly git: Git;
  readonly renders: RenderService;
  readonly fanIn: FanIn;
  readonly log: Log;
  /** Renders that one question may cost. */
  readonly renderLimit: number;
  /** Whether a change that also moves other Applications will do where nothing else does. */
  readonly allowShared: boolean;
}

/** A way to make a change: edits of one repository's files, and words for the reviewer. */
export interface Candidate {
  readonly repoURL: string;
  readonly edits: readonly SourceEdit[];
  /** New texts of files that are not YAML (what a generator puts into a ConfigMap), by path. */
  readonly texts?: ReadonlyMap<string, string>;
  /** Where it writes and why there. */
  readonly place: string;
  /** It writes a key that nothing sets yet: a guess, of which a refusal tells nothing. */
  readonly guess?: true;
  /** The same with another value: where the field takes the wanted one then too, this writes a switch and not the value. */
  readonly control?: Candidate;
  /** It counts only where a field of its file had this value in an earlier commit. */
  readonly onlyAsBefore?: { readonly file: string; readonly path: FieldPath; readonly value: JsonValue };
}

/** What is decided already, before a candidate comes on top. */
export type Settled = Pick<Candidate, 'edits' | 'texts'> & { readonly repoURL?: string };

/** Something that was tried and does not do. */
export interface Tried {
  readonly place: string;
  readonly why: string;
  readonly guess?: true;
}

/** How a candidate turned out. */
export type Attempt =
  | { readonly kind: 'exact'; readonly changeSet: ChangeSet }
  | { readonly kind: 'shared'; readonly with: readonly string[]; readonly changeSet: ChangeSet }
  | { readonly kind: 'no-effect' | 'other'; readonly why: string }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** One question: a rendered Application, and candidates that are tried against it within a budget. */
export interface Session {
  readonly base: RenderedApplication;
  /** Whether the question is about a fault: see Goal. */
  readonly mending: boolean;
  readonly tried: readonly Tried[];
  /** False where the budget of renders is used up. */
  hasBudget(): boolean;
  /** Renders with a candidate on top of edits that are settled, and compares with what is wanted. */
  attempt(candidate: Candidate, settled: Settled, wanted: readonly RenderedObject[]): Promise<Attempt>;
  /** Notes why a candidate does not do although it renders to what is wanted. */
  rejects(candidate: Candidate, why: string): void;
  /** Renders with edits; used to see which fields follow a value. */
  renderWith(candidate: Candidate): Promise<Result<RenderedApplication, Problem>>;
  /** The change set of a candidate alone, not rendered. */
  changeSet(candidate: Candidate): Result<ChangeSet, Problem>;
  /** The checkout that is edited, or the one of a revision. */
  checkout(repoURL: string, revision?: string): Checkout | undefined;
  /** Whether what a candidate counts on is so: see Candidate.onlyAsBefore. */
  holds(candidate: Candidate): Promise<boolean>;
  /** Why nothing may be written in a repository; see pinnedReason. */
  pinned(repoURL: string): Promise<string | undefined>;
}

/**
 * Opens a question. `known` are checkouts by address and revision, read and filled; `changes` are what is wished, and `alike`
 * says that it is about a fault, and which other objects have it.
 */
export async function createSession(
  context: LocateContext,
  location: Location,
  base: RenderedApplication,
  known: Map<string, Checkout>,
  changes: readonly Change[] = [],
  alike?: readonly ObjectRef[],
): Promise<Session> {
  const { renders, fanIn, renderLimit } = context;
  const fault: SameFault = { changes, alike: alike ?? [] };
  const tried: Tried[] = [];
  const pins = new Map<string, string | undefined>();
  const start = renders.count();
  const all = base.sources.flatMap(({ request }) => [request.checkout, ...request.refs.values()]);
  const checkouts = new Map(all.map((checkout) => [checkout.repoURL, checkout]));
  const branches = new Map<string, string>();
  for (const repoURL of checkouts.keys()) {
    // Of several revisions of a repository, only that of a branch can be written to.
    const several = revisionsIn(location.spec, repoURL).length > 1;
    const branch = several ? await followedBranch(context.git, location, repoURL) : undefined;
    const head = all.find((one) => one.repoURL === repoURL && one.revision === branch?.head && !one.pinned);
    if (branch) branches.set(repoURL, branch.name);
    if (head) checkouts.set(repoURL, head);
  }
  const home = await fanIn.home(location, known);
  if (home && !checkouts.has(home.repoURL)) checkouts.set(home.repoURL, home);

  function build(candidate: Candidate, edits: readonly SourceEdit[]): Result<ChangeSet, Problem> {
    const { repoURL, place, texts = new Map<string, string>() } = candidate;
    const checkout = checkouts.get(repoURL);
    const baseRevision = checkout?.revision ?? '';
    const branch = branches.get(repoURL);
    const on = { repoURL, baseRevision, ...(branch === undefined ? {} : { targetRevision: branch }) };
    const read = (path: string): string | undefined => (checkout ? readSource(checkout, NO_OVERLAY, path) : undefined);
    const odd = [...texts.keys(), ...edits.map(({ path }) => path)].find((path) => checkout && !isText(checkout, path));
    if (odd !== undefined) return err(problem('file-invalid', 'the file is not UTF-8', { place: { file: odd } }));
    // What a symlink leads to is edited, where Git holds it: others may come to it on another way.
    const real = (path: string): string => (checkout ? realPath(checkout, path) : path);
    const files = [...texts].map(([path, text]) => textChange(real(path), read(path) ?? '', text));
    if (edits.length === 0 && files.length > 0) return ok({ ...on, files, edits, place });
    const written = edits.map((edit) => ({ ...edit, path: real(edit.path) }));
    const built = buildChangeSet({ repoURL, baseRevision, edits: written, place, read });
    return built.ok ? ok({ ...built.value, ...on, files: [...built.value.files, ...files] }) : built;
  }

  async function renderOverlay(repoURL: string, overlay: Overlay): Promise<Result<RenderedApplication, Problem>> {
    const checkout = checkouts.get(repoURL);
    const target = checkout ? fanIn.underOverlay(location, checkout, overlay) : location;
    return renders.render(target, { overlay, checkouts: known });
  }

  async function judge(candidate: Candidate, settled: Settled, wanted: readonly RenderedObject[]): Promise<Attempt> {
    const texts = new Map([...(settled.texts ?? []), ...(candidate.texts ?? [])]);
    const changeSet = build({ ...candidate, texts }, [...settled.edits, ...candidate.edits]);
    if (!changeSet.ok) return { kind: 'refused', problem: changeSet.error };
    const overlay = overlayOf(changeSet.value);
    const rendered = await renderOverlay(candidate.repoURL, overlay);
    if (!rendered.ok) return { kind: 'refused', problem: rendered.error };
    const { objects } = rendered.value;
    const now = comparable(base.objects, objects);
    if (!sameObjects(withAlike(wanted, now, fault), now)) return describe(base.objects, wanted, objects);
    const checkout = checkouts.get(candidate.repoURL);
    const others = checkout ? await fanIn.others(location, checkout, overlay, known, fault) : [];
    return others.length > 0
      ? { kind: 'shared', with: others, changeSet: changeSet.value }
      : { kind: 'exact', changeSet: changeSet.value };
  }

  function note({ place, guess }: Candidate, why: string): void {
    tried.push({ place, why, ...(guess ? { guess } : {}) });
  }

  return {
    base,
    mending: alike !== undefined,
    tried,
    hasBudget: () => renders.count() - start < renderLimit,
    async attempt(candidate, settled, wanted) {
      const attempt = await judge(candidate, settled, wanted);
      if (attempt.kind !== 'exact') note(candidate, reasonOf(attempt));
      return attempt;
    },
    rejects: note,
    async renderWith(candidate) {
      const changeSet = build(candidate, candidate.edits);
      return changeSet.ok ? renderOverlay(candidate.repoURL, overlayOf(changeSet.value)) : changeSet;
    },
    changeSet: (candidate) => build(candidate, candidate.edits),
    checkout: (repoURL, revision) =>
      all.find((one) => one.repoURL === repoURL && one.revision === revision) ?? checkouts.get(repoURL),
    holds: async ({ repoURL, onlyAsBefore }) =>
      onlyAsBefore === undefined || heldBefore(context.git, checkouts.get(repoURL), onlyAsBefore),
    async pinned(repoURL) {
      if (!pins.has(repoURL)) pins.set(repoURL, await pinnedReason(context.git, location, repoURL));
      return pins.get(repoURL);
    },
  };
}

/** Whether two renders hold the same objects with the same content. */
export function sameObjects(a: readonly RenderedObject[], b: readonly RenderedObject[]): boolean {
  if (a.length !== b.length) return false;
  const other = new Map(b.map(({ ref, object }) => [refKey(ref), object]));
  return a.every(({ ref, object }) => deepEqual(object, other.get(refKey(ref))));
}

function describe(
  before: readonly RenderedObject[],
  wanted: readonly RenderedObject[],
  after: readonly RenderedObject[],
): Attempt {
  if (compareRenders(before, after).length === 0) return { kind: 'no-effect', why: 'it changes nothing in the render' };
  const missing = compareRenders(wanted, comparable(before, after));
  const [first, ...more] = missing;
  const where = first ? `${formatRef(first.object)} ${first.field}` : 'the render';
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return { kind: 'other', why: `it does not give exactly what is wanted: ${where}${rest} differs` };
}

function reasonOf(attempt: Exclude<Attempt, { kind: 'exact' }>): string {
  if (attempt.kind === 'shared') return `it also changes ${attempt.with.join(', ')}`;
  if (attempt.kind !== 'refused') return attempt.why;
  const { code, message, place } = attempt.problem;
  return `${place ? `${formatPlace(place)}: ` : ''}${message} [${code}]`;
}

/** The outcome as a Result, for callers that try one candidate only. */
export function toResult(
  attempt: Attempt,
  tried: readonly Tried[],
): Result<ChangeSet, Problem & { tried: readonly Tried[] }> {
  if (attempt.kind === 'exact') return ok(attempt.changeSet);
  if (attempt.kind === 'refused') return err({ ...attempt.problem, tried });
  return err({ code: 'not-editable', message: reasonOf(attempt), tried });
}
