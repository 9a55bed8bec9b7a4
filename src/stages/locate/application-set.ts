import { ApplicationSpec } from '../../domain/kubernetes/application.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { Checkout } from '../../domain/source.ts';
import type { Overlay } from '../../ports/renderer.ts';
import type { DeclaredApplication } from './declared-application.ts';
import { readAll } from './documents.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Place } from './places.ts';
import type { Generated } from './set-generators.ts';
import { generate } from './set-generators.ts';
import { fillTemplate } from './set-template.ts';

/** An Application that an ApplicationSet in Git makes, with what it is made of. */
export interface GeneratedApplication extends DeclaredApplication {
  readonly generated: Generated;
}

/** The Applications that one ApplicationSet document makes; none where it uses what is not carried out here. */
export function expandSet(
  set: JsonObject,
  at: { readonly file: string; readonly document: number },
  checkout: Checkout,
  overlay: Overlay,
): readonly GeneratedApplication[] {
  const { spec, metadata } = set;
  if (!isObject(spec) || !isArray(spec.generators) || !isObject(spec.template)) return [];
  if (spec.templatePatch !== undefined) return [];
  const goTemplate = spec.goTemplate === true;
  const { template } = spec;
  const namespace = isObject(metadata) && typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
  return spec.generators.flatMap((generator, i) => {
    if (!isObject(generator) || isObject(generator.template)) return [];
    const all = generate(generator, ['spec', 'generators', i], { checkout, overlay, goTemplate }) ?? [];
    return all.flatMap((generated) => {
      const object = fillTemplate(template, generated.parameters, goTemplate);
      if (!isObject(object) || !isObject(object.metadata) || typeof object.metadata.name !== 'string') return [];
      const parsed = ApplicationSpec.safeParse(object.spec);
      if (!parsed.success) return [];
      const application = { namespace: namespace ?? 'argocd', name: object.metadata.name };
      const place = { repoURL: checkout.repoURL, checkout, ...at };
      return [{ application, spec: parsed.data, namespaced: namespace !== undefined, ...place, generated }];
    });
  });
}

/**
 * Where the values of a generated Application are written: the elements and files of its generator, and the tool options
 * of the set's template (which all Applications of the set share).
 */
export function setPlaces(application: GeneratedApplication): readonly Place[] {
  const { file, document, repoURL, checkout, generated } = application;
  const documents = readAll(readSource(checkout, NO_OVERLAY, file) ?? '', file);
  const set = documents.ok ? documents.value.find((candidate) => candidate.document === document)?.value : undefined;
  if (!set) return [];
  const at = (base: FieldPath, label: string, layer: number): Place[] => {
    const value = getField(set, base);
    return value === undefined ? [] : [{ kind: 'application', repoURL, file, document, base, value, layer, label }];
  };
  const files = generated.files.flatMap((path): Place[] => {
    const read = readAll(readSource(checkout, NO_OVERLAY, path) ?? '', path);
    const label = `the generator's file ${path}`;
    return (read.ok ? read.value : []).map(({ document: index, value }) => {
      return { kind: 'application', repoURL, file: path, document: index, base: [], value, layer: 306, label };
    });
  });
  const source = ['spec', 'template', 'spec', 'source'];
  return [
    ...files,
    ...generated.elements.flatMap((base) => at(base, `an element of the ApplicationSet ${file}`, 305)),
    ...['helm', 'kustomize'].flatMap((tool) =>
      at([...source, tool], `the template of the ApplicationSet ${file}`, 300),
    ),
  ];
}
