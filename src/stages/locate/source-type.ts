import { posix } from 'node:path';
import { ApplicationSource } from '../../domain/kubernetes/application.ts';
import { JsonObjectSchema } from '../../domain/kubernetes/json-schema.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { ApplicationRef, Checkout } from '../../domain/source.ts';
import type { Overlay, Renderer } from '../../ports/renderer.ts';
import { readOne } from './documents.ts';
import { listNames, readSource } from './files.ts';
import { pathOf } from './spec.ts';

/** Names of a Kustomize entry file (api/konfig RecognizedKustomizationFileNames). */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** Files in a source's folder that override the Application's source, in the order in which they are merged. */
export function overrideFiles(application: ApplicationRef, source: ApplicationSource): readonly string[] {
  if (source.chart !== undefined) return [];
  return ['.argocd-source.yaml', `.argocd-source-${application.name}.yaml`].map((name) =>
    posix.join(pathOf(source), name),
  );
}

/**
 * The source with `.argocd-source.yaml` and `.argocd-source-<application>.yaml` merged over it (repository.go
 * mergeSourceParameters): a JSON merge patch that cannot move the source elsewhere. Error code: `file-invalid`.
 */
export function withOverrides(
  application: ApplicationRef,
  source: ApplicationSource,
  checkout: Checkout,
  overlay: Overlay,
): Result<ApplicationSource, Problem> {
  let merged: JsonValue = JsonObjectSchema.parse(JSON.parse(JSON.stringify(source)));
  let changed = false;
  for (const file of overrideFiles(application, source)) {
    const text = readSource(checkout, overlay, file);
    if (text === undefined) continue;
    const patch = readOne(text, file);
    if (!patch.ok) return patch;
    merged = mergePatch(merged, patch.value);
    changed = true;
  }
  if (!changed) return ok(source);
  const parsed = ApplicationSource.safeParse(isObject(merged) ? { ...merged, repoURL: source.repoURL } : merged);
  if (!parsed.success) {
    const file = overrideFiles(application, source).join(' or ');
    return err(problem('file-invalid', `${file} makes the source invalid: ${parsed.error.issues[0]?.message ?? ''}`));
  }
  const { chart: _chart, path: _path, targetRevision: _revision, ...rest } = parsed.data;
  const { chart, path, targetRevision } = source;
  return ok({
    ...rest,
    ...(chart === undefined ? {} : { chart }),
    ...(path === undefined ? {} : { path }),
    ...(targetRevision === undefined ? {} : { targetRevision }),
  });
}

/** RFC 7386. */
function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const out: Record<string, JsonValue> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/**
 * Which tool renders a source: what it names itself, else what its folder holds (types.go ExplicitType,
 * util/app/discovery; with both entry files Kustomize wins, as its name sorts later). Error codes: `not-supported`,
 * `application-invalid`.
 */
export function sourceTypeOf(
  source: ApplicationSource,
  checkout: Checkout,
  overlay: Overlay,
): Result<Renderer['type'], Problem> {
  const { plugin, chart, helm, kustomize, directory } = source;
  if (plugin) return err(problem('not-supported', 'the source is rendered by a plugin, which Remendo does not run'));
  const named = [helm && 'Helm', kustomize && 'Kustomize', directory && 'Directory'] as const;
  const [first, ...more] = named.filter((type) => type !== undefined);
  if (more.length > 0) {
    return err(problem('application-invalid', `the source names several tools: ${[first, ...more].join(', ')}`));
  }
  if (chart !== undefined) return ok('Helm');
  if (directory?.jsonnet && Object.keys(directory.jsonnet).length > 0) {
    return err(problem('not-supported', 'jsonnet is not rendered'));
  }
  if (first) return ok(first);
  const names = listNames(checkout, overlay, pathOf(source));
  if (KUSTOMIZATION_NAMES.some((name) => names.includes(name))) return ok('Kustomize');
  return ok(names.some((name) => name.endsWith('Chart.yaml')) ? 'Helm' : 'Directory');
}
