import { formatBytes, parseQuantity, toUnits } from './quantity.ts';

/**
 * A quantity times a factor, written as people would: in the same unit where that gives a whole number (128Mi x 2 =
 * 256Mi, 500m x 2 = 1000m), else in the largest exact binary unit. Undefined where the text is no quantity.
 */
export function scaleQuantity(text: string | number, factor: number): string | number | undefined {
  const parsed = parseQuantity(text);
  if (!parsed.ok) return undefined;
  const [, digits = '', suffix = ''] = /^([\d.]+)([A-Za-z]*)$/.exec(String(text)) ?? [];
  const scaled = Number(digits) * factor;
  if (suffix !== '' && Number.isInteger(scaled)) return `${scaled}${suffix}`;
  if (suffix === '' && Number.isInteger(scaled)) return typeof text === 'number' ? scaled : String(scaled);
  const units = toUnits(parsed.value);
  return formatBytes(Math.ceil(units * factor));
}
