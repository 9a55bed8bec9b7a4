import { quantity, toUnits } from '../../../domain/quantity.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isArray } from '../../../domain/json.ts';
import type { DeclaredVariable } from './declared-variables.ts';

/** What a process is told of its memory: an amount in bytes, or a share in percent of whatever its limit is; with the flag. */
export type HeapSize =
  { readonly flag: string; readonly bytes: number } | { readonly flag: string; readonly percent: number };

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/**
 * The heap that the container's command line or variables fix; undefined where nothing does. The Java launcher (`-Xmx`,
 * `-XX:MaxHeapSize`, else `-XX:MaxRAMPercentage`; the last of each counts), V8 (`--max-old-space-size` in MiB, with `-` or `_`)
 * and Go's runtime (`GOMEMLIMIT`, which lets the heap grow up to it). Variables go by many names (`JAVA_OPTS`, `ES_JAVA_OPTS`),
 * so the flag is what tells.
 */
export function heapSize(container: JsonObject, variables: readonly DeclaredVariable[]): HeapSize | undefined {
  // A command line comes after what variables add to it.
  const texts = [
    ...variables.map(({ value }) => value),
    ...strings(container['command']),
    ...strings(container['args']),
  ];
  const goLimit = variables.find(({ name }) => name === 'GOMEMLIMIT')?.value;
  return (
    lastOf(texts, /(?:^|[\s"'])((?:-Xmx|-XX:MaxHeapSize=)(\d+)([kKmMgGtT]?))(?=[\s"']|$)/g, javaSize) ??
    lastOf(texts, /(?:^|[\s"'])(--max[-_]old[-_]space[-_]size[= ](\d+))/g, (flag, amount) => ({
      flag,
      bytes: Number(amount) * 1024 ** 2,
    })) ??
    lastOf(texts, /(?:^|[\s"'])(-XX:MaxRAMPercentage=(\d+(?:\.\d+)?))(?=[\s"']|$)/g, (flag, amount) => ({
      flag,
      percent: Number(amount),
    })) ??
    goSize(goLimit)
  );
}

function javaSize(flag: string, amount: string, unit: string): HeapSize {
  return { flag, bytes: Number(amount) * (UNITS[unit.toLowerCase()] ?? 1) };
}

/** Of the form of Go's runtime: a number with `B`, `KiB`, `MiB`, `GiB` or `TiB` (runtime package, GOMEMLIMIT). */
function goSize(text = ''): HeapSize | undefined {
  const match = /^(\d+(?:[KMGT]iB)?)B?$/.exec(text)?.[1];
  const parsed = match === undefined ? undefined : quantity(match.replace(/B$/, ''));
  return parsed === undefined ? undefined : { flag: `GOMEMLIMIT=${text}`, bytes: toUnits(parsed) };
}

function lastOf(
  texts: readonly string[],
  pattern: RegExp,
  read: (flag: string, amount: string, unit: string) => HeapSize,
): HeapSize | undefined {
  const [, flag = '', amount = '', unit = ''] = texts.flatMap((text) => [...text.matchAll(pattern)]).at(-1) ?? [];
  return flag === '' ? undefined : read(flag, amount, unit);
}

function strings(value: JsonValue | undefined): string[] {
  return (isArray(value) ? value : []).filter((item) => typeof item === 'string');
}
