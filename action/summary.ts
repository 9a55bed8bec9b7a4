import type { IncidentOut } from '../src/app/scan-contract.ts';
import { quoteBlock, quoteCode, quoteInline } from '../src/stages/deliver/quote.ts';
import type { Mode } from './inputs.ts';
import { bySeverity, nameOf } from './here.ts';
import type { Report } from './report.ts';

const DIFF_LIMIT = 8000;

/** The job summary, in at most `room` bytes: the tables first, then one section an incident as long as there is room. */
export function summary(report: Report, mode: Mode, room: number): string {
  const incidents = bySeverity(report.incidents);
  const head = [
    heading(report, mode),
    ...notes(report),
    ...(mode === 'verify' ? [] : overview(incidents)),
    ...followed(report),
  ];
  const parts = fitting(head, room);
  let text = parts.join('\n\n');
  if (mode === 'verify') return `${text}\n`;
  for (const [i, incident] of incidents.entries()) {
    const section = `\n\n${details(incident)}`;
    const rest = `\n\n${incidents.length - i} more are in the report file.`;
    if (bytes(text) + bytes(section) + bytes(rest) > room)
      return bytes(text) + bytes(rest) < room ? `${text}${rest}\n` : text;
    text += section;
  }
  return `${text}\n`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** The first parts that fit. */
function fitting(parts: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const part of parts) {
    used += bytes(part) + 2;
    if (used > room) break;
    kept.push(part);
  }
  return kept;
}

function heading({ cluster, incidents, followed, scannedAt }: Report, mode: Mode): string {
  const proven = incidents.filter(({ proof }) => proof?.verdict === 'proven').length;
  const found =
    incidents.length === 0 ? 'nothing fails' : `${count(incidents.length, 'incident')}, ${proven} with a proven fix`;
  const what = mode === 'verify' ? `${count(followed.length, 'pull request')} followed` : found;
  return `### Remendo ${mode}: ${quoteInline(cluster)}: ${what}\n\nLast ${mode}: ${scannedAt}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function notes({ blind, unreadable }: Report): string[] {
  const lines = [
    ...blind.map(({ kind, reason }) => `- could not read ${quoteCode(kind)}: ${quoteInline(reason)}`),
    ...unreadable.map(
      ({ repoURL, reason }) => `- nothing was decided for ${quoteCode(repoURL)}: ${quoteInline(reason)}`,
    ),
  ];
  return lines.length === 0 ? [] : [lines.slice(0, 100).join('\n')];
}

function overview(incidents: readonly IncidentOut[]): string[] {
  if (incidents.length === 0) return [];
  const rows = incidents.slice(0, 500).map((incident) => {
    const { decision, cause, severity } = incident;
    const link = decision.pullRequest === undefined ? '' : ` ${linkTo(decision.pullRequest)}`;
    return row([
      severity,
      quoteCode(nameOf(incident)),
      quoteCode(cause),
      placeOf(incident),
      `${decision.outcome}${link}`,
    ]);
  });
  return [['| severity | workload | cause | in Git | |', '|---|---|---|---|---|', ...rows].join('\n')];
}

function followed(report: Report): string[] {
  if (report.followed.length === 0) return [];
  const rows = report.followed
    .slice(0, 500)
    .map(({ pullRequest, outcome, reason }) => row([linkTo(pullRequest), outcome, quoteInline(reason)]));
  return [['| pull request | outcome | |', '|---|---|---|', ...rows].join('\n')];
}

function details(incident: IncidentOut): string {
  const { summary: text, evidence, edit, proof, decision, proposals } = incident;
  const chosen = proposals.find((proposal) => 'changes' in proposal);
  const files = edit && 'files' in edit ? edit.files : [];
  const open = proof?.checks.filter(({ result }) => result === 'fail' || result === 'unknown') ?? [];
  return [
    `#### ${quoteInline(nameOf(incident))}`,
    quoteInline(text, 1000),
    evidence
      .slice(0, 3)
      .map((item) => `- ${quoteCode(item.text, 400)}`)
      .join('\n'),
    chosen && 'changes' in chosen
      ? `${chosen.origin} ${quoteCode(chosen.name)}: ${quoteInline(chosen.rationale, 1000)}`
      : '',
    ...files.map(({ diff }) => quoteBlock(diff, 'diff', DIFF_LIMIT)),
    proof ? `Proof: ${proof.verdict}` : '',
    open.map(({ name, result, detail }) => `- ${name}: ${result}: ${quoteInline(detail)}`).join('\n'),
    `${decision.outcome}: ${quoteInline(decision.reason)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function placeOf({ source }: IncidentOut): string {
  if ('refused' in source) return quoteInline(source.refused.code);
  const line = source.line === undefined ? '' : `:${source.line}`;
  return quoteCode(`${source.file ?? source.path}${line}`);
}

/** A pull request's address comes from the forge; anything else in its place is shown as text. */
function linkTo(url: string): string {
  return /^https?:\/\/[\w.:/-]+$/.test(url) ? `[#${url.split('/').at(-1)}](${url})` : quoteCode(url);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
