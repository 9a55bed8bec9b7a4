import type { Evidence, NewEvidence } from '../../domain/evidence.ts';
import { formatRef, refKey } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Group } from './group.ts';

const MOST = 12;

/**
 * The evidence of a root, most telling first: the fields of the first object that shows it, then events, then other
 * objects, other workloads with the same root, and last what follows from it. At most twelve, numbered E1, E2, ...
 */
export function collectEvidence(root: Group, effects: readonly Group[], sharers: readonly ObjectRef[]): Evidence[] {
  const [first, ...others] = root.findings;
  const own = first?.evidence ?? [];
  const shared: NewEvidence[] =
    sharers.length === 0
      ? []
      : [{ object: root.workload, text: `the same root stops ${sharers.slice(0, 10).map(formatRef).join(', ')}` }];
  const ordered = [
    ...own.filter((evidence) => !isEvent(evidence)),
    ...own.filter(isEvent),
    ...shared,
    ...others.flatMap(({ evidence }) => evidence.slice(0, 1)),
    ...effects.flatMap(({ findings }) => findings.slice(0, 1).flatMap(({ evidence }) => evidence.slice(0, 1))),
  ];
  const unique = new Map(
    ordered.map((evidence) => [`${refKey(evidence.object)} ${evidence.path} ${evidence.text}`, evidence]),
  );
  return [...unique.values()].slice(0, MOST).map((evidence, i) => ({ id: `E${i + 1}`, ...evidence }));
}

function isEvent({ path = '' }: NewEvidence): boolean {
  return path.startsWith('event ');
}
