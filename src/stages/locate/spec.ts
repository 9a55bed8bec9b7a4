import type { ApplicationSource, ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';

export { sameRepositoryKey } from '../../domain/repository-key.ts';

/**
 * The sources that Argo CD renders, in its order of precedence: the hydrator's dry source, `sources`, `source`
 * (types.go GetSource, GetSources). Error code: `application-invalid`.
 */
export function sourcesOf(spec: ApplicationSpec): Result<readonly ApplicationSource[], Problem> {
  if (spec.sourceHydrator) return ok([spec.sourceHydrator.drySource]);
  if (spec.sources && spec.sources.length > 0) return ok(spec.sources);
  if (spec.source) return ok([spec.source]);
  return err(problem('application-invalid', 'the Application names no source'));
}

/** True where a source only gives its files to others: `ref` without a path or chart. */
export function isReferenceOnly(source: ApplicationSource): boolean {
  return source.ref !== undefined && !source.path && !source.chart;
}

/** Revision that a source follows; `HEAD` where it names none. */
export function revisionOf(source: ApplicationSource): string {
  return source.targetRevision ? source.targetRevision : 'HEAD';
}

/** Folder of a source without `./` and slashes at its ends; the empty string for the repository's root. */
export function pathOf(source: ApplicationSource): string {
  return (source.path ?? '')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
