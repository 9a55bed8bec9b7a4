import { join, posix } from 'node:path';
import type { JsonObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderRequest, Rendered, Renderer } from '../../ports/renderer.ts';
import type { BinarySettings } from './binaries.ts';
import { findKustomize } from './binaries.ts';
import { readOutput } from './documents.ts';
import { buildEnvironment } from './environment.ts';
import { entryFile, kustomizeInputs, readKustomization } from './kustomize-inputs.ts';
import { withKustomizeOptions } from './kustomize-options.ts';
import { objectsOf } from './objects.ts';
import type { RunLimits } from './run.ts';
import { DEFAULT_LIMITS, run } from './run.ts';
import type { Tree } from './tree.ts';
import { repositoryPath, treeOf } from './tree.ts';
import { createWorkspace, emptyEnvironment } from './workspace.ts';

/** Which kustomize is run, and with which limits. */
export interface KustomizeSettings {
  readonly limits?: RunLimits;
  readonly binaries?: BinarySettings;
}

/**
 * Renders Kustomize sources with a real binary on a copy of just the files that the build reads. Plugins, functions,
 * Helm and the network are off: what needs them is refused by name.
 */
export function createKustomizeRenderer(settings: KustomizeSettings = {}): Renderer {
  return { type: 'Kustomize', render: (request) => renderKustomize(request, settings), inputs };
}

/** The entry file, the kustomization with the Application's options, and all that it reads. */
interface Prepared {
  readonly entry: string;
  readonly kustomization: JsonObject;
  readonly changed: boolean;
  readonly files: readonly string[];
}

function inputs(request: RenderRequest): Result<Rendered['inputs'], Problem> {
  const prepared = prepare(request, treeOf(request.checkout, request.overlay));
  if (!prepared.ok) return prepared;
  return ok(prepared.value.files.map((path) => ({ repoURL: request.checkout.repoURL, path })));
}

function prepare(request: RenderRequest, tree: Tree): Result<Prepared, Problem> {
  const { path, source } = request;
  const type = tree.type(path);
  if (type !== 'directory') {
    return err(problem('path-missing', `there is no folder ${path || '.'} in ${request.checkout.repoURL}`));
  }
  const entry = entryFile(tree, path);
  if (entry === undefined) return err(problem('path-missing', `there is no kustomization in ${path || '.'}`));
  const read = readKustomization(tree.read(entry) ?? '', entry);
  if (!read.ok) return read;
  const options = source.kustomize;
  const environment = buildEnvironment(request);
  const exists = (folder: string): boolean => tree.type(repositoryPath(path, folder) ?? '\0') === 'directory';
  const kustomization = options ? withKustomizeOptions(read.value, options, { environment, exists }) : read;
  if (!kustomization.ok) return kustomization;
  const found = kustomizeInputs(tree, path, kustomization.value);
  if (!found.ok) return found;
  const [remote] = found.value.remote;
  if (remote !== undefined) {
    const hint = 'copy the base into the repository';
    return err(problem('not-supported', `the build needs the remote base ${remote}`, { place: { file: entry }, hint }));
  }
  const files = [...new Set([...found.value.files, ...overridesOf(request, tree)])];
  return ok({ entry, kustomization: kustomization.value, changed: kustomization.value !== read.value, files });
}

/** The override files of the Application's source: a render depends on them too. */
function overridesOf({ application, path }: RenderRequest, tree: Tree): readonly string[] {
  return ['.argocd-source.yaml', `.argocd-source-${application.name}.yaml`]
    .map((name) => posix.join(path, name))
    .filter((file) => tree.type(file) === 'file');
}

async function renderKustomize(
  request: RenderRequest,
  settings: KustomizeSettings,
): Promise<Result<Rendered, Problem>> {
  const binary = findKustomize(settings.binaries);
  if (!binary.ok) return binary;
  const tree = treeOf(request.checkout, request.overlay);
  const prepared = prepare(request, tree);
  if (!prepared.ok) return prepared;
  const { entry, kustomization, changed, files } = prepared.value;
  using workspace = createWorkspace();
  for (const file of files) workspace.write(0, file, tree.bytes(file) ?? '');
  if (changed) workspace.write(0, entry, JSON.stringify(kustomization));
  const built = await run({
    program: binary.value.program,
    args: [...binary.value.prefix, join(workspace.root(0), request.path)],
    cwd: workspace.root(0),
    environment: emptyEnvironment(workspace),
    limits: settings.limits ?? DEFAULT_LIMITS,
    signal: request.signal,
  });
  if (!built.ok) return err(explain(built.error, entry));
  const objects = readOutput(built.value);
  if (!objects.ok) return objects;
  const manifests = objects.value.map((value) => ({ value }));
  return ok({
    objects: objectsOf(manifests, request.spec.destination.namespace),
    inputs: files.map((path) => ({ repoURL: request.checkout.repoURL, path })),
  });
}

function explain(error: Problem, file: string): Problem {
  if (error.code !== 'render-failed') return error;
  if (error.message.includes('--enable-helm')) {
    return problem('not-supported', 'the kustomization inflates a Helm chart (helmCharts)', { place: { file } });
  }
  if (/enable-alpha-plugins|external plugins disabled/.test(error.message)) {
    return problem('not-supported', 'the kustomization runs plugins or functions', { place: { file } });
  }
  return { ...error, place: { file } };
}
