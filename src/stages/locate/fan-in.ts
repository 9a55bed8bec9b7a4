import { posix } from 'node:path';
import type { ChangeSet } from '../../domain/change-set.ts';
import type { JsonValue } from '../../domain/json.ts';
import { deepEqual } from '../../domain/json.ts';
import { overlayOn } from '../../domain/repository-key.ts';
import { JsonValueSchema } from '../../domain/kubernetes/json-schema.ts';
import type { ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { ApplicationRef, Checkout, Location } from '../../domain/source.ts';
import type { Git } from '../../ports/git.ts';
import type { Overlay, Renderer } from '../../ports/renderer.ts';
import type { SameFault } from './alike.ts';
import { withAlike } from './alike.ts';
import type { ApplicationIndex } from './applications.ts';
import { applicationRef, findApplication } from './applications.ts';
import { compareRenders } from './compare.ts';
import type { DeclaredApplication } from './declared-application.ts';
import { applicationsIn, declaredApplications } from './discovery.ts';
import { NO_OVERLAY, listFiles } from './files.ts';
import type { Affected, Pairs } from './pairs.ts';
import { overlayOf, renderPairs } from './pairs.ts';
import type { RenderService, Target } from './render.ts';
import { unreadSiblings } from './sibling-files.ts';
import { KUSTOMIZATION_NAMES } from './source-type.ts';
import { formatApplication } from './tracking.ts';

/** What is needed to find out who reads a file. */
export interface FanInDependencies {
  readonly git: Git;
  readonly renders: RenderService;
  readonly renderers: readonly Renderer[];
  readonly applications: ApplicationIndex;
  readonly alsoKnown: readonly Target[];
}

/** Who else renders a file, and what a change of it does to them. */
export interface FanIn {
  pairs(
    location: Target & Pick<Location, 'repoURL'>,
    changeSet: Pick<ChangeSet, 'repoURL' | 'files' | 'baseRevision'>,
  ): Promise<Pairs>;
  /**
   * Names of other Applications, and of Kustomize entry points that no Application is known for, which an overlay
   * alters in more than what fails alike.
   */
  others(
    location: Target,
    checkout: Checkout,
    overlay: Overlay,
    checkouts: Map<string, Checkout>,
    fault?: SameFault,
  ): Promise<readonly string[]>;
  /** The repository of the Application that deploys an Application's own manifest; undefined where none is known. */
  home(target: Target, checkouts: Map<string, Checkout>): Promise<Checkout | undefined>;
  /**
   * The manifest that declares an Application, in a repository or in its home once that was asked for; undefined where
   * none with the same content is found.
   */
  declaration(target: Target, checkout: Checkout): DeclaredApplication | undefined;
  /** Value files like an Application's own that seem to be for other environments, which may share another: see unreadSiblings. */
  unread(target: Target, checkout: Checkout, file: string, shared: string): readonly string[];
  /** The Application as an overlay makes it: its own manifest may be among the changed files. */
  underOverlay(target: Target, checkout: Checkout, overlay: Overlay): Target;
}

/** Makes a FanIn; the manifests of Applications that it finds in a commit are remembered. */
export function createFanIn(dependencies: FanInDependencies): FanIn {
  const { git, renders, renderers, applications, alsoKnown } = dependencies;
  const declared = new Map<string, readonly DeclaredApplication[]>();
  const roots = new Map<string, readonly Target[]>();
  const homes = new Map<string, Checkout>();

  function declaredIn(checkout: Checkout): readonly DeclaredApplication[] {
    return remember(declared, checkout, () => declaredApplications(checkout));
  }

  function rootsIn(checkout: Checkout): readonly Target[] {
    return remember(roots, checkout, () => kustomizeRoots(checkout, renderers));
  }

  async function home(target: Target, checkouts: Map<string, Checkout>): Promise<Checkout | undefined> {
    const live = applications.applications.find((application) =>
      isSame(applicationRef(application), target.application),
    );
    const ref = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...target.application };
    const parent = live && findApplication(applications, ref, live.metadata);
    if (!parent?.ok) return undefined;
    const { application } = parent.value;
    const prepared = await renders.prepare(
      { application: applicationRef(application), spec: application.spec },
      { checkouts },
    );
    const checkout = prepared.ok ? prepared.value[0]?.request.checkout : undefined;
    if (checkout) homes.set(formatApplication(target.application), checkout);
    return checkout;
  }

  function declaration(target: Target, checkout: Checkout): DeclaredApplication | undefined {
    const elsewhere = homes.get(formatApplication(target.application));
    return declarationIn(target, checkout) ?? (elsewhere && declarationIn(target, elsewhere));
  }

  function declarationIn(target: Target, checkout: Checkout): DeclaredApplication | undefined {
    const { name, namespace } = target.application;
    const named = declaredIn(checkout).filter(
      (known) => known.application.name === name && (!known.namespaced || known.application.namespace === namespace),
    );
    const same = named.filter((known) => sameSpec(known.spec, target.spec));
    return same.length === 1 ? same[0] : undefined;
  }

  function underOverlay(target: Target, checkout: Checkout, overlay: Overlay): Target {
    const place = declaration(target, checkout);
    const changed = place && overlayOn(overlay, place.checkout);
    if (!changed || (!changed.has(place.file) && !place.generated?.files.some((file) => changed.has(file))))
      return target;
    const now = applicationsIn(place.checkout, overlay, place.file).find(
      ({ document, application }) => document === place.document && application.name === place.application.name,
    );
    return now && !sameSpec(now.spec, target.spec) ? { application: target.application, spec: now.spec } : target;
  }

  function known(location: Target, checkout: Checkout): readonly Target[] {
    const live = applications.applications.map((application) => ({
      application: applicationRef(application),
      spec: application.spec,
    }));
    const out: Target[] = [location];
    for (const { application, spec } of [...live, ...alsoKnown, ...declaredIn(checkout)]) {
      // The same name elsewhere is another Application: repositories hold one per cluster or environment.
      const same = out.some(
        (target) =>
          formatApplication(target.application) === formatApplication(application) &&
          sameDestination(target.spec, spec),
      );
      if (!same) out.push({ application, spec });
    }
    return out;
  }

  function affected(targets: readonly Target[], checkout: Checkout, overlay: Overlay): readonly Affected[] {
    return targets.map((before) => ({ before, after: underOverlay(before, checkout, overlay) }));
  }

  return {
    home,
    declaration,
    underOverlay,
    unread: (target, checkout, file, shared) =>
      unreadSiblings(
        checkout,
        file,
        shared,
        known(target, checkout).map(({ spec }) => spec),
      ),
    async pairs(location, changeSet) {
      const repository = await git.open(changeSet.repoURL);
      const checkout = repository.ok ? await repository.value.checkout(changeSet.baseRevision) : repository;
      if (!checkout.ok) {
        return { pairs: [], unrendered: [{ application: location.application, reason: checkout.error.message }] };
      }
      const overlay = overlayOf(changeSet);
      const targets = affected(known(location, checkout.value), checkout.value, overlay);
      const edited = targets.filter(({ before, after }) => before !== after).map(({ before }) => before.application);
      return renderPairs(renders, targets, {
        overlay,
        baseRevision: changeSet.baseRevision,
        edited,
        owner: location.application,
        checkouts: new Map(),
      });
    },
    async others(location, checkout, overlay, checkouts, fault = { changes: [], alike: [] }) {
      const targets = known(location, checkout).slice(1);
      const own = location.spec.source?.path;
      const covered = new Set(
        [own, ...targets.map(({ spec }) => spec.source?.path)].map((path) => posix.normalize(path ?? '.')),
      );
      const entries = rootsIn(checkout).filter(({ spec }) => !covered.has(posix.normalize(spec.source?.path ?? '.')));
      const edited = underOverlay(location, checkout, overlay) === location ? [] : [location.application];
      const all = affected([...targets, ...entries], checkout, overlay);
      const pairs = await renderPairs(renders, all, { overlay, baseRevision: checkout.revision, edited, checkouts });
      const changed = pairs.pairs
        .filter(({ before, after }) => compareRenders(withAlike(before, after, fault), after).length > 0)
        .map(({ application }) => formatApplication(application));
      // An entry point that nobody deploys and that does not render anyway has no say.
      const unknown = pairs.unrendered.filter(({ application }) => application.namespace !== ENTRY_POINT);
      return [...changed, ...unknown.map(({ application }) => formatApplication(application))];
    },
  };
}

