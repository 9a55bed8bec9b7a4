import { posix } from 'node:path';
import type { HelmSource } from '../../domain/kubernetes/application.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderRequest, Rendered, Renderer } from '../../ports/renderer.ts';
import type { BinarySettings } from './binaries.ts';
import { findHelm } from './binaries.ts';
import { readOutput } from './documents.ts';
import { buildEnvironment, substitute } from './environment.ts';
import { chartFiles } from './helm-dependencies.ts';
import type { ValueFile, ValueTrees } from './helm-values.ts';
import { locateFile, valueFilesOf } from './helm-values.ts';
import { objectsOf } from './objects.ts';
import type { RunLimits } from './run.ts';
import { DEFAULT_LIMITS, run } from './run.ts';
import { treeOf } from './tree.ts';
import type { Workspace } from './workspace.ts';
import { createWorkspace, emptyEnvironment } from './workspace.ts';

/** Which helm is run, with which limits, and what charts are told about the cluster. */
export interface HelmSettings {
  readonly limits?: RunLimits;
  readonly binaries?: BinarySettings;
  /** Folder of `<name>-<version>.tgz` for dependencies that are not vendored. */
  readonly chartCache?: string;
  /** Version of the destination cluster, which Argo CD passes on; Helm's own default without it. */
  readonly kubeVersion?: string;
  /** API versions that the destination cluster serves, as Argo CD passes them on. */
  readonly apiVersions?: readonly string[];
}

/** Renders Helm charts with a real `helm template` on copies of the chart and the value files, as Argo CD calls it. */
export function createHelmRenderer(settings: HelmSettings = {}): Renderer {
  return {
    type: 'Helm',
    render: (request) => renderHelm(request, settings),
    inputs: (request) => {
      const prepared = prepare(request, settings);
      return prepared.ok ? ok(prepared.value.inputs) : prepared;
    },
  };
}

interface Prepared {
  readonly chart: Extract<ReturnType<typeof chartFiles>, { ok: true }>['value'];
  readonly valueFiles: readonly ValueFile[];
  readonly fileParameters: readonly (ValueFile & { readonly name: string })[];
  readonly environment: ReadonlyMap<string, string>;
  readonly inputs: Rendered['inputs'];
}

function prepare(request: RenderRequest, settings: HelmSettings): Result<Prepared, Problem> {
  const { checkout, overlay, path, source, refs } = request;
  const own = treeOf(checkout, overlay);
  if (own.type(path) !== 'directory') {
    return err(problem('path-missing', `there is no folder ${path || '.'} in ${checkout.repoURL}`));
  }
  const trees: ValueTrees = { own, refs: new Map([...refs].map(([name, ref]) => [name, treeOf(ref, overlay)])) };
  const environment = buildEnvironment(request);
  const chart = chartFiles(own, path, settings.chartCache);
  if (!chart.ok) return chart;
  const valueFiles = valueFilesOf(request, trees, environment);
  if (!valueFiles.ok) return valueFiles;
  const fileParameters: (ValueFile & { name: string })[] = [];
  for (const { name = '', path: file = '' } of source.helm?.fileParameters ?? []) {
    const found = locateFile(request, trees, environment, file);
    if (!found.ok) return found;
    if (found.value.tree.type(found.value.path) !== 'file') {
      return err(problem('path-missing', `the file of the parameter ${name} does not exist: ${file}`));
    }
    fileParameters.push({ ...found.value, name });
  }
  const inputs: Rendered['inputs'] = [
    ...chart.value.flatMap(({ source: file }) =>
      file === undefined ? [] : [{ repoURL: checkout.repoURL, path: file }],
    ),
    ...fileParameters.map((file) => ({ repoURL: file.tree.repoURL, path: file.path })),
    ...valueFiles.value.map(({ tree, path: file }) => {
      return { repoURL: tree.repoURL, revision: tree.revision, path: file, role: 'values' as const };
    }),
  ];
  return ok({ chart: chart.value, valueFiles: valueFiles.value, fileParameters, environment, inputs });
}

async function renderHelm(request: RenderRequest, settings: HelmSettings): Promise<Result<Rendered, Problem>> {
  const binary = findHelm(settings.binaries);
  if (!binary.ok) return binary;
  const prepared = prepare(request, settings);
  if (!prepared.ok) return prepared;
  using workspace = createWorkspace();
  for (const { target, content } of prepared.value.chart) workspace.write(0, posix.join('chart', target), content());
  const answer = await run({
    program: binary.value.program,
    args: [...binary.value.prefix, '.', ...flagsOf(request, prepared.value, settings, workspace)],
    cwd: posix.join(workspace.root(0), 'chart'),
    environment: emptyEnvironment(workspace),
    limits: settings.limits ?? DEFAULT_LIMITS,
    signal: request.signal,
  });
  if (!answer.ok) return err({ ...answer.error, message: answer.error.message.replaceAll(workspace.directory, '') });
  const objects = readOutput(answer.value);
  if (!objects.ok) return objects;
  const manifests = objects.value.map((value) => ({ value }));
  return ok({ objects: objectsOf(manifests, request.spec.destination.namespace), inputs: prepared.value.inputs });
}

/** The flags in Argo CD's order of precedence (util/helm/cmd.go template): value files, then inline values, then sets. */
function flagsOf(request: RenderRequest, prepared: Prepared, settings: HelmSettings, workspace: Workspace): string[] {
  const { application, source } = request;
  const helm: HelmSource = source.helm ?? {};
  const flags = ['--name-template', helm.releaseName || application.name];
  const namespace = namespaceOf(request);
  if (namespace) flags.push('--namespace', namespace);
  const kubeVersion = helm.kubeVersion || settings.kubeVersion;
  if (kubeVersion) flags.push('--kube-version', kubeVersion);
  for (const { name = '', value = '', forceString } of helm.parameters ?? []) {
    const text = escapeCommas(substitute(value, prepared.environment));
    flags.push(forceString ? '--set-string' : '--set', `${name}=${text}`);
  }
  const given = (file: ValueFile): string =>
    workspace.write(1, `${prepared.valueFiles.length}-${file.path}`, file.tree.bytes(file.path) ?? '');
  for (const file of prepared.fileParameters) flags.push('--set-file', `${file.name}=${escapeCommas(given(file))}`);
  for (const [index, { tree, path }] of prepared.valueFiles.entries()) {
    flags.push('--values', workspace.write(2, posix.join(String(index), path), tree.bytes(path) ?? ''));
  }
  const inline = inlineValues(helm);
  if (inline !== undefined) flags.push('--values', workspace.write(3, 'values.yaml', inline));
  for (const version of helm.apiVersions ?? settings.apiVersions ?? []) flags.push('--api-versions', version);
  if (!helm.skipCrds) flags.push('--include-crds');
  if (helm.skipTests) flags.push('--skip-tests');
  if (helm.skipSchemaValidation) flags.push('--skip-schema-validation');
  return flags;
}

/** `valuesObject` wins over `values`, which is then not read at all (types.go ValuesYAML). */
function inlineValues({ values, valuesObject }: HelmSource): string | undefined {
  if (valuesObject !== undefined) return JSON.stringify(valuesObject);
  return values === undefined || values === '' ? undefined : values;
}

function namespaceOf({ source, spec }: RenderRequest): string | undefined {
  return source.helm?.namespace || spec.destination.namespace;
}

/** Commas part values of `--set` unless they are escaped or the value is a list in braces (cmd.go cleanSetParameters). */
function escapeCommas(text: string): string {
  return text.startsWith('{') && text.endsWith('}') ? text : text.replace(/(?<!\\),/g, '\\,');
}
