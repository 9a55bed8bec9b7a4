import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson } from '../../domain/json.ts';
import type { JsonValue } from '../../domain/json.ts';
import { redactJson } from '../../domain/redact/redact-json.ts';
import type { Redact } from '../../domain/redact.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Audit, AuditRecord } from '../../ports/store.ts';
import { readLines } from './lines.ts';
import { digestOf, GENESIS, parseRecord } from './record.ts';
import { verifyAudit } from './verify.ts';

/** Where the audit log is written, and what its texts pass first. */
export interface AuditOptions {
  /** Path of the JSON Lines file; its folder is made. */
  readonly file: string;
  readonly clock: Clock;
  readonly redact: Redact;
  readonly log?: Log;
}

interface End {
  readonly sequence: number;
  readonly digest: string;
  /** Size of the file in bytes with whole records only. */
  readonly bytes: number;
}

/**
 * The audit log: one JSON line a decision, each holding the digest of the one before. One process writes at a time; when
 * the file has grown by another's hand since, its end is read again. Half a last line, left by a kill, is dropped. A chain
 * that does not hold is set aside as `<file>.broken` (`.broken.2` ...) and a new one is begun. A disk that takes nothing loses the record,
 * is logged, and stops nobody.
 */
export function createAudit({ file, clock, redact, log }: AuditOptions): Audit {
  let end: End | undefined;

  const append: Audit['append'] = ({ at, event, fingerprint, detail }) => {
    let descriptor: number | undefined;
    try {
      mkdirSync(dirname(file), { recursive: true });
      if (end === undefined || sizeOf(file) !== end.bytes) end = readEnd(file, log);
      descriptor = openSync(file, 'a', 0o600);
      if (fstatSync(descriptor).size > end.bytes) ftruncateSync(descriptor, end.bytes);
      const draft: AuditRecord = {
        sequence: end.sequence + 1,
        at: at ?? clock.now().toISOString(),
        event,
        ...(fingerprint === undefined ? {} : { fingerprint }),
        detail: canonicalJson(redactJson(toJson(detail), redact)),
        previous: end.digest,
        digest: '',
      };
      const record = { ...draft, digest: digestOf(draft) };
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      if (writeSync(descriptor, line) < line.length) throw new Error('the disk took only a part of the record');
      fdatasyncSync(descriptor);
      end = { sequence: record.sequence, digest: record.digest, bytes: end.bytes + line.length };
    } catch (error) {
      // What was written of the line is cut off by the next append, which reads the end again.
      end = undefined;
      log?.error({ file, event, reason: error instanceof Error ? error.message : String(error) }, 'audit not written');
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  };

  return { append, records: () => readRecords(file) };
}

function* readRecords(file: string): Generator<AuditRecord> {
  for (const line of readLines(file)) {
    const record = line.ended ? parseRecord(line.text) : undefined;
    if (record) yield record;
  }
}

/** Where the chain ends. Verifies it whole, which is done once a process and costs some microseconds a record. */
function readEnd(file: string, log: Log | undefined): End {
  const verified = verifyAudit(file);
  if (verified.ok) {
    const { records, head, bytes, torn } = verified.value;
    if (torn) log?.warn({ file, records }, 'half a line at the end of the audit log dropped');
    return { sequence: records, digest: head, bytes };
  }
  if (verified.error.code === 'audit-broken') {
    log?.error({ file, problem: verified.error.message }, 'audit log does not hold, set aside');
    renameSync(file, asideOf(file));
  } else if (verified.error.code !== 'audit-missing') throw new Error(verified.error.message);
  return { sequence: 0, digest: GENESIS, bytes: 0 };
}

/** A name that is still free, so that a second broken chain does not cover the first. */
function asideOf(file: string): string {
  let name = `${file}.broken`;
  for (let n = 2; existsSync(name); n++) name = `${file}.broken.${n}`;
  return name;
}

function sizeOf(file: string): number {
  const descriptor = openSync(file, 'a', 0o600);
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}

/** A plain JSON copy: dates as text, undefined and functions left out. */
function toJson(detail: object): JsonValue {
  const value: JsonValue = JSON.parse(JSON.stringify(detail));
  return value;
}
