import { reconcileQuotas } from '../admission/quota.ts';
import type { ClusterContext, Controller } from '../context.ts';
import { createCronJobController } from './cron-job.ts';
import { createDaemonSetController } from './daemon-set.ts';
import { createDeploymentController } from './deployment.ts';
import { createEndpointSliceController } from './endpoint-slice.ts';
import { createJobController } from './job.ts';
import { createNamespaceController } from './namespace.ts';
import { createReplicaSetController } from './replica-set.ts';
import { createScheduler } from './scheduler.ts';
import { createStatefulSetController } from './stateful-set.ts';
import { createVolumeBinder } from './volume-binder.ts';

/** The control plane, in the order in which one tick runs it: owners before what they own. */
export function createControllers(context: ClusterContext): Controller[] {
  return [
    createNamespaceController(context),
    createCronJobController(context),
    createJobController(context),
    createDeploymentController(context),
    createReplicaSetController(context),
    createStatefulSetController(context),
    createDaemonSetController(context),
    createVolumeBinder(context),
    createScheduler(context),
    createEndpointSliceController(context),
    () => reconcileQuotas(context.store),
  ];
}
