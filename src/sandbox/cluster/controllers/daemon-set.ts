import type { ClusterContext, Controller } from '../context.ts';
import type { DaemonSet } from '../workload-objects.ts';
import { nodeProblem } from './node-fit.ts';
import { omitZero } from './conditions.ts';
import { activePods, createPod, deletePod, isReady } from './pods.ts';
import { templateHash } from './template-hash.ts';

const HASH = 'controller-revision-hash';
const COMPONENT = 'daemonset-controller';

/** One pod of each DaemonSet on every node that fits it. */
export function createDaemonSetController(context: ClusterContext): Controller {
  return () => {
    for (const set of context.store.list('DaemonSet')) reconcile(context, set);
  };
}

function reconcile(context: ClusterContext, set: DaemonSet): void {
  const hash = templateHash(set.spec.template);
  const nodes = context.store.list('Node').filter((node) => nodeProblem(node, set.spec.template.spec) === undefined);
  let updating = false;
  for (const { metadata } of nodes) {
    const pods = activePods(context, set).filter(({ spec }) => spec.nodeName === metadata.name);
    const stale = pods.find((pod) => pod.metadata.labels?.[HASH] !== hash);
    if (stale && set.spec.updateStrategy?.type !== 'OnDelete' && !updating) {
      updating = true;
      deletePod(context, stale);
    }
    if (pods.length > 0) continue;
    const template = { ...set.spec.template, spec: { ...set.spec.template.spec, nodeName: metadata.name } };
    const answer = createPod(context, set, template, { generateName: `${set.metadata.name}-` }, { [HASH]: hash });
    const refused = 'refused' in answer;
    const message = refused ? `Error creating: ${answer.refused}` : `Created pod: ${answer.pod.metadata.name}`;
    context.events.record(set, {
      type: refused ? 'Warning' : 'Normal',
      reason: refused ? 'FailedCreate' : 'SuccessfulCreate',
      message,
      component: COMPONENT,
    });
  }
  const pods = activePods(context, set);
  const ready = pods.filter(isReady).length;
  const desired = nodes.length;
  context.store.update(set, (draft) => {
    draft.status = omitZero(
      {
        currentNumberScheduled: pods.length,
        desiredNumberScheduled: desired,
        numberAvailable: ready,
        numberMisscheduled: 0,
        numberReady: ready,
        numberUnavailable: desired - ready,
        observedGeneration: draft.metadata.generation ?? 1,
        updatedNumberScheduled: pods.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length,
      },
      ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady'],
    );
  });
}
