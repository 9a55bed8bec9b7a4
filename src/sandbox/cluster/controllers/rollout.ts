import type { Deployment } from '../workload-objects.ts';

/** An IntOrString share of `total`: a number, or a percentage rounded up or down. */
export function share(value: number | string | undefined, total: number, up: boolean): number {
  if (typeof value === 'number') return value;
  const percent = Number(/^(\d+)%$/.exec(value ?? '25%')?.[1] ?? value ?? 0);
  return up ? Math.ceil((total * percent) / 100) : Math.floor((total * percent) / 100);
}

/** How many pods may be missing during a rolling update; one where both shares round to nothing. */
export function maxUnavailable(deployment: Deployment): number {
  const desired = deployment.spec.replicas ?? 1;
  const { type, rollingUpdate } = deployment.spec.strategy ?? {};
  if (type === 'Recreate' || desired === 0) return 0;
  const surge = share(rollingUpdate?.maxSurge, desired, true);
  const missing = share(rollingUpdate?.maxUnavailable, desired, false);
  return Math.min(desired, surge === 0 && missing === 0 ? 1 : missing);
}
