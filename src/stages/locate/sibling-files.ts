import { posix } from 'node:path';
import type { ApplicationSource, ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { Checkout } from '../../domain/source.ts';
import { NO_OVERLAY, listNames } from './files.ts';
import { pathOf, sameRepositoryKey, sourcesOf } from './spec.ts';

/** Files of a chart that are never an environment's values. */
const OF_THE_CHART = /^(Chart|values|requirements)\.(ya?ml|lock)$/;

/**
 * Value files beside an environment's own that seem to be those of other environments, and that no known Application reads: files
 * in its folder, and files that have its path but for one folder's name. A name that the path of the `shared` file has too is the
 * chart's or the team's, not the environment's. An Argo CD of another cluster may deploy with them, unseen from here.
 */
export function unreadSiblings(
  checkout: Checkout,
  file: string,
  shared: string,
  known: readonly ApplicationSpec[],
): readonly string[] {
  const read = new Set(known.flatMap((spec) => valueFilesOf(spec, checkout.repoURL)));
  const folder = posix.dirname(file);
  const names = (at: string): readonly string[] => listNames(checkout, NO_OVERLAY, at === '.' ? '' : at);
  const beside = names(folder)
    .filter((other) => /\.ya?ml$/.test(other) && !OF_THE_CHART.test(other))
    .map((other) => posix.join(folder, other));
  const parts = file.split('/');
  const common = new Set(posix.dirname(shared).split('/'));
  const alike = parts.slice(0, -1).flatMap((part, i) => {
    if (common.has(part)) return [];
    const others = names(parts.slice(0, i).join('/')).filter((other) => other !== part);
    return others.map((other) => parts.with(i, other).join('/'));
  });
  const there = alike.filter((other) => names(posix.dirname(other)).includes(posix.basename(other)));
  return [...new Set([...beside, ...there])].filter((other) => other !== file && !read.has(other));
}

/** Whether a file beside a chart's defaults is for an environment: `values-prod.yaml`, and not one that shows how to write one. */
export function isOfEnvironment(file: string): boolean {
  return /(^|\/)values[-._](?!.*(example|sample|template))[^/]+$/.test(file);
}

/** The value files that an Application names in a repository, by their paths there. */
function valueFilesOf(spec: ApplicationSpec, repoURL: string): readonly string[] {
  const sources = sourcesOf(spec);
  const all = sources.ok ? sources.value : [];
  return all.flatMap((source) => namedValueFiles(source, all, repoURL));
}

/** The value files that one of an Application's sources names in a repository, whether they are there or not. */
export function namedValueFiles(
  source: ApplicationSource,
  all: readonly ApplicationSource[],
  repoURL: string,
): readonly string[] {
  return (source.helm?.valueFiles ?? []).flatMap((written) => {
    const [first = '', ...rest] = written.split('/');
    const from = first.startsWith('$') ? all.find(({ ref }) => `$${ref}` === first) : source;
    if (!from || sameRepositoryKey(from.repoURL) !== sameRepositoryKey(repoURL)) return [];
    const path = first.startsWith('$') ? rest.join('/') : written;
    const rooted = path.startsWith('/') || first.startsWith('$');
    return [posix.join('.', rooted ? path.replace(/^\/+/, '') : posix.join(pathOf(source), path))];
  });
}
