import { getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import { answersOf, change, replaceField, show } from '../answers.ts';
import { declaredContainers } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';

const answers = answersOf('rule', 'limit-range');

/** One value of one container that a LimitRange does not allow, with the value that it does. */
interface Offence {
  readonly container: string;
  readonly path: readonly (string | number | { key: string; value: string })[];
  readonly written: JsonValue;
  readonly bound: 'max' | 'min';
  readonly allowed: string | number;
  readonly resource: string;
  readonly range: string;
}

/**
 * A LimitRange refuses the pods: where one resource of one container is out of its bounds, it is set to the bound, but not lowered
 * where pods ran with what they ask for now. The LimitRange itself is never touched.
 */
export const limitRange: Proposer = {
  origin: 'rule',
  name: 'limit-range',
  causes: ['replicas/limit-range'],
  async propose(context) {
    const found = offences(context);
    const targets = new Set(found.map(({ container, resource, bound }) => `${container} ${resource} ${bound}`));
    const [first] = found;
    if (!first) {
      return answers.decline(
        'no value in the manifest is outside the bounds of a LimitRange: the bound is on the pod, a ratio or a default',
      );
    }
    const values = new Set(found.map(({ path, allowed }) => `${JSON.stringify(path)} ${allowed}`));
    if (targets.size !== 1 || values.size !== found.length) {
      return answers.decline(`several values are out of bounds: ${[...targets].join(', ')}`);
    }
    const ran = first.bound === 'max' ? ranBefore(context) : undefined;
    if (ran !== undefined) {
      return answers.decline(
        `LimitRange ${first.range} allows at most ${first.allowed} of ${first.resource}, but ${ran}: the LimitRange is what changed, and whether ${first.container} can do with less is not known`,
      );
    }
    const operations = found.flatMap(({ path, written, allowed }) => replaceField(path, written, allowed));
    const word = first.bound === 'max' ? 'at most' : 'at least';
    return answers.fix(
      context,
      [change(context.declared.ref, ...operations)],
      `LimitRange ${first.range} allows a container ${word} ${first.allowed} of ${first.resource}, and ${first.container} asks for ${show(first.written)}: it gets what is allowed.`,
    );
  },
};

function offences({ declared, snapshot }: ProposeContext): Offence[] {
  const out: Offence[] = [];
  for (const { metadata, spec } of snapshot.objects.LimitRange) {
    if (metadata.namespace !== declared.ref.namespace) continue;
    for (const { type, max = {}, min = {} } of spec.limits) {
      if (type !== 'Container') continue;
      for (const { name, path: base } of declaredContainers(declared)) {
        for (const bound of ['max', 'min'] as const) {
          for (const [resource, allowed] of Object.entries(bound === 'max' ? max : min)) {
            for (const side of ['limits', 'requests'] as const) {
              const path = [...base, 'resources', side, resource];
              const written = getField(declared.object, path);
              const value = typeof written === 'string' || typeof written === 'number' ? quantity(written) : undefined;
              const edge = quantity(allowed);
              if (written === undefined || value === undefined || edge === undefined) continue;
              if (bound === 'max' ? value <= edge : value >= edge) continue;
              out.push({ container: name, path, written, bound, allowed, resource, range: metadata.name });
            }
          }
        }
      }
    }
  }
  return out;
}
