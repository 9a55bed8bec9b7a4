/**
 * The order of two texts by their UTF-16 code units: the same on every machine. What a language makes of it (localeCompare)
 * depends on the locale of the process, and so would fingerprints, and the numbers of evidence.
 */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
