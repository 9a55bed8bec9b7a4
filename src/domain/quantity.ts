import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import type { Result } from './result.ts';
import { err, ok } from './result.ts';

/**
 * A Kubernetes quantity as an exact number of nano-units, so that `100m` and `0.1` are equal and nothing is rounded.
 * Grammar: k8s.io/apimachinery/pkg/api/resource/quantity.go.
 */
export type Quantity = bigint;

/** Bytes of memory in which no container can be started: the runtime's own process needs as much (runc, Docker: 4 to 6 MiB). */
export const SMALLEST_MEMORY = 4 * 1024 ** 2;

const NANO = 1_000_000_000n;
const SUFFIXES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  n: [1n, 1_000_000_000n],
  u: [1n, 1_000_000n],
  m: [1n, 1000n],
  '': [1n, 1n],
  k: [1000n, 1n],
  M: [1000n ** 2n, 1n],
  G: [1000n ** 3n, 1n],
  T: [1000n ** 4n, 1n],
  P: [1000n ** 5n, 1n],
  E: [1000n ** 6n, 1n],
  Ki: [1024n, 1n],
  Mi: [1024n ** 2n, 1n],
  Gi: [1024n ** 3n, 1n],
  Ti: [1024n ** 4n, 1n],
  Pi: [1024n ** 5n, 1n],
  Ei: [1024n ** 6n, 1n],
};
const GRAMMAR = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|))$/;

/** Parses `1.5Gi`, `100m`, `1e3`, `0.1`, 2. Fractions below one nano-unit are rounded up. Error code: `bad-quantity`. */
export function parseQuantity(text: string | number): Result<Quantity, Problem> {
  const match = GRAMMAR.exec(String(text).trim());
  if (!match) return err(problem('bad-quantity', `not a Kubernetes quantity: ${text}`));
  const [, sign, digits = '', exponent, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  let numerator = BigInt(`${whole}${fraction}` || '0') * NANO;
  let denominator = 10n ** BigInt(fraction.length);
  if (exponent === undefined) {
    const [times, by] = SUFFIXES[suffix] ?? [1n, 1n];
    numerator *= times;
    denominator *= by;
  } else {
    const power = BigInt(exponent.slice(1).replace('+', ''));
    if (power >= 0n) numerator *= 10n ** power;
    else denominator *= 10n ** -power;
  }
  const value = (numerator + denominator - 1n) / denominator;
  return ok(sign === '-' ? -value : value);
}

/** The quantity, or undefined where the text is none: for reading objects that an API server has accepted already. */
export function quantity(text: string | number | undefined): Quantity | undefined {
  if (text === undefined) return undefined;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : undefined;
}

/** Whole units (bytes, cores), rounded up. */
export function toUnits(value: Quantity): number {
  // Division of big integers cuts towards zero, which is up already below zero.
  return Number((value > 0n ? value + NANO - 1n : value) / NANO);
}

/** A quantity of so many bytes, cores or pieces, rounded up to a whole one. */
export function fromUnits(units: number): Quantity {
  return BigInt(Math.ceil(units)) * NANO;
}

/** Bytes in the largest binary suffix that is exact: 268435456 is `256Mi`, 1000 is `1000`. */
export function formatBytes(bytes: number): string {
  for (const [suffix, size] of [
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${suffix}`;
  }
  return String(bytes);
}

/** Millicores as people write them: 1500 is `1500m`, 2000 is `2`. */
export function formatMillicores(millicores: number): string {
  return millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`;
}
