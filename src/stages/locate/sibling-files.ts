import { posix } from 'node:path';
import type { ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { Checkout } from '../../domain/source.ts';
import { NO_OVERLAY, listNames } from './files.ts';
import { pathOf, sameRepositoryKey, sourcesOf } from './spec.ts';

/** Files of a chart that are never an environment's values. */
const OF_THE_CHART = /^(Chart|values|requirements)\.(ya?ml|lock)$/;

/**
 * Value files beside one that seem to be those of other environments, and that no known Application reads: files in its folder,
 * and files of its name in the folders beside that one. An Argo CD of another cluster may deploy with them, unseen from here.
 */
export function unreadSiblings(checkout: Checkout, file: string, known: readonly ApplicationSpec[]): readonly string[] {
  const read = new Set(known.flatMap((spec) => valueFilesOf(spec, checkout.repoURL)));
  const [folder, name] = [posix.dirname(file), posix.basename(file)];
  const names = (at: string): readonly string[] => listNames(checkout, NO_OVERLAY, at === '.' ? '' : at);
  const beside = names(folder)
    .filter((other) => /\.ya?ml$/.test(other) && !OF_THE_CHART.test(other))
    .map((other) => posix.join(folder, other));
  const around =
    folder === '.' ? [] : names(posix.dirname(folder)).map((other) => posix.join(posix.dirname(folder), other));
  const alike = around.filter((other) => names(other).includes(name)).map((other) => posix.join(other, name));
  return [...new Set([...beside, ...alike])].filter((other) => other !== file && !read.has(other));
}

/** The value files that an Application names in a repository, by their paths there. */
function valueFilesOf(spec: ApplicationSpec, repoURL: string): readonly string[] {
  const sources = sourcesOf(spec);
  const all = sources.ok ? sources.value : [];
  return all.flatMap((source) =>
    (source.helm?.valueFiles ?? []).flatMap((written) => {
      const [first = '', ...rest] = written.split('/');
      const from = first.startsWith('$') ? all.find(({ ref }) => `$${ref}` === first) : source;
      if (!from || sameRepositoryKey(from.repoURL) !== sameRepositoryKey(repoURL)) return [];
      const path = first.startsWith('$') ? rest.join('/') : written;
      return [
        posix.join(
          '.',
          path.startsWith('/') || first.startsWith('$') ? path.replace(/^\/+/, '') : posix.join(pathOf(source), path),
        ),
      ];
    }),
  );
}
