import type { NewEvidence } from '../../domain/evidence.ts';
import type { Facts, Finding, Severity } from '../../domain/finding.ts';
import type { Kind } from '../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { ContainerView } from './pod-view.ts';
import type { SnapshotIndex } from './snapshot-index.ts';

/** What the catalogue says about one cause. `docs` is one sentence for people who meet it the first time. */
export interface CauseInfo {
  readonly title: string;
  readonly severity: Severity;
  readonly docs: string;
}

/** Sees one family of failures. Pure: the same index gives the same findings. */
export interface Detector {
  readonly name: string;
  /** Kinds without which its answer could be wrong; where one is blind, the detector does not run and says so. */
  readonly needs: readonly Kind[];
  readonly causes: Readonly<Record<string, CauseInfo>>;
  detect(index: SnapshotIndex): Finding[];
}

/** What a detector saw, before the catalogue's severity is added. */
export interface Seen {
  readonly object: ObjectRef;
  readonly container?: Pick<ContainerView, 'name' | 'type'> | undefined;
  readonly subject?: string | undefined;
  readonly summary: string;
  readonly since?: string | undefined;
  readonly evidence: readonly NewEvidence[];
  readonly facts: Facts;
}

/** Makes a detector whose `report` accepts only causes of its own catalogue. */
export function defineDetector<Causes extends Readonly<Record<string, CauseInfo>>>(definition: {
  readonly name: string;
  readonly needs: readonly Kind[];
  readonly causes: Causes;
  detect(index: SnapshotIndex, report: (cause: keyof Causes & string, seen: Seen) => void): void;
}): Detector {
  const { name, needs, causes } = definition;
  return {
    name,
    needs,
    causes,
    detect(index) {
      const findings: Finding[] = [];
      definition.detect(index, (cause, seen) => {
        const severity = causes[cause]?.severity ?? 'warning';
        const { object, container, subject, summary, since, evidence, facts } = seen;
        findings.push({
          cause,
          severity,
          object,
          ...(container === undefined ? {} : { container: container.name, containerType: container.type }),
          ...(subject === undefined ? {} : { subject }),
          summary,
          ...(since === undefined ? {} : { since }),
          evidence,
          facts,
        });
      });
      return findings;
    },
  };
}
