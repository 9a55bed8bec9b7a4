import type { Incident } from '../domain/incident.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { ok } from '../domain/result.ts';
import type { Location, RenderedObject } from '../domain/source.ts';
import { findApplication, indexApplications } from '../stages/locate/applications.ts';
import { marksOf } from './marks.ts';
import type { Scene } from './scene.ts';

/** An incident's place in Git. */
export interface Located {
  readonly location: Location;
  readonly declared: RenderedObject;
  /** Everything that the Application declares. */
  readonly siblings: readonly RenderedObject[];
}

/** Finds the Application, the source and the declared object. Error codes as findApplication and Sources.locate. */
export async function locate(
  incident: Pick<Incident, 'object'>,
  { snapshot, sources }: Pick<Scene, 'snapshot' | 'sources'>,
): Promise<Result<Located, Problem>> {
  const { object } = incident;
  const found = findApplication(indexApplications(snapshot), object, marksOf(snapshot, object));
  if (!found.ok) return found;
  const located = await sources.locate(found.value.application, object);
  if (!located.ok) return located;
  const { location, declared, rendered } = located.value;
  return ok({ location, declared, siblings: rendered.objects });
}
