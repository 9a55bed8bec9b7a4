import { getField } from '../../../domain/field-path.ts';
import { isArray } from '../../../domain/json.ts';
import { formatRef } from '../../../domain/object-ref.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { declaredContainers } from '../pod-template.ts';
import type { Proposer } from '../proposer.ts';
import { nearOfFew } from '../similar.ts';

const answers = answersOf('rule', 'metric-container');

/**
 * An autoscaler goes by a container that its target does not have: the one container of near name is written instead,
 * where no other metric goes by it. A name that is unlike all may be that of a container that is yet to come.
 */
export const metricContainer: Proposer = {
  origin: 'rule',
  name: 'metric-container',
  causes: ['autoscaler/container-missing'],
  async propose(context) {
    const { declared, incident, siblings } = context;
    const wrong = incident.facts.autoscaling;
    const list = getField(declared.object, ['spec', 'metrics']);
    if (declared.ref.kind !== 'HorizontalPodAutoscaler' || !wrong || !isArray(list))
      return answers.decline('which metric of the autoscaler fails is not known');
    const named = list.map((metric) => getField(metric, ['containerResource', 'container']));
    const places = named.flatMap((name, i) => (name === wrong.container ? [i] : []));
    if (places.length === 0) return answers.decline(`the manifest does not name container ${wrong.container}`);
    const [kind, name] = ['kind', 'name'].map((key) => getField(declared.object, ['spec', 'scaleTargetRef', key]));
    const target = siblings.find(
      ({ ref }) => ref.kind === kind && ref.name === name && ref.namespace === declared.ref.namespace,
    );
    if (!target) return answers.decline('the autoscaler’s target is not declared by the same Application');
    const names = declaredContainers(target)
      .filter(({ list, value }) => list === 'containers' || value['restartPolicy'] === 'Always')
      .map((container) => container.name);
    if (names.includes(wrong.container))
      return answers.decline(`${formatRef(target.ref)} declares container ${wrong.container}`);
    const near = nearOfFew(wrong.container, names);
    const [only] = near;
    if (near.length !== 1 || only === undefined) {
      return answers.decline(
        `${formatRef(target.ref)} has no container near to ${wrong.container}; it has ${listOf(names)}`,
      );
    }
    if (named.includes(only))
      return answers.decline(`container ${only} is near, and another metric goes by it already`);
    return answers.fix(
      context,
      [
        change(
          declared.ref,
          ...places.flatMap((i) =>
            replaceField(['spec', 'metrics', i, 'containerResource', 'container'], wrong.container, only),
          ),
        ),
      ],
      `${formatRef(target.ref)} has no container \`${wrong.container}\`; \`${only}\` is its only near one.`,
    );
  },
};
