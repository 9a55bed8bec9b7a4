/** Milliseconds before attempt `n` (1, 2, ...) is repeated: doubling from 0.5 s to 30 s, with jitter so that many do not come at once. */
export function retryAfter(n: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 500 * 2 ** Math.min(n - 1, 10));
  return Math.round(ceiling * (0.5 + random() / 2));
}
