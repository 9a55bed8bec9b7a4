import PQueue from 'p-queue';
import type { ApplicationSource, ApplicationSpec } from '../../domain/kubernetes/application.ts';
import { sha256 } from '../../domain/fingerprint.ts';
import { canonicalJson } from '../../domain/json.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ApplicationRef, Checkout, RenderedObject } from '../../domain/source.ts';
import type { Charts, Git } from '../../ports/git.ts';
import type { Overlay, RenderRequest, Rendered, Renderer } from '../../ports/renderer.ts';
import { NO_OVERLAY } from './files.ts';
import { sourceTypeOf, withOverrides } from './source-type.ts';
import { mayBeRandom, stabilised } from './unstable.ts';
import { followedBranch, revisionsIn } from './pinned.ts';
import { isReferenceOnly, pathOf, revisionOf, sameRepositoryKey, sourcesOf } from './spec.ts';

/** An Application by name and specification: all that rendering needs. */
export interface Target {
  readonly application: ApplicationRef;
  readonly spec: ApplicationSpec;
}

/** What a render may be given besides the Application. */
export interface RenderOptions {
  /** Revision of a repository, instead of what the Application follows there. */
  readonly revision?: string;
  /** The repository that `revision` is of; that of the first source that is none of a registry where not given. */
  readonly repoURL?: string;
  readonly overlay?: Overlay;
  readonly signal?: AbortSignal;
  /** Checkouts by address and revision, read and filled: one question sees every branch at one commit. */
  readonly checkouts?: Map<string, Checkout>;
}

/** One source with everything that it is rendered from. */
export interface PreparedSource {
  readonly index: number;
  readonly type: Renderer['type'];
  readonly request: RenderRequest;
  readonly renderer: Renderer;
}

/** A source with the objects that it renders to, and the files that they depend on. */
export interface RenderedSource extends PreparedSource, Rendered {}

/** All sources of an Application, rendered and merged. */
export interface RenderedApplication extends Target, Rendered {
  readonly sources: readonly RenderedSource[];
}

/** Error codes are those of Git, of the renderers, and of source types that are not known. */
export interface RenderService {
  /** Checkouts, overrides and types of an Application's sources, without rendering. */
  prepare(target: Target, options?: RenderOptions): Promise<Result<readonly PreparedSource[], Problem>>;
  render(target: Target, options?: RenderOptions): Promise<Result<RenderedApplication, Problem>>;
  /** Renders that were run and not answered from the cache, so far. */
  count(): number;
}

/** What a render needs. */
export interface RenderDependencies {
  readonly git: Git;
  readonly charts?: Charts;
  readonly renderers: readonly Renderer[];
  /** Renders that run at the same time. */
  readonly concurrency: number;
  /** Rendered sources that are kept. */
  readonly cacheSize: number;
}

/**
 * Renders Applications; equal questions are answered once, and at most `concurrency` renders run at a time. Fields that
 * a chart gives another value each time are always those of the first render of what the Application follows.
 */
