import { getField } from '../../../domain/field-path.ts';
import type { ProposeContext } from '../proposer.ts';
import { symptomText } from '../symptom-text.ts';
import { namedUnits } from './named.ts';
import type { Unit } from './units.ts';

const RUNTIME = /^(?:crash|job)\//;

/** What programs say when another system does not answer, or does not let them in. */
export const TROUBLE =
  /connection (?:refused|timed out|reset)|no route to host|i\/o timeout|no such host|name resolution|E(?:CONNREFUSED|TIMEDOUT|NOTFOUND|HOSTUNREACH|AI_AGAIN)|(?:password )?authentication failed|access denied for user|invalid credentials|login failed|service unavailable|bad gateway|gateway time-?out/i;

/** An answer by which another server says that the failure is its own (RFC 9110, 15.6): no image of the one who asks makes it. */
const SERVER_ERROR =
  /\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)|\b(?:error|status(?: ?code)?):? 50[234]\b/i;

/** Names and values that say where another system is, who asks it, and how: a change of these can make such trouble. */
const ABOUT_OTHERS =
  /url|uri|dsn|host|addr|endpoint|server|broker|peer|port|user|account|role|pass|pwd|secret|token|key|cred|auth|login|cert|tls|ssl|proxy|dns|net|namespace|region|cluster|env|mode|profile|stage|conf|db|database|schema|queue|time|deadline|retr|pool|conn|:\/\/|[\w-]\.[a-z]|:\d|\//i;

/**
 * Why the failure is another system's: the last words tell of one that does not answer or refuses, while all that changed is a
 * plain word of how the program is told to run (`--verbose`, a log level) that has nothing to do with others and that
 * the words do not name; or of one that answers with an error of its own, while all that changed is the image.
 * Undefined where that is not certain.
 */
export async function remoteTrouble(context: ProposeContext, units: readonly Unit[]): Promise<string | undefined> {
  if (units.length === 0 || !RUNTIME.test(context.incident.cause)) return undefined;
  const text = await symptomText(context);
  const failed = SERVER_ERROR.exec(text)?.[0];
  if (!units.every((unit) => isPlainWord(unit) || (failed !== undefined && unit.path.at(-1) === 'image')))
    return undefined;
  const trouble = failed ?? TROUBLE.exec(text)?.[0];
  if (trouble === undefined || (await namedUnits(units, context)).length > 0) return undefined;
  return `the symptom tells of another system (\`${trouble}\`), with which that has nothing to do`;
}

/** Whether a unit is a literal of a command line or a variable, and no word of it is about other systems. */
function isPlainWord({ object, before, path, leaves }: Unit): boolean {
  const last = path.at(-1);
  const isVariable = path.includes('env') && typeof last === 'object';
  if (!isVariable && last !== 'args' && last !== 'command') return false;
  const [from, to] = [getField(before, path), getField(object.object, path)];
  const words = isVariable ? [last.value, JSON.stringify([from, to])] : changedWords(from, to);
  return leaves.every((leaf) => !leaf.path.includes('valueFrom')) && !words.some((word) => ABOUT_OTHERS.test(word));
}

/** Words of a command line that are on one side only. */
function changedWords(from: unknown, to: unknown): string[] {
  const [a, b] = [list(from), list(to)];
  return [...wordsOnlyIn(a, b), ...wordsOnlyIn(b, a)];
}

/** Of `--name value` the name is said too. */
function wordsOnlyIn(all: readonly string[], others: readonly string[]): string[] {
  return all.flatMap((word, i) => {
    if (others.includes(word)) return [];
    const previous = all[i - 1] ?? '';
    return [previous.startsWith('-') ? `${previous} ${word}` : word];
  });
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
