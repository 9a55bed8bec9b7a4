import { Application } from '../../domain/kubernetes/application.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isArray, isObject, plainText } from '../../domain/json.ts';
import type { ApplicationRef, Checkout } from '../../domain/source.ts';
import type { Overlay } from '../../ports/renderer.ts';
import { expandSet } from './application-set.ts';
import type { DeclaredApplication } from './declared-application.ts';
import { readAll } from './documents.ts';
import { NO_OVERLAY, listFiles, readSource } from './files.ts';
import type { Target } from './render.ts';

/** Where Argo CD lives unless told otherwise. */
const DEFAULT_NAMESPACE = 'argocd';

/** All Applications that are plain manifests in a checkout, in the order of files. Templates and broken files are passed over. */
export function declaredApplications(checkout: Checkout): readonly DeclaredApplication[] {
  return listFiles(checkout, /\.(ya?ml|json)$/).flatMap((file) => applicationsIn(checkout, NO_OVERLAY, file));
}

/** The Applications that one file declares. */
export function applicationsIn(checkout: Checkout, overlay: Overlay, file: string): readonly DeclaredApplication[] {
  const text = readSource(checkout, overlay, file);
  if (text === undefined || !/argoproj\.io\//.test(text) || !/\bApplication(Set)?\b/.test(text)) return [];
  const documents = readAll(text, file);
  if (!documents.ok) return [];
  return documents.value.flatMap(({ document, value }): readonly DeclaredApplication[] => {
    if (value.kind === 'ApplicationSet') return expandSet(value, { file, document }, checkout, overlay);
    return (isArray(value.items) ? value.items.filter(isObject) : [value]).flatMap((object) => {
      const target = applicationOf(object);
      return target ? [{ ...target, repoURL: checkout.repoURL, checkout, file, document }] : [];
    });
  });
}

function applicationOf(object: JsonObject): (Target & { readonly namespaced: boolean }) | undefined {
  if (object.kind !== 'Application' || !plainText(object.apiVersion).startsWith('argoproj.io/')) return undefined;
  const parsed = Application.safeParse(object);
  if (!parsed.success) return undefined;
  const { metadata, spec } = parsed.data;
  const application: ApplicationRef = { namespace: metadata.namespace ?? DEFAULT_NAMESPACE, name: metadata.name };
  return { application, spec, namespaced: metadata.namespace !== undefined };
}
