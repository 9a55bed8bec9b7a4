import { createReadStream, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { createJsonSplitter } from '../../domain/json-splitter.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type { Place, Problem } from '../../domain/problem.ts';
import { excerptAt, problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { findJsonFault } from './json-fault.ts';
import type { SnapshotBuilder } from './snapshot-builder.ts';
import { eachYamlValue } from './yaml-objects.ts';

const STREAM_ABOVE = 4 * 1024 * 1024;
/** Largest YAML text that is read; JSON has no such bound, it is read in pieces. */
const MAX_YAML = 512 * 1024 * 1024;

/** Where a fault lies in a file, and its sentence. */
interface Fault {
  readonly message: string;
  readonly at: { readonly line: number; readonly column: number } | { readonly offset: number };
}

/**
 * Adds all objects of one file to the snapshot. Small files are read synchronously: parsing them blocks for longer than
 * reading, and ten thousand of them take half the time. Error code: `snapshot-invalid`, with the file and the line.
 */
export async function readObjectFile(file: string, builder: SnapshotBuilder): Promise<Result<void, Problem>> {
  try {
    const { size } = statSync(file);
    const fault = /\.json$/i.test(file) ? await readJson(file, size, builder) : readYaml(file, size, builder);
    return fault === undefined ? ok(undefined) : err(locate(file, fault));
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`;
    return err(problem('snapshot-invalid', message, { place: { file } }));
  }
}

function readYaml(file: string, size: number, builder: SnapshotBuilder): Fault | undefined {
  if (size > MAX_YAML) return { message: 'YAML file above 512 MiB; write it as JSON', at: { line: 1, column: 1 } };
  let fault: Fault | undefined;
  const read = eachYamlValue(utf8(readFileSync(file)).toString('utf8'), ({ value, line, list }) => {
    const added = builder.add(value, list);
    if (!added.ok) fault ??= { message: added.error, at: { line, column: 1 } };
  });
  if (read.ok) return fault;
  const { message, line, column } = read.error;
  return { message: `not YAML: ${message}`, at: { line, column } };
}

async function readJson(file: string, size: number, builder: SnapshotBuilder): Promise<Fault | undefined> {
  let fault: Fault | undefined;
  /** Items that carry no kind, where the list's own stands behind them. */
  let kindless: { readonly value: JsonObject; readonly offset: number }[] = [];
  let listHead: JsonObject | undefined;

  function take(value: JsonValue, offset: number, list?: JsonObject): void {
    const added = builder.add(value, list);
    if (!added.ok) fault ??= { message: added.error, at: { offset } };
  }
  function parse(text: string, offset: number): JsonValue | undefined {
    try {
      const value: JsonValue = JSON.parse(text);
      return value;
    } catch {
      const { message = 'unreadable', position = 0 } = findJsonFault(text) ?? {};
      fault ??= {
        message: `not JSON: ${message}`,
        at: { offset: offset + Buffer.byteLength(text.slice(0, position)) },
      };
      return undefined;
    }
  }
  const splitter = createJsonSplitter({
    item(text, offset) {
      const value = parse(text, offset);
      if (value === undefined || !isObject(value)) return;
      if (value['kind'] !== undefined) return take(value, offset);
      if (listHead === undefined) {
        const head = Head.safeParse(splitter.head());
        if (head.success) listHead = head.data;
      }
      if (listHead === undefined) kindless.push({ value, offset });
      else take(value, offset, listHead);
    },
    rest(text, offset) {
      const value = parse(text, offset);
      const list = isObject(value) ? value : undefined;
      for (const item of kindless) take(item.value, item.offset, list);
      [kindless, listHead] = [[], undefined];
      if (list !== undefined) take(list, offset);
    },
  });
  await feed(file, size, (chunk) => splitter.push(chunk));
  splitter.end();
  return fault;
}

const Head = z.object({ apiVersion: z.string(), kind: z.string() });

async function feed(file: string, size: number, push: (chunk: Buffer) => void): Promise<void> {
  if (size <= STREAM_ABOVE) return push(utf8(readFileSync(file)));
  let first = true;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) continue;
    if (first && isUtf16(chunk)) return push(utf8(readFileSync(file)));
    push(first ? utf8(chunk) : chunk);
    first = false;
  }
}

function isUtf16(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe;
}

/** Without a byte order mark; UTF-16, which PowerShell's `>` writes, becomes UTF-8. */
function utf8(bytes: Buffer): Buffer {
  if (isUtf16(bytes)) return Buffer.from(bytes.toString('utf16le', 2));
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The fault as a problem with file, line and excerpt. The excerpt is left out where the file may hold secrets. */
function locate(file: string, { message, at }: Fault): Problem {
  const text = utf8(readFileSync(file)).toString('utf8');
  // A piece of a list knows only its own faults: where the file is one value, the whole tells more exactly.
  const whole = 'line' in at || !message.startsWith('not JSON') ? undefined : findJsonFault(text)?.position;
  const place = 'line' in at ? { file, ...at } : placeOf(file, text, whole ?? offsetOf(text, at.offset));
  const { line = 1, column = 1 } = place;
  const secret = /kind["']?\s*:\s*["']?Secret/.test(text);
  return problem('snapshot-invalid', message, { place, ...(secret ? {} : { excerpt: excerptAt(text, line, column) }) });
}

function offsetOf(text: string, bytes: number): number {
  return Buffer.from(text).toString('utf8', 0, bytes).length;
}

function placeOf(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset);
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
