import type { Span } from '../../domain/change-set.ts';

/** The text with each span's range replaced. Spans are sorted and do not overlap. */
export function applySpans(text: string, spans: readonly Span[]): string {
  let out = '';
  let at = 0;
  for (const span of spans) {
    out += text.slice(at, span.start) + span.text;
    at = span.end;
  }
  return out + text.slice(at);
}

/**
 * Adds a replacement in the edited text to the spans that lead from the original to it. Answers spans into the
 * original; what touches is joined.
 */
export function addSplice(original: string, spans: readonly Span[], splice: Span): Span[] {
  const before: Span[] = [];
  const after: Span[] = [];
  let joined: Span | undefined;
  // How far the edited text is ahead of the original, before the span at hand and before the splice's two ends.
  let shift = 0;
  let shiftStart = 0;
  let shiftEnd = 0;
  let head = '';
  let tail = '';
  for (const span of spans) {
    const start = span.start + shift;
    const end = start + span.text.length;
    shift += span.text.length - (span.end - span.start);
    if (end < splice.start) {
      before.push(span);
      shiftStart = shift;
      shiftEnd = shift;
    } else if (start > splice.end) {
      after.push(span);
    } else {
      if (start < splice.start) head = span.text.slice(0, splice.start - start);
      if (end > splice.end) tail = span.text.slice(splice.end - start);
      const from = start <= splice.start ? span.start : splice.start - shiftStart;
      const to = end >= splice.end ? span.end : splice.end - shift;
      joined = { start: joined?.start ?? from, end: to, text: '' };
      shiftEnd = shift;
    }
  }
  const start = joined?.start ?? splice.start - shiftStart;
  const end = joined?.end ?? splice.end - shiftEnd;
  return [...before, { start, end, text: head + splice.text + tail }, ...after].filter(
    (span) => original.slice(span.start, span.end) !== span.text,
  );
}

/** The span without what both texts begin and end with; undefined where it changes nothing. */
export function trimSpan(original: string, span: Span): Span | undefined {
  const old = original.slice(span.start, span.end);
  const { text } = span;
  const most = Math.min(old.length, text.length);
  let head = 0;
  while (head < most && old[head] === text[head]) head++;
  // Never between the halves of a surrogate pair or of CRLF.
  while (head > 0 && /[\uD800-\uDBFF\r]/.test(old.charAt(head - 1))) head--;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  while (tail > 0 && /[\uDC00-\uDFFF\n]/.test(old.charAt(old.length - tail))) tail--;
  if (head === old.length && head === text.length) return undefined;
  return { start: span.start + head, end: span.end - tail, text: text.slice(head, text.length - tail) };
}
