import { mayBeNumeric, secrecyOf } from './secret-name.ts';

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const DIGEST = /^sha(?:1|224|256|384|512)[:-]/i;
const WORDS_THAT_SAY_NOTHING = new Set(
  (
    'true false null none nil undefined yes no on off empty missing invalid required expired unset not is was are ' +
    'has for from in of the a an to and or must should cannot could failed unknown string value'
  ).split(' '),
);
/** References to a value that stands elsewhere: `$(VAR)`, `${VAR}`, `$VAR`, `{{ .Values.x }}`, `<your token>`, `***`. */
const REFERENCE = /^(?:\$[({A-Za-z_]|\{\{|<[^>]*>$|\*+$|x{3,}$|%[sdvq]$|\[redacted\])/i;
const PATH = /^\.{0,2}(?:\/[\w.@~-]+)+\/?$/;
const AMOUNT = /^-?\d+(?:\.\d+)?(?:ms|s|m|h|d|w|[KMGT]i?B?|%)?$/;

/** Shannon entropy in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/**
 * Whether a run of characters is more likely to be generated than to be a name: at least `minimum` characters without
 * a separator, letters and digits mixed, high entropy. UUIDs and digests are names. Base64 and long hex count.
 */
export function looksRandom(text: string, minimum = 20): boolean {
  if (text.length < minimum || UUID.test(text) || DIGEST.test(text)) return false;
  return text.split(/[/.:=\-_]+/).some((part) => {
    if (part.length < Math.min(minimum, 16) || !/\d/.test(part) || !/[A-Za-z]/.test(part)) return false;
    const bits = entropyOf(part);
    const mixed = /[a-z]/.test(part) && /[A-Z]/.test(part);
    return mixed ? bits > 3 : bits > 2.8 && part.length >= 20;
  });
}

/** Whether the value of a field of this name is to be hidden. */
export function isSecretValue(name: string, value: string): boolean {
  const text = value.trim();
  const secrecy = secrecyOf(name);
  if (secrecy === 'none' || text === '' || REFERENCE.test(text)) return false;
  if (secrecy === 'weak') return looksRandom(text, 16);
  if (WORDS_THAT_SAY_NOTHING.has(text.toLowerCase())) return false;
  if (AMOUNT.test(text) && !mayBeNumeric(name)) return false;
  if (PATH.test(text) && !looksRandom(text)) return false;
  return true;
}
