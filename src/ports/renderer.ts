import type { ApplicationRef, Checkout, RenderedObject } from '../domain/source.ts';
import type { ApplicationSource, ApplicationSpec } from '../domain/kubernetes/application.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';

/** What one source of an Application is rendered from. */
export interface RenderRequest {
  readonly application: ApplicationRef;
  readonly spec: ApplicationSpec;
  readonly source: ApplicationSource;
  /** Checkout of `source.repoURL`; `path` is the source's folder in it. */
  readonly checkout: Checkout;
  readonly path: string;
  /** Checkouts of the Application's `ref` sources, by ref name, for `$ref/...` value files. */
  readonly refs: ReadonlyMap<string, Checkout>;
  /** Files that differ from a checkout, by repository URL and path: renders as if they were committed. */
  readonly overlay: Overlay;
  readonly signal?: AbortSignal;
}

/** `overlayKey` of a commit, or a repository's address for all of its commits -> path -> content. */
export type Overlay = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What a source renders to. */
export interface Rendered {
  readonly objects: readonly RenderedObject[];
  /** Repository files that were read: what this render depends on. */
  readonly inputs: readonly RenderInput[];
}

/** A file that a render read. `path` is relative to the repository's root. */
export interface RenderInput {
  readonly repoURL: string;
  /** Commit that it was read at; absent where that is the source's own. */
  readonly revision?: string;
  readonly path: string;
  /** `values`: a value file that Helm is given; these come in the order of precedence, the strongest last. */
  readonly role?: 'values';
}

/**
 * Renders one source type as Argo CD does. Error codes: `path-missing`, `file-invalid`, `binary-missing`, `render-failed`,
 * `render-timeout`, `not-supported`.
 */
export interface Renderer {
  readonly type: 'Directory' | 'Kustomize' | 'Helm';
  render(request: RenderRequest): Promise<Result<Rendered, Problem>>;
  /** What `render` would read, found without rendering: cheap enough to ask for every Application of a repository. */
  inputs(request: RenderRequest): Result<Rendered['inputs'], Problem>;
}