/** Stands where an Application's namespace does, for Kustomize entry points that no Application is known for. */
const ENTRY_POINT = 'kustomization';

function remember<T>(cache: Map<string, T>, { repoURL, revision }: Checkout, make: () => T): T {
  const key = `${repoURL} ${revision}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= 32) cache.clear();
  cache.set(key, made);
  return made;
}

function sameSpec(a: ApplicationSpec, b: ApplicationSpec): boolean {
  return deepEqual(deploys(a), deploys(b));
}

function isSame(a: ApplicationRef, b: ApplicationRef): boolean {
  return a.name === b.name && a.namespace === b.namespace;
}

function sameDestination({ destination: a }: ApplicationSpec, { destination: b }: ApplicationSpec): boolean {
  return a.server === b.server && a.name === b.name && a.namespace === b.namespace;
}

/** What an Application deploys and where, as plain JSON. */
function deploys({ source, sources, sourceHydrator, destination }: ApplicationSpec): JsonValue {
  return JsonValueSchema.parse(JSON.parse(JSON.stringify({ source, sources, sourceHydrator, destination })));
}

/** Entry points of a repository: folders with a kustomization that no other kustomization reads. */
function kustomizeRoots(checkout: Checkout, renderers: readonly Renderer[]): readonly Target[] {
  const renderer = renderers.find(({ type }) => type === 'Kustomize');
  if (!renderer) return [];
  const names = new RegExp(`^(${KUSTOMIZATION_NAMES.join('|')})$`);
  const folders = listFiles(checkout, names, 2000).map((file) =>
    posix.dirname(file) === '.' ? '' : posix.dirname(file),
  );
  const targets = folders.map((path) => ({
    application: { namespace: ENTRY_POINT, name: path || '.' },
    spec: { source: { repoURL: checkout.repoURL, path, targetRevision: checkout.revision }, destination: {} },
  }));
  const read = new Set<string>();
  for (const { application, spec } of targets) {
    const inputs = renderer.inputs({
      application,
      spec,
      source: spec.source,
      checkout,
      path: spec.source.path,
      refs: new Map(),
      overlay: NO_OVERLAY,
    });
    for (const { path } of inputs.ok ? inputs.value : []) {
      const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
      if (folder !== spec.source.path) read.add(folder);
    }
  }
  return targets.filter(({ spec }) => !read.has(spec.source.path));
}
