import { formatBytes, quantity, toUnits } from '../../../domain/quantity.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isArray, isObject } from '../../../domain/json.ts';

const SIZES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  T: 1000 ** 4,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};
const FEWEST_MEBIBYTES = 16;
const MOST_MEBIBYTES = 16_384;
const HEAP_VARIABLES = new Set(['JAVA_OPTS', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'NODE_OPTIONS']);

/** Bytes of a quantity as a manifest writes it; undefined where it is none. */
export function bytesOf(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const parsed = quantity(value);
  return parsed === undefined ? undefined : toUnits(parsed);
}

/**
 * `bytes` written the way `like` is: 128Mi becomes 256Mi, 0.5Gi becomes 1Gi, 512M becomes 1024M, a number stays a number. 1024 of
 * a binary unit is one of the next (512Mi becomes 1Gi).
 */
export function bytesLike(bytes: number, like: JsonValue): JsonValue {
  if (typeof like !== 'string') return bytes;
  const suffix = /(Ki|Mi|Gi|Ti|k|M|G|T)$/.exec(like)?.[1] ?? '';
  const binary = suffix.endsWith('i');
  const size = SIZES[suffix] ?? 1;
  const amount = bytes / size;
  if (binary && amount >= 1024) return formatBytes(bytes);
  if (Number.isInteger(amount * 4)) return `${amount}${suffix}`;
  return binary || suffix === '' ? formatBytes(bytes) : String(bytes);
}

/**
 * What a limit in which nothing can start (`128`, `512m`, `64Ki`) was meant to be: the same number of mebibytes. Undefined
 * where the number is no usual amount of them.
 */
export function meantMebibytes(written: JsonValue): string | undefined {
  const text = typeof written === 'string' || typeof written === 'number' ? String(written) : '';
  const number = /^(\d{1,5})(?:m|k|Ki)?$/.exec(text)?.[1];
  if (number === undefined || Number(number) < FEWEST_MEBIBYTES || Number(number) > MOST_MEBIBYTES) return undefined;
  return `${Number(number)}Mi`;
}

/** A heap size that the container's command line or variables fix, in bytes, with the flag; undefined where there is none. */
export function fixedHeap(container: JsonObject): { flag: string; bytes: number } | undefined {
  const texts = [...strings(container['command']), ...strings(container['args'])];
  for (const item of isArray(container['env']) ? container['env'] : []) {
    if (!isObject(item) || typeof item['name'] !== 'string' || typeof item['value'] !== 'string') continue;
    if (HEAP_VARIABLES.has(item['name'])) texts.push(item['value']);
  }
  for (const text of texts) {
    const java = /(?:^|\s)(-Xmx(\d+)([kKmMgG]?))(?=\s|$)/.exec(text);
    if (java?.[1] !== undefined) {
      const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[java[3]?.toLowerCase() ?? ''] ?? 1;
      return { flag: java[1], bytes: Number(java[2]) * unit };
    }
    const node = /(--max-old-space-size[= ](\d+))/.exec(text);
    if (node?.[1] !== undefined) return { flag: node[1], bytes: Number(node[2]) * 1024 ** 2 };
  }
  return undefined;
}

function strings(value: JsonValue | undefined): string[] {
  return (isArray(value) ? value : []).filter((item) => typeof item === 'string');
}
