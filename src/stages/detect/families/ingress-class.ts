import type { Ingress } from '../../../domain/kubernetes/routing.ts';
import { refOfKind } from '../../../domain/snapshot.ts';
import { defineDetector } from '../detector.ts';
import type { Seen } from '../detector.ts';
import { fieldEvidence } from '../evidence.ts';
import { isMisspelt } from '../near-labels.ts';
import { subjectOf } from '../references.ts';
import type { SnapshotIndex } from '../snapshot-index.ts';

/** Ingresses whose class is misspelt. Facts: `missing`. Subject: the class. */
export const ingressClass = defineDetector({
  name: 'ingress-class',
  needs: ['Ingress', 'IngressClass'],
  causes: {
    'ingress/class-missing': {
      title: 'IngressClass missing',
      severity: 'warning',
      docs: 'The Ingress names an IngressClass that does not exist, while exactly one of nearly the same name does.',
    },
  },
  detect(index, report) {
    for (const one of index.snapshot.objects.Ingress) {
      const object = refOfKind('Ingress', one.metadata);
      if (!index.judged(object) || index.age(one.metadata.creationTimestamp) < index.policy.minimumAgeSeconds) continue;
      const seen = classMissing(index, one);
      if (seen !== undefined) report('ingress/class-missing', { object, ...seen });
    }
  },
});

/** Controllers that know no classes take any name, so a class that is unlike all others says nothing. */
function classMissing(index: SnapshotIndex, { metadata, spec }: Ingress): Omit<Seen, 'object'> | undefined {
  const name = spec?.ingressClassName;
  if (name === undefined || !index.isMissing('IngressClass', name)) return undefined;
  const near = index.snapshot.objects.IngressClass.filter((one) => isMisspelt(name, one.metadata.name));
  const [only] = near;
  if (only === undefined || near.length > 1) return undefined;
  const missing = { kind: 'IngressClass', namespace: '', name, field: 'spec.ingressClassName' };
  return {
    subject: subjectOf(missing),
    summary: `the Ingress names IngressClass ${name}, which does not exist; ${only.metadata.name} is near`,
    evidence: [fieldEvidence(refOfKind('Ingress', metadata), 'spec.ingressClassName', name)],
    facts: { missing },
  };
}
