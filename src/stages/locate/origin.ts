import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../domain/field-path.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { formatRef, refOf, sameObject } from '../../domain/object-ref.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { isArray, isObject } from '../../domain/json.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Checkout, Location, RenderedObject } from '../../domain/source.ts';
import { locateField } from '../../domain/yaml/locate.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { FieldOrigin, Question } from './field-origin.ts';
import { NO_OVERLAY, readSource, realPath } from './files.ts';
import { findDeclared, sourceOfObject } from './location.ts';
import type { RenderedSource } from './render.ts';
import type { LocateContext, Session } from './session.ts';
import { createSession } from './session.ts';
import { traceByRendering } from './trace.ts';

/** Error codes: `not-in-git` (no such object or field), `not-found` (no place was found), and those of rendering. */
export async function findOrigin(
  context: LocateContext,
  location: Location,
  object: ObjectRef,
  path: FieldPath,
): Promise<Result<FieldOrigin, Problem>> {
  const checkouts = new Map<string, Checkout>();
  const base = await context.renders.render(location, { checkouts });
  if (!base.ok) return base;
  const declared = findDeclared(base.value.objects, object);
  const source = declared && sourceOfObject(base.value, declared);
  const value = getField(declared?.object, path);
  if (!declared || !source) return err(problem('not-in-git', `${formatRef(object)} is not declared in Git`));
  if (value === undefined) {
    const message = `Git does not set ${formatFieldPath(path)} of ${formatRef(declared.ref)}`;
    return err(problem('not-in-git', message));
  }
  const session = await createSession(context, location, base.value, checkouts);
  const destination = destinationOrigin(context, { location, source, declared, path, value }, base.value.objects);
  if (destination) return ok(destination);
  if (source.type === 'Directory') return originInManifest(session, source, declared, path, value);
  return traceByRendering(context, session, { location, source, declared, path, value });
}

/** The Application's destination, where it gives the namespace and no source does; its manifest must be in Git. */
function destinationOrigin(
  context: LocateContext,
  { location, source, declared, path, value }: Question,
  objects: readonly RenderedObject[],
): FieldOrigin | undefined {
  if (formatFieldPath(path) !== 'metadata.namespace' || value !== location.spec.destination.namespace) return undefined;
  if (declared.placed !== true) return undefined;
  const known = context.fanIn.declaration(location, source.request.checkout);
  const text = known && !known.generated ? readSource(known.checkout, NO_OVERLAY, known.file) : undefined;
  const documents = text === undefined ? undefined : readDocuments(text, known?.file);
  const document = documents?.ok ? documents.value[known?.document ?? 0] : undefined;
  const at = ['spec', 'destination', 'namespace'];
  const place = document && locateField(document, at);
  if (!known || !place) return undefined;
  const { line, column } = place;
  const via = `the destination of the Application ${known.file}`;
  const feeds = objects
    .filter((other) => other !== declared && other.placed === true)
    .slice(0, 50)
    .map(({ ref }) => ({ application: location.application, object: ref, field: 'metadata.namespace' }));
  return { value, repoURL: known.repoURL, file: known.file, line, column, path: formatFieldPath(at), via, feeds };
}

function originInManifest(
  session: Session,
  source: RenderedSource,
  declared: RenderedObject,
  path: FieldPath,
  value: JsonValue,
): Result<FieldOrigin, Problem> {
  const { origin, ref } = declared;
  const checkout = origin && session.checkout(origin.repoURL, source.request.checkout.revision);
  const text = checkout && readSource(checkout, NO_OVERLAY, origin.file);
  if (!origin || text === undefined) return err(problem('not-found', `the file of ${formatRef(ref)} is not there`));
  const documents = readDocuments(text, origin.file);
  if (!documents.ok) return documents;
  const document = documents.value[origin.document];
  const full = document && [...listPrefix(document.value, ref), ...path];
  const place = document && full && locateField(document, full);
  if (!place) {
    const message = `${formatFieldPath(path)} is not written in ${origin.file}: Argo CD adds it`;
    return err(problem('not-in-git', message));
  }
  const { line, column } = place;
  const via = place.shared ? 'the manifest, through an anchor' : 'the manifest';
  const { repoURL } = origin;
  const file = checkout ? realPath(checkout, origin.file) : origin.file;
  return ok({ value, repoURL, file, line, column, path: formatFieldPath(full), via, feeds: [] });
}

/** Where the object is in a document that is a List. */
function listPrefix(value: JsonValue, ref: ObjectRef): FieldPath {
  if (!isObject(value) || !isArray(value.items)) return [];
  const index = value.items.findIndex((item) => {
    const found = isObject(item) ? refOf(item, ref.namespace) : undefined;
    return found !== undefined && sameObject(ref.namespace === undefined ? { ...found, namespace: '' } : found, ref);
  });
  return index < 0 ? [] : ['items', index];
}
