import type { Location } from '../../domain/source.ts';
import type { Git, GitCommit, GitRepository, SourceVersion } from '../../ports/git.ts';
import type { Log } from '../../ports/log.ts';
import type { DeclaredApplication } from './declared-application.ts';
import { applicationsIn } from './discovery.ts';
import type { FanIn } from './fan-in.ts';
import { NO_OVERLAY } from './files.ts';
import type { RenderService, Target } from './render.ts';
import { sameRepositoryKey } from './spec.ts';

/** What earlier versions are made from. */
export interface VersionsDependencies {
  readonly git: Git;
  readonly renders: RenderService;
  readonly fanIn: Pick<FanIn, 'declaration'>;
  readonly log: Log;
}

/**
 * The Application at the commits that touched what it is rendered from, newest first, the head itself first. Bases,
 * components and value files outside the source's folder count too, and so does the Application's own manifest where the
 * repository holds it: a version is rendered with the options of its time. Commits that do not render are passed over.
 */
export async function* versionsOf(
  { git, renders, fanIn, log }: VersionsDependencies,
  location: Location,
  limit: number,
): AsyncIterable<SourceVersion> {
  const { repoURL, targetRevision } = location.history ?? location;
  const repository = await git.open(repoURL);
  if (!repository.ok) return;
  const head = await repository.value.resolve(targetRevision);
  if (!head.ok) return;
  const manifest = await manifestOf(fanIn, repository.value, location, head.value);
  const folders = await historyPaths(renders, location);
  const options = manifest ? [manifest.file, ...(manifest.generated?.files ?? [])] : [];
  const paths = folders.length > 0 ? [...new Set([...folders, ...options])] : folders;
  const tip = await repository.value.log(head.value, [], 1);
  const touching = await repository.value.log(head.value, paths, limit);
  if (!tip.ok || !touching.ok) return;
  const commits: readonly GitCommit[] = [
    ...tip.value,
    ...touching.value.filter(({ revision }) => revision !== head.value),
  ];
  for (const commit of commits.slice(0, limit)) {
    const target = manifest ? await targetAt(repository.value, location, manifest, commit) : location;
    const rendered = await renders.render(target, { revision: commit.revision, repoURL });
    if (rendered.ok) yield { commit, objects: rendered.value.objects };
    else log.debug({ revision: commit.revision, code: rendered.error.code }, 'a version does not render');
  }
}

/** The manifest, or the ApplicationSet, in this repository that makes the Application as it is; undefined where it is elsewhere. */
async function manifestOf(
  fanIn: Pick<FanIn, 'declaration'>,
  repository: GitRepository,
  location: Location,
  head: string,
): Promise<DeclaredApplication | undefined> {
  const checkout = await repository.checkout(head);
  const declared = checkout.ok ? fanIn.declaration(location, checkout.value) : undefined;
  const { repoURL } = location.history ?? location;
  return declared && sameRepositoryKey(declared.repoURL) === sameRepositoryKey(repoURL) ? declared : undefined;
}

/** The Application as its manifest was at a commit; as it is where the manifest was not there. */
async function targetAt(
  repository: GitRepository,
  location: Location,
  { file, application, generated }: DeclaredApplication,
  { revision }: GitCommit,
): Promise<Target> {
  const checkout = await repository.checkout(revision);
  const known = checkout.ok ? applicationsIn(checkout.value, NO_OVERLAY, file) : [];
  const isSet = generated !== undefined;
  const then = known.find(
    (one) => one.application.name === application.name && (one.generated !== undefined) === isSet,
  );
  return then ? { application: location.application, spec: then.spec } : location;
}

/** Paths whose history is the Application's: its folders, and files of the same repository that it reads elsewhere. */
async function historyPaths(renders: RenderService, location: Location): Promise<readonly string[]> {
  const rendered = await renders.prepare(location);
  if (!rendered.ok) return location.path === '' || location.history ? [] : [location.path];
  const here = sameRepositoryKey((location.history ?? location).repoURL);
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
