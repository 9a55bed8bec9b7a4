import type { JsonObject } from '../../../domain/json.ts';
import type { Application, Source } from './application.ts';
import { sourcesOf } from './application.ts';
import type { BareRepository } from './bare-repository.ts';
import { openBareRepository } from './bare-repository.ts';
import type { Render, RenderOutput } from './directory.ts';
import { detectedType, renderDirectory } from './directory.ts';

/** The desired state of an Application at the revisions it follows. */
export type Desired =
  | {
      readonly ok: true;
      readonly objects: readonly JsonObject[];
      readonly revisions: readonly string[];
      readonly types: readonly string[];
    }
  | { readonly ok: false; readonly message: string; readonly revisions: readonly string[] };

/** Loads desired states; a source at one commit is rendered once. */
export interface Loader {
  load(application: Application): Promise<Desired>;
}

interface LoadedSource {
  readonly revision: string;
  readonly output: RenderOutput;
}

const fail = (message: string, revision = ''): LoadedSource => ({ revision, output: { ok: false, message } });

/** Loads what Applications want. `repositories` are bare ones by address; at most `cacheLimit` renders are kept. */
export function createLoader(
  repositories: ReadonlyMap<string, string>,
  render: Render | undefined,
  cacheLimit = 200,
): Loader {
  const cache = new Map<string, RenderOutput>();
  const open = new Map<string, BareRepository>();
  const repository = (url: string): BareRepository | undefined => {
    const directory = repositories.get(url);
    if (directory === undefined) return undefined;
    const known = open.get(url) ?? openBareRepository(directory);
    open.set(url, known);
    return known;
  };
  const one = async (application: Application, source: Source): Promise<LoadedSource> => {
    const from = repository(source.repoURL);
    if (!from) return fail('failed to list refs: repository not found');
    const wanted = source.targetRevision === undefined || source.targetRevision === '' ? 'HEAD' : source.targetRevision;
    const revision = await from.resolve(wanted);
    if (revision === undefined) return fail(`unable to resolve '${wanted}' to a commit SHA`);
    if (source.ref !== undefined && source.path === undefined && source.chart === undefined)
      return { revision, output: { ok: true, type: 'Directory', objects: [] } };
    const key = JSON.stringify([application.metadata.name, application.spec, source, revision]);
    const known = cache.get(key);
    if (known) return { revision, output: known };
    const path = (source.path ?? '').replace(/^\.?\/+/, '');
    const files = await from.files(revision, path);
    if (files.size === 0 && path !== '' && path !== '.')
      return fail(`${source.path ?? ''}: app path does not exist`, revision);
    const input = { application, source, files, revision };
    const output = (await render?.(input)) ?? plain(input);
    cache.set(key, output);
    const oldest = [...cache.keys()][0];
    if (cache.size > cacheLimit && oldest !== undefined) cache.delete(oldest);
    return { revision, output };
  };
  return {
    load: async (application) => {
      const revisions: string[] = [];
      const types: string[] = [];
      const objects: JsonObject[] = [];
      const sources = sourcesOf(application);
      for (const [i, source] of sources.entries()) {
        const { revision, output } = await one(application, source);
        revisions.push(revision);
        if (!output.ok) {
          const head = `Failed to load target state: failed to generate manifest for source ${i + 1} of ${sources.length}: rpc error: code = Unknown desc = `;
          return { ok: false, message: head + output.message, revisions };
        }
        types.push(output.type);
        objects.push(...output.objects);
      }
      return { ok: true, objects, revisions, types };
    },
  };
}

function plain(input: Parameters<typeof renderDirectory>[0]): RenderOutput {
  const type = detectedType(input);
  return type === 'Directory'
    ? renderDirectory(input)
    : { ok: false, message: `the sandbox was given no renderer for ${type} sources` };
}
