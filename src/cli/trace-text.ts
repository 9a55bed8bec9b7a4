import { counted } from '../domain/counted.ts';
import { TraceOut } from '../app/trace-contract.ts';
import { printableJson } from './control-characters.ts';
import { diffLines } from './scan-text.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './terminal.ts';

const FEEDS_SHOWN = 20;

/** A trace for people: the place, the way there, what else it feeds, and the edit with its proof. */
export function printTrace(result: TraceOut, { out, paint, width }: Terminal): void {
  const shown = TraceOut.parse(printableJson(result));
  if ('refused' in shown) return;
  const { field, value, origin, feeds, edit, proof, renders, milliseconds } = shown;
  out(`${paint('bold', field)} = ${JSON.stringify(value)}`);
  if (origin) {
    out(`  ${paint('cyan', `${origin.file}:${origin.line}:${origin.column}`)}  ${origin.path}`);
    out(wrap(`via ${origin.via}, in ${origin.repoURL}`, width, '  '));
  } else {
    out('  not set in Git');
  }
  for (const fed of feeds.slice(0, FEEDS_SHOWN)) {
    out(`  feeds ${fed.object.kind} ${fed.object.name} ${fed.field} (${fed.application})`);
  }
  if (feeds.length > FEEDS_SHOWN) out(`  and ${feeds.length - FEEDS_SHOWN} more`);
  for (const { diff } of edit?.files ?? []) out(diffLines(diff, paint).join('\n'));
  for (const check of proof?.checks ?? []) out(wrap(`${check.name}: ${check.result}: ${check.detail}`, width, '  '));
  if (proof) out(`  ${paint('bold', proof.verdict)}`);
  out(paint('gray', `  ${counted(renders, 'render')}, ${milliseconds} ms`));
}
