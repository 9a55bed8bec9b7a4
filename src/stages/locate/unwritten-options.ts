import { posix } from 'node:path';
import { isGlob } from '../../domain/glob.ts';
import type { OptionsQuestion } from './application-places.ts';
import { formatPlace } from '../../domain/problem.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { RenderedSource } from './render.ts';
import type { LocateContext } from './session.ts';
import { isOfEnvironment, namedValueFiles } from './sibling-files.ts';
import { sourcesOf } from './spec.ts';

/**
 * What may keep a value from being found: the Application has options of its own for the tool, and no manifest in Git is known
 * to declare it with them. It was made by hand, by another program, or by a template that is not followed.
 */
export function unwrittenOptions(context: LocateContext, { location, source }: OptionsQuestion): string | undefined {
  const { checkout, source: written } = source.request;
  const { helm, kustomize } = written;
  const own = [
    [kustomize !== undefined, 'kustomize'],
    [helm?.valuesObject !== undefined, 'helm.valuesObject'],
    [helm?.values !== undefined && helm.valuesObject === undefined, 'helm.values'],
    [helm?.parameters !== undefined, 'helm.parameters'],
  ].flatMap(([is, name]) => (is ? [name] : []));
  if (own.length === 0 || context.fanIn.declaration(location, checkout)) return undefined;
  const options = own.join(' and ');
  return `the Application has options of its own (${options}), and no manifest in ${checkout.repoURL} was found that declares it with them`;
}

/** A value file that Helm takes and that is not edited here, such as one with a key twice. */
export function unreadValues({ inputs, request }: RenderedSource): string | undefined {
  for (const { repoURL, revision = request.checkout.revision, path, role } of inputs) {
    const all = [request.checkout, ...request.refs.values()];
    const checkout = all.find((one) => one.repoURL === repoURL && one.revision === revision);
    const text = role === 'values' && checkout ? readSource(checkout, NO_OVERLAY, path) : undefined;
    const read = text === undefined ? undefined : readDocuments(text, path);
    if (read && !read.ok) {
      const { message, place } = read.error;
      return `the value file ${place ? formatPlace(place) : path} cannot be edited: ${message}`;
    }
  }
  return undefined;
}

/** What an environment shares with others that are not seen from here, where it has no value file of its own to write in. */
export function missingValues(context: LocateContext, { location, source }: OptionsQuestion): string | undefined {
  const { checkout, path, refs, source: written } = source.request;
  const shared = source.inputs.findLast(({ role }) => role === 'values');
  const at = shared ? [checkout, ...refs.values()].find(({ repoURL }) => repoURL === shared.repoURL) : checkout;
  if (!at || source.type !== 'Helm') return undefined;
  const file = shared?.path ?? posix.join(path, 'values.yaml');
  const all = sourcesOf(location.spec);
  const own = namedValueFiles(written, all.ok ? all.value : [], at.repoURL).at(-1) ?? file;
  if (isGlob(own) || (shared && readSource(at, NO_OVERLAY, own) !== undefined)) return undefined;
  const others = context.fanIn.unread(location, at, own, file);
  const other = shared ? others[0] : others.find(isOfEnvironment);
  if (other === undefined) return undefined;
  const none = shared
    ? `${own}, which the Application names after it, is not there`
    : 'the Application names no value file';
  return `${file} may be shared with others that are not seen from here (${other}), and ${none}`;
}
