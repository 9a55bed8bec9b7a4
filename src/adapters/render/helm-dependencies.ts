import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import semver from 'semver';
import type { JsonObject } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { Tree } from './tree.ts';
import { repositoryPath } from './tree.ts';
import { filesBelow } from './workspace.ts';

/** A file of the chart that Helm is to see, at a path relative to the chart's folder. */
export interface ChartFile {
  readonly target: string;
  readonly content: () => Uint8Array | string;
  /** Where it comes from; undefined for files of the local chart cache. */
  readonly source?: string;
}

/**
 * All files of a chart with its dependencies put under `charts/`: vendored ones as they are, `file://` ones copied,
 * others from a local cache folder of `<name>-<version>.tgz`. So no `helm dependency build` is needed, and no network.
 * Error codes: `path-missing`, `file-invalid`, `not-supported`.
 */
export function chartFiles(
  tree: Tree,
  folder: string,
  cache: string | undefined,
  target = '',
  depth = 0,
): Result<readonly ChartFile[], Problem> {
  const definition = posix.join(folder, 'Chart.yaml');
  const text = tree.read(definition);
  if (text === undefined) return err(problem('path-missing', `there is no Chart.yaml in ${folder || '.'}`));
  const own = filesBelow(tree, folder).map((path) => ({
    target: posix.join(target, posix.relative(folder, path)),
    content: () => tree.bytes(path) ?? '',
    source: path,
  }));
  const documents = readDocuments(text, definition);
  if (!documents.ok) return err({ ...documents.error, code: 'file-invalid' });
  const [chart] = documents.value;
  const out: ChartFile[] = [...own];
  for (const dependency of dependenciesOf(chart && isObject(chart.value) ? chart.value : {}, tree, folder)) {
    if (isVendored(tree, folder, dependency)) continue;
    const added = fetchDependency(tree, folder, dependency, cache, posix.join(target, 'charts'), depth);
    if (!added.ok) return added;
    out.push(...added.value);
  }
  return ok(out);
}

interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

function dependenciesOf(chart: JsonObject, tree: Tree, folder: string): readonly Dependency[] {
  // A chart of API version v1 lists them in a file of its own.
  const old = tree.read(posix.join(folder, 'requirements.yaml'));
  const documents = old === undefined ? undefined : readDocuments(old);
  const [first] = documents?.ok ? documents.value : [];
  const requirements = first && isObject(first.value) ? first.value.dependencies : undefined;
  const list = isArray(chart.dependencies) ? chart.dependencies : isArray(requirements) ? requirements : [];
  return list
    .filter(isObject)
    .flatMap(({ name, version, repository }) =>
      typeof name === 'string'
        ? [{ name, version: plainText(version ?? '*'), repository: typeof repository === 'string' ? repository : '' }]
        : [],
    );
}

function isVendored(tree: Tree, folder: string, { name }: Dependency): boolean {
  return tree.list(posix.join(folder, 'charts')).some((entry) => {
    if (entry === name) return true;
    const version = entry.startsWith(`${name}-`) && entry.endsWith('.tgz') ? entry.slice(name.length + 1, -4) : '';
    return semver.valid(version) !== null;
  });
}

function fetchDependency(
  tree: Tree,
  folder: string,
  { name, version, repository }: Dependency,
  cache: string | undefined,
  target: string,
  depth: number,
): Result<readonly ChartFile[], Problem> {
  const place = { file: posix.join(folder, 'Chart.yaml') };
  if (repository.startsWith('file://')) {
    const path = repositoryPath(folder, repository.slice('file://'.length));
    if (path === undefined || depth > 5) {
      return err(problem('not-supported', `the dependency ${name} is outside the repository`, { place }));
    }
    return chartFiles(tree, path, cache, posix.join(target, name), depth + 1);
  }
  const archive = cache === undefined ? undefined : cachedArchive(cache, name, version);
  if (archive === undefined) {
    const hint = 'vendor it under charts/, or configure a chart cache (render.chartCache)';
    const from = repository === '' ? 'charts/' : repository;
    return err(problem('not-supported', `the dependency ${name} ${version} comes from ${from}`, { place, hint }));
  }
  return ok([{ target: posix.join(target, posix.basename(archive)), content: () => readFileSync(archive) }]);
}

/** The newest archive of a chart in the cache folder that a version or a range allows. */
export function cachedArchive(cache: string, name: string, range: string): string | undefined {
  const versions = names(cache).flatMap((file) => {
    if (!file.startsWith(`${name}-`) || !file.endsWith('.tgz')) return [];
    const version = semver.valid(file.slice(name.length + 1, -4));
    return version === null ? [] : [version];
  });
  const best = semver.maxSatisfying(versions, range === '' ? '*' : range);
  return best === null ? undefined : join(cache, `${name}-${best}.tgz`);
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
