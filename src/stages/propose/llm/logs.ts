import type { ProposeContext } from '../proposer.ts';
import type { Section } from './fence.ts';

const TAIL_LINES = 80;
const LONGEST_LOG = 4000;
const MOST_PODS = 2;

/**
 * The ends of the failing container's logs, its current run and the one before. The first pod that has any is enough: its
 * siblings fail alike. None where the incident names no container or no pod.
 */
export async function logSections({ incident, logs, signal }: ProposeContext): Promise<Section[]> {
  const { container } = incident;
  if (container === undefined) return [];
  const quoted = new Set(incident.evidence.map(({ object }) => `${object.kind}/${object.name}`));
  const pods = incident.affected
    .filter(({ kind, namespace }) => kind === 'Pod' && namespace !== undefined)
    .sort((a, b) => Number(quoted.has(`Pod/${b.name}`)) - Number(quoted.has(`Pod/${a.name}`)))
    .slice(0, MOST_PODS);
  for (const { name, namespace = '' } of pods) {
    const sections: Section[] = [];
    for (const previous of [false, true]) {
      const text = await logs({ namespace, pod: name, container, previous, tailLines: TAIL_LINES }, signal);
      if (!text.ok || text.value.trim() === '') continue;
      const run = previous ? 'previous run' : 'current run';
      sections.push({
        title: `log of container ${container}, ${run}`,
        text: text.value,
        keep: 'tail',
        limit: LONGEST_LOG,
      });
    }
    if (sections.length > 0) return sections;
  }
  return [];
}
