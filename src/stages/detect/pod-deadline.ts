import type { Pod } from '../../domain/kubernetes/pod.ts';

/** `status.reason` of a pod that the kubelet ended after its activeDeadlineSeconds (k8s.io/kubernetes pkg/kubelet/active_deadline.go). */
export const POD_DEADLINE = 'DeadlineExceeded';

/** Whether a pod was ended because it ran too long: the exit codes of its containers are those of that kill. */
export function overDeadline({ status }: Pod): boolean {
  return status?.phase === 'Failed' && status.reason === POD_DEADLINE;
}
