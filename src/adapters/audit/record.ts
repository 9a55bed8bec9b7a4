import { z } from 'zod';
import { sha256 } from '../../domain/fingerprint.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { AuditRecord } from '../../ports/store.ts';

const Line = z.strictObject({
  sequence: z.int().positive(),
  at: z.string(),
  event: z.string(),
  fingerprint: z.string().optional(),
  detail: z.string(),
  previous: z.string(),
  digest: z.string(),
});

/** The `previous` of the first record. */
export const GENESIS = '0'.repeat(64);

/** SHA-256 over the record's canonical JSON without its digest; `previous` is part of it, and makes the chain. */
export function digestOf(record: AuditRecord): string {
  const { digest: _digest, fingerprint, ...fields } = record;
  return sha256(canonicalJson(fingerprint === undefined ? fields : { ...fields, fingerprint }));
}

/** Reads one line of the file; undefined where it is not a record. */
export function parseRecord(line: string): AuditRecord | undefined {
  try {
    const { fingerprint, ...fields } = Line.parse(JSON.parse(line));
    return fingerprint === undefined ? fields : { ...fields, fingerprint };
  } catch {
    return undefined;
  }
}
