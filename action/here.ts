import { repositoryOf } from '../src/domain/repository-url.ts';
import type { IncidentOut } from '../src/app/scan-contract.ts';

/** A place in the repository that the workflow runs in. */
export interface LocalPlace {
  readonly file: string;
  readonly line?: number;
}

/**
 * Where an incident is in the repository of this workflow; undefined where it is in another one, or nowhere. Annotations
 * and code scanning know only the workflow's own files: a path of another repository would show the wrong file.
 */
export function placeHere({ source }: IncidentOut, env: NodeJS.ProcessEnv): LocalPlace | undefined {
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: repository } = env;
  if (repository === undefined || 'refused' in source || source.file === undefined) return undefined;
  const here = repositoryOf(`${server}/${repository}`);
  const there = repositoryOf(source.repoURL);
  if (!here || !same(here.host, there?.host) || !same(here.owner, there?.owner) || !same(here.name, there?.name))
    return undefined;
  return { file: source.file, ...(source.line === undefined ? {} : { line: source.line }) };
}

/** `Deployment shop/web [app]`. */
export function nameOf({ object, container }: IncidentOut): string {
  const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
  return container === undefined ? `${object.kind} ${name}` : `${object.kind} ${name} [${container}]`;
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

const RANK = { critical: 0, warning: 1, info: 2 } as const;

/** The worst first; the order of the scan inside one severity. */
export function bySeverity(incidents: readonly IncidentOut[]): readonly IncidentOut[] {
  return incidents.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** Whether one is at least this severe. */
export function atLeast(severity: IncidentOut['severity'], least: IncidentOut['severity']): boolean {
  return RANK[severity] <= RANK[least];
}
