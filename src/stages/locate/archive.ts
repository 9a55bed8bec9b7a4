import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Checkout } from '../../domain/source.ts';
import { insideOf } from './files.ts';

const BLOCK = 512;
const MAX_ARCHIVE = 8 * 1024 * 1024;
const MAX_CONTENT = 64 * 1024 * 1024;

/** Text files of a packed chart in a checkout (`charts/redis-1.0.0.tgz`) by their path in it; empty where it cannot be read. */
export function archiveFiles(checkout: Checkout, path: string): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  const file = insideOf(checkout, path);
  if (file === undefined) return out;
  try {
    if (statSync(file).size > MAX_ARCHIVE) return out;
    const tar = gunzipSync(readFileSync(file), { maxOutputLength: MAX_CONTENT });
    for (let at = 0; at + BLOCK <= tar.length;) {
      const name = textAt(tar, at, 100);
      if (name === '') break;
      const size = Number.parseInt(textAt(tar, at + 124, 12).trim() || '0', 8);
      if (!Number.isFinite(size) || size < 0) break;
      const prefix = textAt(tar, at + 345, 155);
      const type = textAt(tar, at + 156, 1);
      const content = tar.subarray(at + BLOCK, at + BLOCK + size);
      if (type === '' || type === '0') out.set(prefix === '' ? name : join(prefix, name), content.toString('utf8'));
      at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    }
  } catch {
    return out;
  }
  return out;
}

function textAt(buffer: Buffer, at: number, length: number): string {
  const field = buffer.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}
