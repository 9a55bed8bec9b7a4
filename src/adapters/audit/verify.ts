import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { FileLine } from './lines.ts';
import { readLines } from './lines.ts';
import { digestOf, GENESIS, parseRecord } from './record.ts';

/** A chain that holds. `head` is the digest of the last record: noted elsewhere, it shows later that none was cut off. */
export interface VerifiedAudit {
  readonly records: number;
  readonly head: string;
  /** The file ends in half a line: a process was killed while it wrote. The next start drops it. */
  readonly torn: boolean;
  /** Bytes of whole, verified records. */
  readonly bytes: number;
}

/**
 * Goes through the chain from its begin and stops at the first line that does not hold. Times are not checked: a clock
 * may go back. Error codes: `audit-missing`, `audit-unreadable`, `audit-broken` (its place is the line).
 */
export function verifyAudit(file: string): Result<VerifiedAudit, Problem> {
  let state: VerifiedAudit = { records: 0, head: GENESIS, torn: false, bytes: 0 };
  let number = 0;
  try {
    for (const line of readLines(file)) {
      number++;
      const next = follow(state, line);
      if (typeof next === 'string') {
        const hint =
          'records before this line hold; this one was changed, removed, added or moved after it was written';
        return err(problem('audit-broken', `line ${number}: ${next}`, { place: { file, line: number }, hint }));
      }
      state = next;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(problem('audit-unreadable', `cannot read the audit log: ${reason}`, { place: { file } }));
  }
  if (number === 0) return err(problem('audit-missing', 'there is no audit log, or it is empty', { place: { file } }));
  return ok(state);
}

/** The state after one more line, or what is wrong with the line. */
function follow(state: VerifiedAudit, line: FileLine): VerifiedAudit | string {
  const record = parseRecord(line.text);
  if (!line.ended) return { ...state, torn: true };
  if (!record) return 'it is not a record';
  if (record.sequence !== state.records + 1) return `its sequence is ${record.sequence}, not ${state.records + 1}`;
  if (record.previous !== state.head) return 'it does not follow from the record before it';
  if (record.digest !== digestOf(record)) return 'its digest does not fit what it says';
  return { records: record.sequence, head: record.digest, torn: false, bytes: line.endOffset };
}
