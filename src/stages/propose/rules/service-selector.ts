import { formatRef } from '../../../domain/object-ref.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { getField } from '../../../domain/field-path.ts';
import { isObject } from '../../../domain/json.ts';
import { podTemplatePath } from '../../../domain/pod-template.ts';
import { formatCommit } from '../field-history.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { selectorMatches, texts, workloadsIn } from '../workloads.ts';
import { belongsTo } from '../missing-names.ts';
import { isNear } from '../similar.ts';

const answers = answersOf('rule', 'service-selector');

/**
 * A Service selects no pods: where exactly one workload of the namespace has all of its labels but one, and a near value
 * for that one, the selector takes that value.
 */
export const serviceSelector: Proposer = {
  origin: 'rule',
  name: 'service-selector',
  causes: ['service/no-matching-pods'],
  async propose(context) {
    const { declared } = context;
    if (declared.ref.kind !== 'Service') return answers.decline('the object is not a Service');
    const spec = declared.object['spec'];
    const selector = texts(isObject(spec) ? spec['selector'] : undefined);
    const workloads = workloadsIn(context, declared.ref.namespace ?? '');
    if (workloads.some(({ labels }) => selectorMatches(selector, labels))) {
      return answers.decline('a workload has the labels that the Service selects, and no pods of it are there');
    }
    const near = workloads.flatMap(({ ref, labels }) => {
      const off = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
      const [key, value] = off[0] ?? [];
      const meant = key === undefined ? undefined : labels[key];
      if (off.length !== 1 || key === undefined || value === undefined || meant === undefined) return [];
      // Two services whose names differ in a letter: the one that is meant has no workload yet.
      const own = belongsTo(value, declared.ref.name) && !belongsTo(meant, declared.ref.name);
      return isNear(value, meant) && !own ? [{ ref, key, value, meant }] : [];
    });
    const [only] = near;
    if (near.length !== 1 || !only) {
      const names = near.map(({ ref }) => formatRef(ref));
      return answers.decline(
        near.length === 0
          ? 'no workload of the namespace has labels near to the selector'
          : `several workloads are near: ${listOf(names)}`,
      );
    }
    const until = await selectedUntil(context, selector);
    if (until !== undefined)
      return answers.decline(`the Service selected pods until ${until}: the selector is not misspelt`);
    const { ref, key, value, meant } = only;
    return answers.fix(
      context,
      [change(declared.ref, ...replaceField(['spec', 'selector', key], value, meant))],
      `No pod has \`${key}: ${value}\`; the pods of ${formatRef(ref)} have \`${key}: ${meant}\`, and they are the only near ones.`,
    );
  },
};

/** The commit until which the Application declared a workload with the labels that this very selector asks for. */
export async function selectedUntil(
  context: ProposeContext,
  selector: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  let newer: string | undefined;
  for await (const { objects, commit } of context.versions()) {
    const found = objects.some(({ ref, object }) => {
      const template = podTemplatePath(ref.kind);
      const labels = template && getField(object, [...template, 'metadata', 'labels']);
      return ref.namespace === context.declared.ref.namespace && selectorMatches(selector, texts(labels));
    });
    if (found && newer !== undefined) return newer;
    newer = formatCommit(commit);
  }
  return undefined;
}
