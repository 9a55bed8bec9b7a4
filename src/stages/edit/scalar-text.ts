import type { JsonValue } from '../../domain/json.ts';
import { resolvePlain } from '../../domain/yaml/scalar.ts';

/** How a scalar may be written on one line. */
export type Quote = 'plain' | 'single' | 'double';

/** Where a scalar is going to stand. */
export interface ScalarPlace {
  /** How it should be quoted if the value allows it. */
  readonly quote: Quote;
  /** Inside `{}` or `[]`, where more characters end a plain scalar. */
  readonly flow: boolean;
  /** Quotes to use where plain is asked for and impossible. */
  readonly fallback?: 'single' | 'double';
}

const SAFE_START = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`=]|-[^\s,[\]{}-]|--[^\s,[\]{}-])/;
/** Written on one line with no escape: no control characters, no odd line breaks or blanks (YAML 1.1, c-printable). */
const PRINTABLE =
  /^(?:[\u0020-\u007E\u00A1-\u2027\u202A-\u2FFF\u3001-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]|[\uD800-\uDBFF][\uDC00-\uDFFF])*$/;
/** Words that some YAML 1.1 or 1.2 reader takes for a boolean or null, in any case. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|~|<<|=|[-+]?\.inf|\.nan)$/i;
/** Integers and floats of YAML 1.1 (with `_`, base 2, 8, 16 and 60) and of the 1.2 core schema. */
const NUMBERS = [
  /^[-+]?[0-9][0-9_,]*$/,
  /^[-+]?0b[01_]+$/i,
  /^[-+]?0o[0-7_]+$/i,
  /^[-+]?0x[0-9a-f_]+$/i,
  /^[-+]?(?:\.[0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
];
const TIMESTAMP = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/;

/** Whether the plain form is a string to every reader: YAML 1.1, YAML 1.2 and Kubernetes. */
export function isPlainString(text: string): boolean {
  if (resolvePlain(text).type !== 'string' || WORDS.test(text) || TIMESTAMP.test(text)) return false;
  return !NUMBERS.some((form) => form.test(text));
}

function fitsPlain(text: string, flow: boolean): boolean {
  if (!SAFE_START.test(text) || !PRINTABLE.test(text) || /\s$|: |:$| #/.test(text)) return false;
  return !(flow && /[,[\]{}?]/.test(text)) && isPlainString(text);
}

/** One-line text of a scalar: numbers and booleans plain, strings quoted as asked or as they need. */
export function scalarText(value: Exclude<JsonValue, object>, place: ScalarPlace): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const quote = place.quote === 'plain' && !fitsPlain(value, place.flow) ? (place.fallback ?? 'double') : place.quote;
  if (quote === 'plain') return value;
  if (quote === 'single' && PRINTABLE.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return doubleQuoted(value);
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007F-\u00A0\u2028\u2029\uFEFF\uFFFE\uFFFF]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * Header and unindented lines of a literal block scalar; undefined where the string cannot be written as one (no line
 * break, characters that need an escape, only blank lines).
 */
export function literalBlock(text: string, indent: number): { header: string; lines: string[] } | undefined {
  if (!text.includes('\n') || text.trim() === '' || indent < 1 || indent > 9) return undefined;
  const lines = text.split('\n');
  if (!lines.every((line) => PRINTABLE.test(line.replaceAll('\t', ' ')))) return undefined;
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : '';
  if (chomp !== '-') lines.pop();
  return { header: `|${/^[ \n\t]/.test(text) ? indent : ''}${chomp}`, lines };
}
