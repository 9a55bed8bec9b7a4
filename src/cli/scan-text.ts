import type { IncidentOut, ScanOut } from '../app/scan-contract.ts';
import { printable } from './control-characters.ts';
import type { Paint, Terminal } from './terminal.ts';
import { table, wrap } from './terminal.ts';

const SIGN = { pass: '✓', fail: '✗', unknown: '?', 'not-applicable': '–' } as const;
const COLOUR = { pass: 'green', fail: 'red', unknown: 'yellow', 'not-applicable': 'gray' } as const;

/** A scan for people: one line per incident, then each with its evidence, its place in Git, its fix and its proof. */
export function printScan(scan: ScanOut, { out, paint, width }: Terminal): void {
  const { incidents, blind } = scan;
  const proven = incidents.filter(({ proof }) => proof?.verdict === 'proven').length;
  const count = incidents.length === 0 ? 'nothing fails' : `${incidents.length} incidents, ${proven} with a proven fix`;
  out(`${paint('bold', scan.cluster)}  ${count}  ${paint('gray', scan.scannedAt)}`);
  for (const { kind, reason } of blind) out(paint('yellow', `blind: ${kind}: ${printable(reason)}`));
  if (incidents.length === 0) return;
  out('');
  out(table(incidents.map((incident, i) => overview(incident, i + 1, paint)), width, 4));
  for (const [i, incident] of incidents.entries()) {
    out('');
    out(details(incident, i + 1, paint, width));
  }
}

function nameOf({ object, container }: IncidentOut): string {
  const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
  return container === undefined ? `${object.kind} ${name}` : `${object.kind} ${name} [${container}]`;
}

function overview(incident: IncidentOut, number: number, paint: Paint): readonly string[] {
  const { proof, severity } = incident;
  const colour = proof?.verdict === 'proven' ? 'green' : severity === 'critical' ? 'red' : 'yellow';
  const state = proof?.verdict === 'proven' ? 'proven fix' : incident.decision.outcome;
  return [paint('gray', `#${number}`), paint(colour, state), nameOf(incident), incident.cause, placeOf(incident)];
}

function placeOf({ source }: IncidentOut): string {
  if ('refused' in source) return source.refused.code;
  return source.file === undefined ? source.path : source.line === undefined ? source.file : `${source.file}:${source.line}`;
}

function details(incident: IncidentOut, number: number, paint: Paint, width: number): string {
  const lines = [
    `${paint('bold', `#${number} ${nameOf(incident)}`)}  ${incident.cause}  ${paint('gray', incident.fingerprint)}`,
    wrap(printable(incident.summary), width, '  '),
  ];
  if (incident.since !== undefined) lines.push(`  since ${incident.since}`);
  if (incident.stillServing) lines.push('  older pods still serve: the rollout is stuck, the service is up');
  for (const { id, object, text } of incident.evidence.slice(0, 3)) {
    lines.push(wrap(`${id} ${object.kind} ${object.name}: ${printable(text)}`, width, '  '));
  }
  for (const { summary, object } of incident.explains.slice(0, 3)) lines.push(`  explains: ${object.kind} ${object.name}: ${printable(summary)}`);
  lines.push(...sourceLines(incident), ...proposalLines(incident, paint, width), ...editLines(incident, paint), ...proofLines(incident, paint, width));
  const { outcome, reason, pullRequest } = incident.decision;
  lines.push(wrap(`→ ${outcome}: ${printable(reason)}${pullRequest === undefined ? '' : ` ${pullRequest}`}`, width, '  '));
  return lines.join('\n');
}

function sourceLines(incident: IncidentOut): string[] {
  const { source } = incident;
  if ('refused' in source) return [`  git: ${source.refused.reason} [${source.refused.code}]`];
  return [`  git: ${placeOf(incident)}  (Application ${source.application}, ${source.repoURL} at ${source.revision.slice(0, 12)})`];
}

function proposalLines({ proposals }: IncidentOut, paint: Paint, width: number): string[] {
  return proposals.map((proposal) =>
    'declined' in proposal
      ? paint('gray', wrap(`${proposal.origin} ${proposal.name}: ${printable(proposal.declined)}`, width, '  '))
      : wrap(`${proposal.origin} ${proposal.name}: ${printable(proposal.rationale)}`, width, '  '),
  );
}

function editLines({ edit }: IncidentOut, paint: Paint): string[] {
  if (!edit) return [];
  if ('refused' in edit) return [`  edit: ${edit.refused.reason} [${edit.refused.code}]`];
  return edit.files.flatMap(({ diff }) => diffLines(diff, paint).map((line) => `    ${line}`));
}

/** A unified diff with colours; headers in bold. */
export function diffLines(diff: string, paint: Paint): string[] {
  return printable(diff)
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return paint('bold', line);
      if (line.startsWith('@@')) return paint('cyan', line);
      if (line.startsWith('+')) return paint('green', line);
      return line.startsWith('-') ? paint('red', line) : line;
    });
}

function proofLines({ proof }: IncidentOut, paint: Paint, width: number): string[] {
  if (!proof) return [];
  const signs = proof.checks.map(({ name, result }) => paint(COLOUR[result], `${SIGN[result]} ${name}`)).join('  ');
  const why = proof.checks.filter(({ result }) => result === 'fail' || result === 'unknown');
  return [
    `  proof: ${proof.verdict}  ${signs}`,
    ...why.map(({ name, detail }) => paint('gray', wrap(`${name}: ${printable(detail)}`, width, '    '))),
  ];
}
