import { closeSync, openSync, readSync } from 'node:fs';

/** A line of a file: without its line end; `ended` is false for a last line that lacks one. */
export interface FileLine {
  readonly text: string;
  readonly ended: boolean;
  /** Bytes from the start of the file to the end of this line, its line end included. */
  readonly endOffset: number;
}

const CHUNK = 65_536;
const NEWLINE = 10;

/** The lines of a file one by one, without holding it in memory. None where the file does not exist. */
export function* readLines(file: string): Generator<FileLine> {
  const descriptor = openForReading(file);
  if (descriptor === undefined) return;
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK);
      const length = readSync(descriptor, chunk, 0, CHUNK, null);
      if (length === 0) break;
      rest = Buffer.concat([rest, chunk.subarray(0, length)]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        offset += end + 1;
        yield { text: rest.toString('utf8', 0, end), ended: true, endOffset: offset };
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), ended: false, endOffset: offset + rest.length };
  } finally {
    closeSync(descriptor);
  }
}

function openForReading(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
