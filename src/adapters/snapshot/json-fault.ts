/** What is wrong in a JSON text, and where. */
export interface JsonFault {
  readonly message: string;
  /** UTF-16 offset into the text; undefined where the parser's words fit more than one place. */
  readonly position: number | undefined;
}

/** Characters of context that V8 quotes before the token that it did not expect. */
const CONTEXT = 10;

/**
 * The first fault of a text that `JSON.parse` refuses; undefined where it does not. V8 names the position in some of its
 * messages and quotes the surroundings in others: padding makes sure that there is always enough to quote.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const pad = ' '.repeat(2 * CONTEXT);
  try {
    JSON.parse(pad + text + pad);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    const position = /at position (\d+)/.exec(reason)?.[1];
    const quoted = /\.\.\."(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(reason)?.[1];
    const message = reason.replace(/,? \.\.\.".*| in JSON at position.*/s, '').replaceAll('\n', '\\n');
    const clamp = (at: number): number => Math.max(0, Math.min(text.length, at - pad.length));
    if (position !== undefined) return { message, position: clamp(Number(position)) };
    if (quoted === undefined) return { message, position: text.length };
    const padded = pad + text + pad;
    const at = padded.indexOf(quoted);
    const unique = at >= 0 && padded.indexOf(quoted, at + 1) < 0;
    return { message, position: unique ? clamp(at + CONTEXT) : undefined };
  }
}
