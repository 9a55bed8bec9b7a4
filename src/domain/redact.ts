import { redactAssignments } from './redact/assignments.ts';
import { redactNearWords } from './redact/near-words.ts';
import { redactSecretDocuments } from './redact/secret-documents.ts';
import { REDACTED } from './redact/secret-value.ts';
import { redactShapes } from './redact/shapes.ts';

export { REDACTED } from './redact/secret-value.ts';

/** Takes a text and gives it back with every secret replaced by `[redacted]`. Doing it twice changes nothing more. */
export type Redact = (text: string) => string;

/** Shorter texts are too likely to be ordinary words: hiding each `admin` would destroy what is shown. */
const SHORTEST_KNOWN = 6;

/**
 * Makes the scrubber that every text passes before it is logged, sent to a model or written into a pull request.
 *
 * `knownSecrets` are the values of Remendo's own credentials; they are hidden wherever they stand, plain, in base64,
 * percent-encoded or escaped for JSON. Everything else is recognised by its form (tokens, PEM, URLs with a password) or by
 * the name beside it. Image digests, revisions, UUIDs, pod names, addresses and hosts stay: a fix needs them.
 */
export function createRedactor(knownSecrets: readonly string[]): Redact {
  const known = [...new Set(knownSecrets.flatMap(variantsOf))].sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const secret of known) if (out.includes(secret)) out = out.replaceAll(secret, REDACTED);
    return redactNearWords(redactAssignments(redactSecretDocuments(redactShapes(out))));
  };
}

function variantsOf(secret: string): string[] {
  const plain = secret.trim();
  if (plain.length < SHORTEST_KNOWN || REDACTED.includes(plain)) return [];
  const base64 = Buffer.from(plain).toString('base64');
  const escaped = JSON.stringify(plain).slice(1, -1);
  const percent = encodeURIComponent(plain.toWellFormed());
  return [
    plain,
    secret,
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(plain).toString('base64url'),
    percent,
    escaped,
  ].filter((variant) => variant.length >= SHORTEST_KNOWN);
}
