import type { Application } from '../../domain/kubernetes/application.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { Location, RenderedObject } from '../../domain/source.ts';
import { applicationRef } from './applications.ts';
import { baseName } from './generated-names.ts';
import type { RenderService, RenderedApplication, RenderedSource, Target } from './render.ts';
import { pathOf, revisionOf, sourcesOf } from './spec.ts';
import { formatApplication } from './tracking.ts';

/** An object's place: its Application's source, and the object as it is declared there. */
export interface Located {
  readonly location: Location;
  readonly declared: RenderedObject;
  readonly rendered: RenderedApplication;
}

/** Renders an Application and tells which of its sources declares the object; of several, the last one counts. */
export async function locateObject(
  renders: RenderService,
  application: Application,
  object: ObjectRef,
): Promise<Result<Located, Problem>> {
  const target = { application: applicationRef(application), spec: application.spec };
  const sources = sourcesOf(target.spec);
  if (!sources.ok) return sources;
  const rendered = await renders.render(target);
  if (!rendered.ok) return rendered;
  const declared = findDeclared(rendered.value.objects, object);
  if (!declared) {
    const name = formatApplication(target.application);
    return err(problem('not-in-git', `the Application ${name} does not declare ${formatRef(object)}`));
  }
  const source = sourceOfObject(rendered.value, declared);
  if (!source) return err(problem('not-in-git', `no source declares ${formatRef(object)}`));
  const synced = syncedRevision(application, source.index);
  const location = locationOf(target, source);
  return ok({
    location: synced === undefined ? location : { ...location, syncedRevision: synced },
    declared,
    rendered: rendered.value,
  });
}

function locationOf(target: Target, { index, request }: RenderedSource): Location {
  const written = request.source;
  return {
    application: target.application,
    spec: target.spec,
    sourceIndex: index,
    source: written,
    repoURL: written.repoURL,
    targetRevision: revisionOf(written),
    path: pathOf(written),
  };
}

/** The object of a render that a live object comes from; a generated name of another content matches by its base. */
export function findDeclared(objects: readonly RenderedObject[], ref: ObjectRef): RenderedObject | undefined {
  const exact = objects.find((object) => sameObject(object.ref, ref));
  if (exact) return exact;
  const unplaced = objects.filter((object) => {
    const sameName = object.ref.name === ref.name || baseName(object.ref) === (baseName(ref) ?? ref.name);
    const samePlace = ref.namespace === undefined || ref.namespace === object.ref.namespace;
    return (
      sameName &&
      samePlace &&
      sameObject({ ...object.ref, name: '', namespace: '' }, { ...ref, name: '', namespace: '' })
    );
  });
  return unplaced.length === 1 ? unplaced[0] : undefined;
}

/** The last source that declares an object: the one that Argo CD applies. */
export function sourceOfObject(rendered: RenderedApplication, object: RenderedObject): RenderedSource | undefined {
  return rendered.sources.findLast(({ objects }) => objects.some(({ ref }) => sameObject(ref, object.ref)));
}

/** The commit that Argo CD last applied, else last compared; of several sources the one at the index. */
function syncedRevision({ status }: Application, index: number): string | undefined {
  const applied = status?.operationState?.syncResult;
  const compared = status?.sync;
  for (const { revision, revisions } of [applied ?? {}, compared ?? {}]) {
    const found = revisions && revisions.length > 0 ? revisions[index] : revision;
    if (found) return found;
  }
  return undefined;
}