export function createRenderService(dependencies: RenderDependencies): RenderService {
  const { git, charts, renderers, concurrency, cacheSize } = dependencies;
  const queue = new PQueue({ concurrency });
  const cache = new Map<string, Promise<Result<Rendered, Problem>>>();
  let renders = 0;

  async function checkoutOf(
    source: ApplicationSource,
    revision: string,
    known = new Map<string, Checkout>(),
  ): Promise<Result<Checkout, Problem>> {
    const key = JSON.stringify([source.repoURL, source.chart, revision]);
    const remembered = known.get(key);
    if (remembered) return ok(remembered);
    const checkout = await fetchCheckout(source, revision);
    if (checkout.ok) known.set(key, checkout.value);
    return checkout;
  }

  async function fetchCheckout(source: ApplicationSource, revision: string): Promise<Result<Checkout, Problem>> {
    if (source.chart !== undefined) {
      if (charts) return charts.fetch(source.repoURL, source.chart, revision);
      const message = `the chart ${source.chart} comes from a registry, and no chart cache is configured (render.chartCache)`;
      return err(problem('not-supported', message, { hint: 'configure a chart cache (render.chartCache)' }));
    }
    const repository = await git.open(source.repoURL);
    if (!repository.ok) return repository;
    const resolved = await repository.value.resolve(revision);
    return resolved.ok ? repository.value.checkout(resolved.value) : resolved;
  }

  /** Asked only where an Application follows several revisions of a repository; see Checkout.pinned. */
  async function isPinned({ spec }: Target, source: ApplicationSource): Promise<boolean> {
    if (source.chart !== undefined || revisionsIn(spec, source.repoURL).length < 2) return false;
    const branch = await followedBranch(git, { spec }, source.repoURL);
    return branch !== undefined && branch.name !== revisionOf(source);
  }

  async function prepare(target: Target, options: RenderOptions = {}): Promise<Result<PreparedSource[], Problem>> {
    const sources = sourcesOf(target.spec);
    if (!sources.ok) return sources;
    const pinned = options.repoURL ?? sources.value.find((source) => source.chart === undefined)?.repoURL;
    const checkouts: Checkout[] = [];
    const refs = new Map<string, Checkout>();
    for (const source of sources.value) {
      const follows = pinned !== undefined && sameRepositoryKey(source.repoURL) === sameRepositoryKey(pinned);
      const held = await isPinned(target, source);
      const moves = follows && source.chart === undefined && !held;
      const revision = (moves ? options.revision : undefined) ?? revisionOf(source);
      const checkout = await checkoutOf(source, revision, options.checkouts);
      if (!checkout.ok) return checkout;
      const one = held ? { ...checkout.value, pinned: true as const } : checkout.value;
      checkouts.push(one);
      if (source.ref !== undefined) refs.set(source.ref, one);
    }
    const prepared: PreparedSource[] = [];
    for (const [index, written] of sources.value.entries()) {
      const checkout = checkouts[index];
      if (isReferenceOnly(written) || !checkout) continue;
      const overlay = options.overlay ?? NO_OVERLAY;
      const source = withOverrides(target.application, written, checkout, overlay);
      if (!source.ok) return source;
      const type = sourceTypeOf(source.value, checkout, overlay);
      if (!type.ok) return type;
      const renderer = renderers.find((candidate) => candidate.type === type.value);
      if (!renderer) return err(problem('not-supported', `no renderer for ${type.value} sources is configured`));
      const base = { ...target, source: source.value, checkout, path: pathOf(written), refs, overlay };
      const request = options.signal === undefined ? base : { ...base, signal: options.signal };
      prepared.push({ index, type: type.value, request, renderer });
    }
    return ok(prepared);
  }

  async function renderSource(prepared: PreparedSource, turn: number): Promise<Result<Rendered, Problem>> {
    const key = `${turn} ${cacheKey(prepared)}`;
    const known = cache.get(key);
    if (known) {
      cache.delete(key);
      cache.set(key, known);
      return known;
    }
    const pending = queue.add(() => {
      renders++;
      return prepared.renderer.render(prepared.request);
    });
    cache.set(key, pending);
    const [oldest] = cache.keys();
    if (cache.size > cacheSize && oldest !== undefined) cache.delete(oldest);
    const answer = await pending;
    // A time-out or a missing binary may be over the next time.
    if (!answer.ok && answer.error.code !== 'render-failed' && answer.error.code !== 'file-invalid') cache.delete(key);
    return answer;
  }

  async function render(target: Target, options: RenderOptions = {}): Promise<Result<RenderedApplication, Problem>> {
    const rendered = await renderOnce(target, options, 1);
    if (!rendered.ok || !rendered.value.sources.some((source) => mayBeRandom(source, source.inputs))) return rendered;
    const head = options.checkouts ? { checkouts: options.checkouts } : {};
    const first = await renderOnce(target, head, 1);
    const second = await renderOnce(target, head, 2);
    if (!first.ok || !second.ok) return rendered;
    const objects = stabilised(rendered.value.objects, first.value.objects, second.value.objects);
    return ok({ ...rendered.value, objects });
  }

  /** `turn` tells renders of the same content apart. */
  async function renderOnce(
    target: Target,
    options: RenderOptions,
    turn: number,
  ): Promise<Result<RenderedApplication, Problem>> {
    const prepared = await prepare(target, options);
    if (!prepared.ok) return prepared;
    const rendered = await Promise.all(
      prepared.value.map(async (source) => ({ source, answer: await renderSource(source, turn) })),
    );
    const sources: RenderedSource[] = [];
    for (const { source, answer } of rendered) {
      if (!answer.ok) return answer;
      sources.push({ ...source, ...answer.value });
    }
    const objects = lastWins(sources.flatMap((source) => source.objects));
    return ok({ ...target, objects, inputs: sources.flatMap((source) => source.inputs), sources });
  }

  return { prepare, render, count: () => renders };
}

/** Of objects declared twice, the last is applied (argo-cd controller/state.go DeduplicateTargetObjects). */
function lastWins(objects: readonly RenderedObject[]): readonly RenderedObject[] {
  const byRef = new Map<string, RenderedObject>();
  for (const object of objects) byRef.set(refKey(object.ref), object);
  return [...byRef.values()];
}

function cacheKey({ type, request }: PreparedSource): string {
  const { application, spec, source, checkout, path, refs, overlay } = request;
  const files = [...overlay].map(([repoURL, changed]) => [repoURL, ...[...changed].flat()].map((text) => sha256(text)));
  return sha256(
    JSON.stringify([
      type,
      application,
      canonicalJson(JSON.parse(JSON.stringify([source, spec.destination]))),
      checkout.repoURL,
      checkout.revision,
      checkout.pinned,
      path,
      [...refs].map(([name, ref]) => [name, ref.repoURL, ref.revision, ref.pinned]),
      files,
    ]),
  );
}
