import { parseQuantity } from '../../domain/quantity.ts';

const NANO = 1_000_000_000n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];

/** A quantity as the API server stores it: the largest suffix of its own family that leaves a whole number. */
export function canonicalQuantity(text: string): string {
  const parsed = parseQuantity(text);
  if (!parsed.ok || /[eE][+-]?\d/.test(text)) return text;
  const value = parsed.value;
  if (value === 0n) return '0';
  if (/[KMGTPE]i$/.test(text) && value % NANO === 0n) {
    let whole = value / NANO;
    let power = 0;
    while (whole % 1024n === 0n && power < BINARY.length - 1) {
      whole /= 1024n;
      power++;
    }
    // Without a suffix of its family it is written in the other one, as every number without a suffix.
    if (power > 0) return `${whole}${BINARY[power]}`;
  }
  let rest = value;
  let power = 0;
  while (rest % 1000n === 0n && power < DECIMAL.length - 1) {
    rest /= 1000n;
    power++;
  }
  return `${rest}${DECIMAL[power]}`;
}
