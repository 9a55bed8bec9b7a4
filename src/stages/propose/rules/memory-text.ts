import { formatBytes, quantity, toUnits } from '../../../domain/quantity.ts';
import type { JsonValue } from '../../../domain/json.ts';

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
