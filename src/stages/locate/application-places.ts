import { posix } from 'node:path';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { setPlaces } from './application-set.ts';
import type { DeclaredApplication } from './declared-application.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Place } from './places.ts';
import type { RenderedSource, Target } from './render.ts';
import type { LocateContext } from './session.ts';
import { overrideFiles } from './source-type.ts';

/** The parts of a question that tell where an Application's own options are written. */
export interface OptionsQuestion {
  readonly location: Target;
  readonly source: RenderedSource;
}

/**
 * Places of an Application's own options for a source: `helm` or `kustomize` in its manifest, where that is in Git,
 * and in the override files of the source's folder. They beat all files, overrides the most.
 */
export function applicationPlaces(context: LocateContext, { location, source }: OptionsQuestion): readonly Place[] {
  const { checkout, source: written } = source.request;
  const field = source.type === 'Helm' ? 'helm' : 'kustomize';
  const declared = context.fanIn.declaration(location, checkout);
  const own = declared && !declared.generated ? manifestPlace(declared, source.index, field) : undefined;
  const overrides = overrideFiles(location.application, written).flatMap((file, i) => {
    const value = readValue(checkout, file, 0, [field]);
    const shared = { repoURL: checkout.repoURL, file, document: 0, base: [field], layer: 310 + i };
    const label = `the override file ${posix.basename(file)} in ${posix.dirname(file)}`;
    return value === undefined ? [] : [{ ...shared, kind: 'override', value, label } satisfies Place];
  });
  return own ? [own, ...overrides] : overrides;
}

function manifestPlace(declared: DeclaredApplication, index: number, field: string): Place | undefined {
  const base = [...sourcePath(declared, index), field];
  const value = readValue(declared.checkout, declared.file, declared.document, base);
  if (value === undefined) return undefined;
  const { repoURL, file, document } = declared;
  return { kind: 'application', repoURL, file, document, base, value, layer: 300, label: `the Application ${file}` };
}

/** Places of the values that an ApplicationSet makes the Application from; none where it is written out. */
export function generatorPlaces(context: LocateContext, { location, source }: OptionsQuestion): readonly Place[] {
  const { checkout } = source.request;
  const declared = context.fanIn.declaration(location, checkout);
  return declared?.generated ? setPlaces({ ...declared, generated: declared.generated }) : [];
}

/** Where a source is in its Application's manifest. */
export function sourcePath({ spec }: DeclaredApplication, index: number): FieldPath {
  if (spec.sourceHydrator) return ['spec', 'sourceHydrator', 'drySource'];
  return spec.sources && spec.sources.length > 0 ? ['spec', 'sources', index] : ['spec', 'source'];
}

function readValue(checkout: Checkout, file: string, document: number, path: FieldPath): JsonValue | undefined {
  const text = readSource(checkout, NO_OVERLAY, file);
  const documents = text === undefined ? undefined : readDocuments(text, file);
  return documents?.ok ? getField(documents.value[document]?.value, path) : undefined;
}
