/** An RFC 3339 text in milliseconds; undefined where there is none, or it is no time. */
export function time(text: string | null | undefined): number | undefined {
  const value = text == null ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}
