import { counted } from '../domain/counted.ts';
import type { ProgressEvent } from '../engine/ports.ts';
import { printable } from './control-characters.ts';
import type { Terminal } from './terminal.ts';

/** Shows where long work is: one line that is written over in a terminal, nothing where nobody looks. */
export function progressLine({ width }: Terminal): {
  readonly show: (event: ProgressEvent) => void;
  readonly clear: () => void;
} {
  const live = process.stderr.isTTY;
  const write = (text: string): void => {
    if (live) process.stderr.write(`\r\u001B[2K${printable(text).slice(0, width - 1)}`);
  };
  return { show: (event) => write(describe(event)), clear: () => write('') };
}

/** A progress event as one line. */
export function describe(event: ProgressEvent): string {
  if (event.step === 'observed') return `${counted(event.pods, 'pod')}, ${counted(event.incidents, 'incident')}`;
  if (event.step === 'investigating') return `investigating ${event.object} (${event.cause})`;
  return `${event.object}: ${event.outcome}`;
}
