import type { Change } from '../../domain/change.ts';
import type { ChangeSet } from '../../domain/change-set.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { Application } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { ok } from '../../domain/result.ts';
import type { Location } from '../../domain/source.ts';
import type { Charts, Git, SourceVersion } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import type { Renderer } from '../../ports/renderer.ts';
import type { ApplicationIndex } from './applications.ts';
import { applicationRef } from './applications.ts';
import { createFanIn } from './fan-in.ts';
import type { FieldOrigin } from './field-origin.ts';
import { historySource } from './history-source.ts';
import { findOrigin } from './origin.ts';
import type { Located } from './location.ts';
import { locateObject } from './location.ts';
import type { Pairs } from './pairs.ts';
import { planChange } from './plan.ts';
import type { PlanProblem } from './plan.ts';
import type { RenderOptions, RenderedApplication, Target } from './render.ts';
import { createRenderService } from './render.ts';
import { versionsOf } from './versions.ts';

/** What the source service is built from. */
export interface SourcesDependencies {
  readonly git: Git;
  readonly renderers: readonly Renderer[];
  readonly applications: ApplicationIndex;
  readonly log: Log;
  /** Where charts of registries come from; such sources are refused without it. */
  readonly charts?: Charts;
  /** Renders at the same time; 2 where not given. */
  readonly concurrency?: number;
  /** Renders that one question may cost; 60 where not given. */
  readonly renderLimit?: number;
  /** Applications of other repositories and clusters that render what they share: counted in fan-in. */
  readonly alsoKnown?: readonly Target[];
  /** Whether `plan` may answer with a change that also moves other Applications, where no place makes it alone; no by default. */
  readonly allowShared?: boolean;
}

/** What the engine, the proof and the commands ask about sources. */
export interface Sources {
  /**
   * The source of an Application that declares an object. Error codes: `application-invalid`, `not-supported`,
   * `not-in-git` (the Application does not declare it), and those of rendering and Git.
   */
  locate(application: Application, object: ObjectRef): Promise<Result<Located, Problem>>;
  /** All sources of an Application at the head of what it follows, or at `revision` of its repository. */
  render(target: Target | Application, options?: RenderOptions): Promise<Result<RenderedApplication, Problem>>;
  /** Where a field's value is written. Error codes: `not-in-git`, `not-found`, and those of rendering and Git. */
  origin(location: Location, object: ObjectRef, path: FieldPath): Promise<Result<FieldOrigin, Problem>>;
  /**
   * The smallest edit that makes exactly the given changes and nothing else, proven by rendering again; the same change of
   * objects that fail `alike` may come with it, where one value feeds them all. Error codes:
   * `not-in-git`, `not-editable` (nothing that was tried does it; see `tried`), `test-failed`, `not-applicable`.
   */
  plan(
    location: Location,
    change: Change | readonly Change[],
    alike?: readonly ObjectRef[],
  ): Promise<Result<ChangeSet, PlanProblem>>;
  /** Every Application that reads a touched file, rendered without and with the change; the owning one first. */
  pairs(location: Location, changeSet: ChangeSet): Promise<Pairs>;
  /** The Application at the commits that touched what it is rendered from, newest first, the head first; lazily. */
  versions(location: Location, limit: number): AsyncIterable<SourceVersion>;
  /** Renders run so far, answers from the cache not counted. */
  renders(): number;
}

/** Builds the service: it keeps rendered Applications by content, so that asking again costs nothing. */
export function createSources(dependencies: SourcesDependencies): Sources {
  const {
    git,
    renderers,
    applications,
    log,
    charts,
    concurrency = 2,
    renderLimit = 60,
    alsoKnown = [],
    allowShared = false,
  } = dependencies;
  const base = { git, renderers, concurrency, cacheSize: 512 };
  const renders = createRenderService(charts === undefined ? base : { ...base, charts });
  const fanIn = createFanIn({ git, renders, renderers, applications, alsoKnown });
  const context = { git, renders, fanIn, log, renderLimit, allowShared };
  return {
    async locate(application, object) {
      const located = await locateObject(renders, application, object);
      const history = located.ok ? await historySource(git, located.value.location) : undefined;
      if (!located.ok || !history) return located;
      return ok({ ...located.value, location: { ...located.value.location, history } });
    },
    render: (target, options) => renders.render(targetOf(target), options),
    origin: (location, object, path) => findOrigin(context, location, object, path),
    plan: (location, change, alike) => planChange(context, location, isList(change) ? change : [change], alike),
    pairs: (location, changeSet) => fanIn.pairs(location, changeSet),
    versions: (location, limit) => versionsOf({ git, renders, fanIn, log }, location, limit),
    renders: () => renders.count(),
  };
}

function targetOf(target: Target | Application): Target {
  return 'metadata' in target ? { application: applicationRef(target), spec: target.spec } : target;
}

function isList(change: Change | readonly Change[]): change is readonly Change[] {
  return Array.isArray(change);
}
