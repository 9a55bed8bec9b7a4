import { formatBytes, formatMillicores, parseQuantity, toUnits } from './quantity.ts';

/** Millicores are whole: what a factor that is no exact number adds is not rounded up to one more. */
const NOISE = 1e-6;

/**
 * A quantity times a factor, written as people would: in the same unit where that gives a whole number (128Mi x 2 =
 * 256Mi, 500m x 2 = 1000m), else rounded up: cores in millicores, everything else in the largest exact binary unit.
 * Undefined where the text is no quantity, or one of nothing.
 */
export function scaleQuantity(
  text: string | number,
  factor: number,
  of: 'cores' | 'others',
): string | number | undefined {
  const parsed = parseQuantity(text);
  if (!parsed.ok || parsed.value <= 0n || factor <= 0) return undefined;
  // An exponent (`1e3`) is no unit.
  const [, digits, suffix = ''] = /^(\d+(?:\.\d*)?|\.\d+)([A-Za-z]*)$/.exec(String(text).trim()) ?? [];
  const scaled = digits === undefined ? Number.NaN : Number(digits) * factor;
  if (Number.isInteger(scaled)) return typeof text === 'number' ? scaled : `${scaled}${suffix}`;
  if (of === 'cores') return formatMillicores(Math.ceil((Number(parsed.value) / 1e6) * factor - NOISE));
  return formatBytes(Math.ceil(toUnits(parsed.value) * factor));
}
