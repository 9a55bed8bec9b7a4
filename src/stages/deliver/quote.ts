/** Between `@` and a name: shows nothing, and stops a forge from seeing a mention, an issue number or a link. */
const ZERO_WIDTH = '\u200B';

/**
 * Text from a cluster, a log or a model, made safe inside a pull request: it cannot mention, link, close, hide or format
 * anything. For one line of prose.
 */
export function quoteInline(text: string, limit = 300): string {
  const line = shorten(text.replaceAll(/\s+/g, ' ').trim(), limit);
  return neutralise(line).replaceAll(/[\\`*_{}[\]<>|~]/g, String.raw`\$&`);
}

/** The same as a code span: for names, values and messages. */
export function quoteCode(text: string, limit = 300): string {
  const line = shorten(text.replaceAll(/\s+/g, ' ').trim(), limit).replaceAll('`', "'");
  return line === '' ? '(empty)' : `\`${neutralise(line)}\``;
}

/** The same as a fenced block that the text cannot close. */
export function quoteBlock(text: string, language = 'text', limit = 4000): string {
  const body = shorten(text.replaceAll('\r', ''), limit);
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body.replace(/\n$/, '')}\n${fence}`;
}

/** Code spans keep mentions from pinging, but closing keywords and bare references are broken up everywhere. */
function neutralise(text: string): string {
  return text
    .replaceAll('<!--', '<!​--')
    .replaceAll(/@(?=[A-Za-z0-9])/g, `@${ZERO_WIDTH}`)
    .replaceAll(/#(?=\d)/g, `#${ZERO_WIDTH}`)
    .replaceAll(/\b(GH)-(?=\d)/gi, `$1${ZERO_WIDTH}-`)
    .replaceAll(/\b(https?|ftp):\/\//gi, `$1:${ZERO_WIDTH}//`)
    .replaceAll(/\bwww\./gi, `www${ZERO_WIDTH}.`)
    .replaceAll(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=\s*:?\s+\S*#)/gi, `$1${ZERO_WIDTH}`);
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
