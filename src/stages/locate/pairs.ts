import { posix } from 'node:path';
import type { ChangeSet } from '../../domain/change-set.ts';
import type { ApplicationSource } from '../../domain/kubernetes/application.ts';
import { sameObject } from '../../domain/object-ref.ts';
import { overlayKey, overlayOn } from '../../domain/repository-key.ts';
import type { ApplicationRef, Checkout, RenderedObject, RenderedPair } from '../../domain/source.ts';
import type { Overlay } from '../../ports/renderer.ts';
import { comparable } from './compare.ts';
import { realPath } from './files.ts';
import { pathOf, sourcesOf } from './spec.ts';
import type { RenderService, Target } from './render.ts';

/** Applications rendered without and with a change, and those that could not be rendered. */
export interface Pairs {
  /** The owning Application first. */
  readonly pairs: readonly RenderedPair[];
  readonly unrendered: readonly { readonly application: ApplicationRef; readonly reason: string }[];
}

/** An Application before a change, and after it where the change edits its own manifest. */
export interface Affected {
  readonly before: Target;
  readonly after: Target;
}

/** A change that Applications are rendered without and with. */
export interface PairChange {
  readonly overlay: Overlay;
  readonly baseRevision: string;
  /** Applications whose own manifests the change edits. */
  readonly edited: readonly ApplicationRef[];
  readonly owner?: ApplicationRef;
  readonly checkouts: Map<string, Checkout>;
}

/** The change of a ChangeSet as an overlay of the commit that it is made on. */
export function overlayOf({
  repoURL,
  baseRevision,
  files,
}: Pick<ChangeSet, 'repoURL' | 'baseRevision' | 'files'>): Overlay {
  const changed = new Map(files.map(({ path, after }) => [path, after]));
  return new Map([[overlayKey({ repoURL, revision: baseRevision }), changed]]);
}

/**
 * Renders every Application that reads a touched file at the change's base revision, and those whose own manifest is
 * touched. The render after the change is given in `comparable` terms: generated names and checksums of content as before. The manifests of
 * `edited` Applications differ in their parents, the owner aside; what that does is seen by rendering the Applications themselves.
 */
export async function renderPairs(
  renders: RenderService,
  applications: readonly Affected[],
  change: PairChange,
): Promise<Pairs> {
  const { overlay, edited, owner, checkouts } = change;
  const pairs: RenderedPair[] = [];
  const unrendered: { application: ApplicationRef; reason: string }[] = [];
  for (const { before, after } of applications) {
    const reads = before !== after || (await readsTouched(renders, before, change));
    if (!reads) continue;
    const { application } = before;
    const old = await renders.render(before, { checkouts });
    const fresh = old.ok ? await renders.render(after, { overlay, checkouts }) : old;
    if (old.ok && fresh.ok) {
      const hidden = edited.filter(() => application !== owner);
      const objects = withOwnManifest(old.value.objects, comparable(old.value.objects, fresh.value.objects), hidden);
      pairs.push({ application, before: old.value.objects, after: objects });
    } else if (!fresh.ok) unrendered.push({ application, reason: fresh.error.message });
  }
  return { pairs, unrendered };
}

function withOwnManifest(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
  edited: readonly ApplicationRef[],
): readonly RenderedObject[] {
  if (edited.length === 0) return after;
  return after.map((object) => {
    const { ref } = object;
    // A set that changed is seen in the Applications that it makes, as an Application is in what it deploys.
    const own =
      ref.kind === 'ApplicationSet' || (ref.kind === 'Application' && edited.some(({ name }) => name === ref.name));
    return (own ? before.find((other) => sameObject(other.ref, ref)) : undefined) ?? object;
  });
}

/** Whether an Application reads a file of the overlay; one whose inputs cannot be told is judged by its paths. */
async function readsTouched(
  renders: RenderService,
  target: Target,
  { overlay, baseRevision, checkouts }: PairChange,
): Promise<boolean> {
  const touched = (repoURL: string): ReadonlyMap<string, string> | undefined =>
    overlayOn(overlay, { repoURL, revision: baseRevision });
  const sources = sourcesOf(target.spec);
  if (!sources.ok || !sources.value.some(({ repoURL }) => touched(repoURL) !== undefined)) return false;
  const prepared = await renders.prepare(target, { overlay, checkouts });
  if (!prepared.ok) return mayRead(sources.value, touched);
  return prepared.value.some(({ renderer, request }) => {
    const all = [request.checkout, ...request.refs.values()];
    if (!all.some((checkout) => overlayOn(overlay, checkout) !== undefined)) return false;
    const inputs = renderer.inputs(request);
    if (!inputs.ok) return mayRead(sources.value, touched);
    return inputs.value.some(({ repoURL, revision = request.checkout.revision, path }) => {
      const at = all.filter((checkout) => checkout.repoURL === repoURL && checkout.revision === revision);
      return at.some((checkout) => overlayOn(overlay, checkout)?.has(realPath(checkout, path)));
    });
  });
}

/** Whether a touched file is in a source's folder or is named by one of its value files. */
function mayRead(
  sources: readonly ApplicationSource[],
  touchedIn: (repoURL: string) => ReadonlyMap<string, string> | undefined,
): boolean {
  const named = sources.flatMap((source) =>
    (source.helm?.valueFiles ?? []).map((file) =>
      file.startsWith('$') ? file.split('/').slice(1).join('/') : posix.join(pathOf(source), file),
    ),
  );
  const touched = sources.flatMap((source) => {
    const files = [...(touchedIn(source.repoURL)?.keys() ?? [])];
    const folder = pathOf(source);
    return files.filter((file) => (folder !== '' && file.startsWith(`${folder}/`)) || named.includes(file));
  });
  return touched.length > 0;
}
