import type { Ingress } from '../../../domain/kubernetes/routing.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import type { Seen } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import type { BackendReference } from '../ingress-backends.ts';
import { backendsOf, hasPort, needsBackends } from '../ingress-backends.ts';
import { subjectOf } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/**
 * Ingresses that send to what does not exist. Kubernetes itself has no status for it, so what is told is what the objects
 * say, and no more than a warning. Facts: `missing`, or `backend`. Subject: the Service, or its port.
 */
export const ingress = defineDetector({
  name: 'ingress',
  needs: ['Ingress', 'Service'],
  causes: {
    'ingress/service-missing': {
      title: 'Service of an Ingress missing',
      severity: 'warning',
      docs: 'The Ingress sends to a Service that does not exist in its namespace.',
    },
    'ingress/no-such-port': {
      title: 'Port of an Ingress missing',
      severity: 'warning',
      docs: 'The Ingress sends to a port that its Service does not have.',
    },
  },
  detect(index, report) {
    for (const one of index.snapshot.objects.Ingress) {
      const object = refOfKind('Ingress', one.metadata);
      if (!index.judged(object) || !needsBackends(one)) continue;
      if (index.age(one.metadata.creationTimestamp) < index.policy.minimumAgeSeconds) continue;
      const byService = Map.groupBy(backendsOf(one), ({ service }) => service);
      for (const [service, backends] of byService) {
        const gone = serviceMissing(index, one, service, backends);
        if (gone !== undefined) report('ingress/service-missing', { object, ...gone });
        for (const seen of portsMissing(index, one, service, backends)) {
          report('ingress/no-such-port', { object, ...seen });
        }
      }
    }
  },
});

type Told = Omit<Seen, 'object'>;

function serviceMissing(
  index: SnapshotIndex,
  { metadata }: Ingress,
  name: string,
  backends: readonly BackendReference[],
): Told | undefined {
  const { namespace = '' } = metadata;
  if (!index.isMissing('Service', name, namespace)) return undefined;
  const object = refOfKind('Ingress', metadata);
  const [first] = backends;
  const missing = { kind: 'Service', namespace, name, ...(first === undefined ? {} : { field: first.field }) };
  return {
    subject: subjectOf(missing),
    summary: `the Ingress sends to Service ${namespace}/${name}, which does not exist`,
    evidence: backends.map(({ field }) => fieldEvidence(object, `${field}.name`, name)),
    facts: { missing },
  };
}

function* portsMissing(
  index: SnapshotIndex,
  { metadata }: Ingress,
  name: string,
  backends: readonly BackendReference[],
): Generator<Told> {
  const service = index.find('Service', name, metadata.namespace);
  if (service === undefined) return;
  const object = refOfKind('Ingress', metadata);
  for (const [port, places] of Map.groupBy(backends, (backend) => backend.port)) {
    if (port === undefined || hasPort(service, port)) continue;
    const ports = (service.spec?.ports ?? []).map((has) =>
      has.name === undefined ? `${has.port}` : `${has.port} ${has.name}`,
    );
    yield {
      subject: `${name}:${port}`,
      summary: `the Ingress sends to port ${port} of Service ${name}, which has ${ports.join(', ')}`,
      evidence: [
        ...places.map(({ field }) => fieldEvidence(object, `${field}.port`, String(port))),
        fieldEvidence(refOfKind('Service', service.metadata), 'spec.ports', ports.join(', ')),
      ],
      facts: { backend: { service: name, port } },
    };
  }
}
