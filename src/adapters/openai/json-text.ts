import type { JsonValue } from '../../domain/json.ts';

/** Longest answer that is read. */
const LONGEST = 200_000;

/**
 * The JSON object in a model's answer: the text itself, what a code fence holds, or the first object in it that parses.
 * Reasoning that some models print before (`<think>`) is passed over. Undefined where there is none.
 */
export function readJsonText(text: string): JsonValue | undefined {
  const answer = text.slice(0, LONGEST).replace(/^\s*<think>[\s\S]*?<\/think>/, '');
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(answer)?.[1];
  return parse(answer) ?? (fenced === undefined ? undefined : parse(fenced)) ?? firstObject(answer);
}

function parse(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Tries at most this many opening braces: each costs a walk over the rest. */
const MOST_TRIES = 20;

function firstObject(text: string): JsonValue | undefined {
  let start = text.indexOf('{');
  for (let tries = 0; start >= 0 && tries < MOST_TRIES; tries++) {
    const end = closingBrace(text, start);
    const value = end === undefined ? undefined : parse(text.slice(start, end + 1));
    if (value !== undefined) return value;
    start = text.indexOf('{', start + 1);
  }
  return undefined;
}

/** The brace that closes the one at `start`, braces in JSON texts not counted. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (inText) {
      if (char === '\\') at++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at;
  }
  return undefined;
}
