import type { Cluster } from '../cluster/cluster.ts';

/**
 * Nodes without a kubelet, for the scheduler to reason about: a small one and a tainted one. Nothing runs there unless it
 * tolerates their taints. The node lifecycle controller holds a node for lost five minutes after its last heartbeat.
 */
export async function startOtherNodes({ admin }: Cluster): Promise<{ close(): Promise<void> }> {
  const nodes = [
    { name: 'node-small', labels: { size: 'small' }, taint: 'size', cpu: '500m' },
    { name: 'node-batch', labels: { pool: 'batch' }, taint: 'dedicated', cpu: '4' },
  ];
  const beat = async (): Promise<void> => {
    const now = new Date().toISOString();
    for (const { name, cpu } of nodes) {
      const resources = { cpu, memory: '4Gi', pods: '20', 'ephemeral-storage': '10Gi' };
      const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: now };
      const status = { capacity: resources, allocatable: resources, conditions: [condition] };
      await admin.send('PATCH', `/api/v1/nodes/${name}/status`, { status }, 'application/strategic-merge-patch+json');
    }
  };
  for (const { name, labels, taint } of nodes) {
    await admin.send('POST', '/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec: { taints: [{ key: taint, value: 'yes', effect: 'NoSchedule' }] },
    });
  }
  await beat();
  const timer = setInterval(() => void beat().catch(() => undefined), 60_000);
  return {
    async close() {
      clearInterval(timer);
      for (const { name } of nodes) await admin.send('DELETE', `/api/v1/nodes/${name}`);
    },
  };
}
