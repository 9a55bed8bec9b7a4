import type { OptionsQuestion } from './application-places.ts';
import type { LocateContext } from './session.ts';

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
