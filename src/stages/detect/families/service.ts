import type { Service } from '../../../domain/kubernetes/cluster-objects.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import { namesakeTemplate, nearestTemplate } from '../near-labels.ts';
import { reachedPort, createPodSelector } from '../service-pods.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Services that reach nothing. Facts: `selector`, or `servicePort`. Subject: the label pairs, or the target port. */
export const service = defineDetector({
  name: 'service',
  needs: ['Service', 'Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet'],
  causes: {
    'service/no-matching-pods': {
      title: 'Selector matches no pod',
      severity: 'critical',
      docs: 'The Service’s selector matches no pod, while a workload with nearly the same labels, or its name, exists.',
    },
    'service/no-such-port': {
      title: 'Target port does not exist',
      severity: 'critical',
      docs: 'The Service’s target port is none of the ports that its pods have.',
    },
  },
  detect(index, report) {
    const selector = createPodSelector(index);
    for (const service of index.snapshot.objects.Service) {
      const { metadata, spec } = service;
      const wanted = spec?.selector ?? {};
      const object = refOfKind('Service', metadata);
      if (Object.keys(wanted).length === 0 || spec?.type === 'ExternalName' || !index.judged(object)) continue;
      if (index.age(metadata.creationTimestamp) < index.policy.minimumAgeSeconds) continue;
      const namespace = metadata.namespace ?? '';
      const pods = selector.podsOf(namespace, wanted);
      if (pods.length === 0 && selector.templatesOf(namespace, wanted).length === 0) {
        const templates = selector.templatesIn(namespace);
        const near =
          nearestTemplate(wanted, templates) ??
          namesakeTemplate(metadata.name, wanted, templates, (labels) => isSelected(index, namespace, labels));
        if (near === undefined) continue;
        const pairs = Object.entries(near.unmatched).map(([key, value]) => `${key}=${value}`);
        report('service/no-matching-pods', {
          object,
          subject: pairs.sort().join(','),
          summary: `no pod has ${pairs.join(', ')}; ${near.template.ref.kind} ${near.template.ref.name} is near`,
          evidence: [
            fieldEvidence(object, 'spec.selector', JSON.stringify(wanted)),
            fieldEvidence(near.template.ref, 'spec.template.metadata.labels', JSON.stringify(near.template.labels)),
          ],
          facts: { selector: near.unmatched },
        });
        continue;
      }
      const others = (): readonly Service[] =>
        index.snapshot.objects.Service.filter(
          (other) =>
            other !== service && pods.some((pod) => selects(other, pod.metadata.namespace, pod.metadata.labels)),
        );
      for (const { port, targetPort } of unreached(service, pods, others)) {
        const declared = [...new Set(pods.flatMap((pod) => portsOf(pod)))].sort();
        report('service/no-such-port', {
          object,
          subject: String(targetPort),
          summary: `target port ${targetPort} is none of the pods’ ports (${declared.join(', ') || 'none declared'})`,
          evidence: [
            fieldEvidence(object, `spec.ports[port=${port}].targetPort`, String(targetPort)),
            ...pods
              .slice(0, 1)
              .map((pod) =>
                fieldEvidence(
                  refOfKind('Pod', pod.metadata),
                  'spec.containers[*].ports',
                  declared.join(', ') || 'none declared',
                ),
              ),
          ],
          facts: { servicePort: { port, targetPort } },
        });
      }
    }
  },
});

function isSelected({ snapshot }: SnapshotIndex, namespace: string, labels: Readonly<Record<string, string>>): boolean {
  return snapshot.objects.Service.some((service) => selects(service, namespace, labels));
}

function selects({ metadata, spec }: Service, namespace = '', labels: Readonly<Record<string, string>> = {}): boolean {
  if (metadata.namespace !== namespace) return false;
  const pairs = Object.entries(spec?.selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

type Pods = ReturnType<ReturnType<typeof createPodSelector>['podsOf']>;

/**
 * A named target port must be declared by a container; a number need not be. So a number is reported only where the pods
 * declare ports, no port of the Service is among them, no probe of theirs proves that something listens there, the
 * Service is not headless (whose clients connect to any port), and no other Service of the pods goes to what they declare
 * (then this one is for something else, such as metrics).
 */
function unreached(
  service: Service,
  pods: Pods,
  others: () => readonly Service[],
): { port: number; targetPort: string | number }[] {
  const { spec } = service;
  const ports = targetsOf(service).map((one) => ({ ...one, reached: reaches(pods, one) }));
  if (pods.length === 0) return [];
  const numbersFail =
    spec?.clusterIP !== 'None' &&
    ports.every(({ reached }) => !reached) &&
    pods.every((pod) => portsOf(pod).length > 0) &&
    !others().some((other) => targetsOf(other).some((one) => reaches(pods, one)));
  return ports
    .filter(({ reached, targetPort }) => !reached && (typeof targetPort === 'string' || numbersFail))
    .map(({ port, targetPort }) => ({ port, targetPort }));
}

interface Target {
  readonly port: number;
  readonly targetPort: string | number;
  readonly protocol: string;
}

function targetsOf({ spec }: Service): Target[] {
  return (spec?.ports ?? []).map(({ port, targetPort = port, protocol = 'TCP' }) => ({ port, targetPort, protocol }));
}

function reaches(pods: Pods, { targetPort, protocol }: Target): boolean {
  return pods.some((pod) => reachedPort(pod, targetPort, protocol));
}

function portsOf({ spec }: Pods[number]): string[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ name, containerPort }) => (name === undefined ? String(containerPort) : `${containerPort} ${name}`)),
  );
}
