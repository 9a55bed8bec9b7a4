import type { Location } from '../../domain/source.ts';
import type { Git, GitCommit, SourceVersion } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import type { RenderService } from './render.ts';
import { sameRepositoryKey } from './spec.ts';

/**
 * The Application at the commits that touched what it is rendered from, newest first, the head itself first. Bases,
 * components and value files outside the source's folder count too. Commits that do not render are passed over.
 */
export async function* versionsOf(
  { git, renders, log }: { readonly git: Git; readonly renders: RenderService; readonly log: Log },
  location: Location,
  limit: number,
): AsyncIterable<SourceVersion> {
  const repository = await git.open(location.repoURL);
  if (!repository.ok) return;
  const head = await repository.value.resolve(location.targetRevision);
  if (!head.ok) return;
  const paths = await historyPaths(renders, location);
  const tip = await repository.value.log(head.value, [], 1);
  const touching = await repository.value.log(head.value, paths, limit);
  if (!tip.ok || !touching.ok) return;
  const commits: readonly GitCommit[] = [
    ...tip.value,
    ...touching.value.filter(({ revision }) => revision !== head.value),
  ];
  for (const commit of commits.slice(0, limit)) {
    const rendered = await renders.render(location, { revision: commit.revision });
    if (rendered.ok) yield { commit, objects: rendered.value.objects };
    else log.debug({ revision: commit.revision, code: rendered.error.code }, 'a version does not render');
  }
}

/** Paths whose history is the Application's: its folders, and files of the same repository that it reads elsewhere. */
async function historyPaths(renders: RenderService, location: Location): Promise<readonly string[]> {
  const rendered = await renders.prepare(location);
  if (!rendered.ok) return location.path === '' ? [] : [location.path];
  const here = sameRepositoryKey(location.repoURL);
  const folders = rendered.value
    .filter(({ request }) => sameRepositoryKey(request.checkout.repoURL) === here)
    .map(({ request }) => request.path);
  if (folders.includes('')) return [];
  const files = rendered.value
    .flatMap(({ renderer, request }) => {
      const inputs = renderer.inputs(request);
      return inputs.ok ? inputs.value : [];
    })
    .filter(({ repoURL }) => sameRepositoryKey(repoURL) === here)
    .map(({ path }) => path);
  const outside = files.filter((file) => !folders.some((folder) => file.startsWith(`${folder}/`)));
  return [...new Set([...folders, ...outside])];
}
