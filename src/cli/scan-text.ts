import { ScanOut } from '../app/scan-contract.ts';
import type { IncidentOut } from '../app/scan-contract.ts';
import { printable, printableJson } from './control-characters.ts';
import type { Paint, Terminal } from './terminal.ts';
import { table, tableWidth, wrap } from './terminal.ts';

const SIGN = { pass: '✓', fail: '✗', unknown: '?', 'not-applicable': '–' } as const;
const COLOUR = { pass: 'green', fail: 'red', unknown: 'yellow', 'not-applicable': 'gray' } as const;
const EVIDENCE_SHOWN = 3;
const EXPLAINED_SHOWN = 3;

/** A scan for people: one line per incident, then each with its evidence, its place in Git, its fix and its proof. */
export function printScan(scan: ScanOut, { out, paint, width }: Terminal): void {
  const { cluster, scannedAt, incidents, blind } = ScanOut.parse(printableJson(scan));
  const proven = incidents.filter(({ proof }) => proof?.verdict === 'proven').length;
  const found = incidents.length === 1 ? '1 incident' : `${incidents.length} incidents`;
  const none = blind.length === 0 ? 'nothing fails' : 'nothing fails among what could be read';
  const count = incidents.length === 0 ? none : `${found}, ${proven} with a proven fix`;
  out(`${paint('bold', cluster)}  ${count}  ${paint('gray', scannedAt)}`);
  for (const { kind, reason } of blind) out(paint('yellow', wrap(`blind: ${kind}: ${reason}`, width, '', '  ')));
  if (incidents.length === 0) return;
  out('');
  out(overview(incidents, paint, width));
  for (const [i, incident] of incidents.entries()) {
    out('');
    out(details(incident, i + 1, paint, width));
  }
}

/** The table of incidents; on two lines each where the width is too small for one. */
function overview(incidents: readonly IncidentOut[], paint: Paint, width: number): string {
  const rows = incidents.map((incident, i) => {
    const { proof, severity, cause, decision } = incident;
    const colour = proof?.verdict === 'proven' ? 'green' : severity === 'critical' ? 'red' : 'yellow';
    const state = proof?.verdict === 'proven' ? 'proven fix' : decision.outcome;
    return {
      head: [paint('gray', `#${i + 1}`), paint(colour, state), nameOf(incident)],
      tail: [cause, placeOf(incident)],
    };
  });
  const wide = rows.map(({ head, tail }) => [...head, ...tail]);
  if (tableWidth(wide) <= width) return table(wide, width, { column: 4, keep: 'end' });
  const heads = table(
    rows.map(({ head }) => head),
    width,
    { column: 2, keep: 'start' },
  ).split('\n');
  const tails = table(
    rows.map(({ tail }) => tail),
    width - 5,
    { column: 1, keep: 'end' },
  ).split('\n');
  return heads.map((head, i) => `${head}\n     ${tails[i] ?? ''}`).join('\n');
}

function nameOf({ object, container }: IncidentOut): string {
  const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
  return container === undefined ? `${object.kind} ${name}` : `${object.kind} ${name} [${container}]`;
}

function placeOf({ source }: IncidentOut): string {
  if ('refused' in source) return source.refused.code;
  return source.file === undefined
    ? source.path
    : source.line === undefined
      ? source.file
      : `${source.file}:${source.line}`;
}

function details(incident: IncidentOut, number: number, paint: Paint, width: number): string {
  const { cause, fingerprint, summary, since, stillServing, evidence, explains, decision } = incident;
  const paragraph = (text: string): string => wrap(text, width, '  ', '    ');
  const { outcome, reason, pullRequest } = decision;
  return [
    `${paint('bold', `#${number} ${nameOf(incident)}`)}  ${cause}  ${paint('gray', fingerprint)}`,
    paragraph(summary),
    ...(since === undefined ? [] : [`  since ${since}`]),
    ...(stillServing ? ['  the rollout is stuck, the service is up'] : []),
    ...evidence
      .slice(0, EVIDENCE_SHOWN)
      .map(({ id, object, path, text }) => paragraph(`${id} ${object.kind} ${object.name}${tailOf(path)}: ${text}`)),
    ...more(evidence.length - EVIDENCE_SHOWN, 'more in its evidence'),
    ...explains
      .slice(0, EXPLAINED_SHOWN)
      .map((item) => paragraph(`explains: ${item.object.kind} ${item.object.name}: ${item.summary}`)),
    ...more(explains.length - EXPLAINED_SHOWN, 'more that it explains'),
    paragraph(sourceText(incident)),
    ...proposalLines(incident, paint, paragraph),
    ...editLines(incident, paint, paragraph),
    ...proofLines(incident, paint, width),
    paint('bold', paragraph(`→ ${outcome}: ${reason}${pullRequest === undefined ? '' : ` ${pullRequest}`}`)),
  ].join('\n');
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  and ${count} ${what}`] : [];
}

/** The part of an evidence's path that says what was read; the whole where it ends with a list item. */
function tailOf(path: string | undefined): string {
  return path === undefined ? '' : ` ${path.slice(path.lastIndexOf('].') + 1).replace(/^\./, '')}`;
}

function sourceText(incident: IncidentOut): string {
  const { source } = incident;
  if ('refused' in source) return `git: ${source.refused.reason} [${source.refused.code}]`;
  return `git: ${placeOf(incident)} (Application ${source.application}, ${source.repoURL} at ${source.revision.slice(0, 12)})`;
}

function proposalLines({ proposals }: IncidentOut, paint: Paint, paragraph: (text: string) => string): string[] {
  return proposals.map((proposal) =>
    'declined' in proposal
      ? paint('gray', paragraph(`no fix from ${proposal.origin} ${proposal.name}: ${proposal.declined}`))
      : paragraph(`fix from ${proposal.origin} ${proposal.name}: ${proposal.rationale}`),
  );
}

function editLines({ edit }: IncidentOut, paint: Paint, paragraph: (text: string) => string): string[] {
  if (!edit) return [];
  if ('refused' in edit) return [paragraph(`edit: ${edit.refused.reason} [${edit.refused.code}]`)];
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
  // A sign stays on the line of its check.
  const signs = proof.checks.map(({ name, result }) => paint(COLOUR[result], `${SIGN[result]}\u00A0${name}`)).join(' ');
  const why = proof.checks.filter(({ result }) => result === 'fail' || result === 'unknown');
  return [
    wrap(`proof: ${proof.verdict} ${signs}`, width, '  ', '    ').replaceAll('\u00A0', ' '),
    ...why.map(({ name, detail }) => paint('gray', wrap(`${name}: ${detail}`, width, '    ', '      '))),
  ];
}
