import { compareText } from '../../domain/compare-text.ts';
import type { Finding } from '../../domain/finding.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { OwnerIndex } from '../../domain/owners.ts';

/** Findings of one cause on one workload and container: what becomes one incident, if nothing explains it. */
export interface Group {
  readonly workload: ObjectRef;
  readonly cause: string;
  readonly container: string | undefined;
  readonly subject: string | undefined;
  /** Sorted, so that the order in which they were found does not matter. */
  readonly findings: readonly Finding[];
}

/**
 * A subject (an image, a missing key) is one root even where several containers of the workload fail for it; without a
 * subject each container has a root of its own. The first container by name stands for the group.
 */
export function groupFindings(findings: readonly Finding[], owners: OwnerIndex): Group[] {
  const groups = new Map<string, { workload: ObjectRef; findings: Finding[] }>();
  for (const finding of findings) {
    const workload = owners.topOwner(finding.object);
    const { cause, subject, container } = finding;
    const key = JSON.stringify([refKey(workload), cause, subject ?? null, subject === undefined ? container : null]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { workload, findings: [finding] });
    else group.findings.push(finding);
  }
  return [...groups.values()].map(({ workload, findings: list }) => {
    const sorted = list.toSorted(compareFindings);
    const [first] = sorted;
    return {
      workload,
      cause: first?.cause ?? '',
      container: first?.container,
      subject: first?.subject,
      findings: sorted,
    };
  });
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.container ?? '', b.container ?? '') ||
    compareText(refKey(a.object), refKey(b.object)) ||
    compareText(a.summary, b.summary)
  );
}
