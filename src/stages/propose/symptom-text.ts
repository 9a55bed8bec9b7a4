import type { ProposeContext } from './proposer.ts';

const TAIL_LINES = 60;

/** All that the symptom says in words: the evidence and the end of the log. */
export async function symptomText(context: ProposeContext): Promise<string> {
  return [...context.incident.evidence.map((evidence) => evidence.text), await lastWords(context)].join('\n');
}

/** The end of the log of the run that failed. Only causes that end a process have one worth reading. */
async function lastWords({ incident, logs, signal }: ProposeContext): Promise<string> {
  const pod = incident.affected.find(({ kind }) => kind === 'Pod');
  if (!pod || incident.container === undefined || !/^(?:crash|job|probe|memory)\//.test(incident.cause)) return '';
  const request = {
    namespace: pod.namespace ?? '',
    pod: pod.name,
    container: incident.container,
    tailLines: TAIL_LINES,
  };
  const previous = await logs({ ...request, previous: true }, signal);
  if (previous.ok && previous.value !== '') return previous.value;
  const current = await logs({ ...request, previous: false }, signal);
  return current.ok ? current.value : '';
}
