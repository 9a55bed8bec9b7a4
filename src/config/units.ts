import { z } from 'zod';
import { parseQuantity, toUnits } from '../domain/quantity.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const FORM = 'write a number and a unit: 90s, 10m, 24h or 30d';
const DURATION = /^(\d+)(s|m|h|d)$/;

/** `90s`, `10m`, `24h`, `30d`; becomes seconds. */
export const Duration = z
  .string({ error: FORM })
  .regex(DURATION, FORM)
  .meta({ examples: ['90s', '10m', '24h', '30d'] })
  .transform((text) => {
    const [, amount = '0', unit = 's'] = DURATION.exec(text) ?? [];
    return Number(amount) * (SECONDS[unit] ?? 1);
  });

const SIZE = 'write a size as Kubernetes does: 512Mi or 8Gi';

/** `512Mi`, `8Gi`; becomes bytes. */
export const Bytes = z
  .string({ error: SIZE })
  .meta({ examples: ['512Mi', '8Gi'] })
  .transform((text, context) => {
    const parsed = parseQuantity(text);
    if (parsed.ok && parsed.value > 0n) return toUnits(parsed.value);
    context.addIssue({ code: 'custom', message: SIZE });
    return z.NEVER;
  });
