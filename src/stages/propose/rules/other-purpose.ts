import { getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { isArray, isObject, itemsOf } from '../../../domain/json.ts';
import { formatRef } from '../../../domain/object-ref.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import { show } from '../answers.ts';
import { podReferences } from '../pod-references.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { declaredContainers } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { selectorMatches, texts } from '../workloads.ts';

/** Words of names that people give to ports beside the one that serves: such a port is another one, and may be undeclared. */
const SIDE = new Set(
  'admin actuator management mgmt metric metrics monitor monitoring prom prometheus telemetry health healthz healthcheck status probe probes debug pprof jmx diag diagnostics'.split(
    ' ',
  ),
);

/** Whether a port's name (`metrics`, `http-admin`) says that it is not the one that serves, as the other one is. */
export function isOtherPurpose(name: string, other = ''): boolean {
  return isSide(name) && !isSide(other);
}

function isSide(name: string): boolean {
  return name.split('-').some((word) => SIDE.has(word));
}

/**
 * Where else a port that a container does not declare is meant: by another container of the pod, which shares its addresses; in
 * the container's command line, environment or annotations; in a ConfigMap that it reads; as the target of a Service. A
 * declaration is information only, so such a port is no slip of the pen. Undefined where it stands nowhere else.
 */
export function meantElsewhere(
  { declared, siblings }: Pick<ProposeContext, 'declared' | 'siblings'>,
  container: DeclaredContainer,
  port: string | number,
): string | undefined {
  const other = declaredContainers(declared).find(({ name, value }) => name !== container.name && hasPort(value, port));
  if (other) return `container ${other.name} of the same pod declares it`;
  if (!/^\d+$/.test(String(port))) return undefined;
  const says = new RegExp(`(?<![\\d.])${port}(?![\\d.]*\\d)`);
  const { command = null, args = null, env = null } = container.value;
  if (scalarsOf(command, args, env).some((text) => says.test(text))) return `container ${container.name} is told of it`;
  const template = podTemplatePath(declared.ref.kind) ?? [];
  const annotations = getField(declared.object, [...template, 'metadata', 'annotations']) ?? null;
  if (scalarsOf(annotations).some((text) => says.test(text))) return 'an annotation of its pods names it';
  const labels = texts(getField(declared.object, [...template, 'metadata', 'labels']));
  const near = siblings.filter(({ ref }) => ref.namespace === declared.ref.namespace);
  const service = near.find(
    ({ ref, object }) =>
      ref.kind === 'Service' &&
      selectorMatches(texts(getField(object, ['spec', 'selector'])), labels) &&
      itemsOf(getField(object, ['spec', 'ports'])).some(
        (entry) => show(getField(entry, ['targetPort']) ?? getField(entry, ['port'])) === String(port),
      ),
  );
  if (service) return `${formatRef(service.ref)} goes to it`;
  const read = new Set(podReferences(declared).flatMap(({ kind, name }) => (kind === 'ConfigMap' ? [name] : [])));
  const config = near.find(
    ({ ref, object }) =>
      ref.kind === 'ConfigMap' &&
      read.has(ref.name) &&
      scalarsOf(object['data'] ?? null).some((text) => says.test(text)),
  );
  return config && `${formatRef(config.ref)} holds it`;
}

function hasPort(container: JsonValue, port: string | number): boolean {
  return itemsOf(getField(container, ['ports'])).some(
    (entry) => show(getField(entry, ['containerPort'])) === String(port) || getField(entry, ['name']) === port,
  );
}

/** All scalars below some values, as text. */
function scalarsOf(...values: readonly JsonValue[]): string[] {
  return values.flatMap((value) => {
    if (isArray(value)) return scalarsOf(...value);
    if (isObject(value)) return scalarsOf(...Object.values(value));
    return value === null ? [] : [String(value)];
  });
}
