/** Shows nothing, and stops a forge from seeing a mention, a reference or a link in what stands around it. */
const ZERO_WIDTH = '\u200B';

const SHA = /\b[0-9a-f]{40}\b|(?<![\w:/-])[0-9a-f]{7,64}(?![\w:/-])/gi;

/**
 * The colon before what may be the name of a picture (`:tada:`). Forges take names that they know and no others; of those
 * that are numbers these two (github/gemoji, db/emoji.json; modules/emoji/emoji_data.go of Gitea), so that times and lines
 * of files stay as they are.
 */
const PICTURE = /:(?=(?!\d+Z?:)[\w+-]+:|(?:100|1234):)/g;
/** The same where a colon may follow behind the text. */
const PICTURE_AT_END = /:(?:(?!\d+Z?$)[\w+-]+|100|1234)$/;

/**
 * Text from a cluster, a log or a model, made safe inside a pull request: it cannot mention, link, close, hide or format
 * anything. For prose on one line, table cells included. Forges look for mentions and references in the rendered text
 * (github.com/gjtorikian/html-pipeline; modules/markup/html.go of Gitea), so entities and backslashes must not bring them
 * back.
 */
export function quoteInline(text: string, limit = 300): string {
  return inert(oneLine(text, limit));
}

/** A pair of backticks with something between them. */
const CODE = /`([^`]*[^`\s][^`]*)`/;

/** The same for sentences that put names and values between backticks: those are shown as code spans. */
export function quoteProse(text: string, limit = 300): string {
  // Every second part is what stood between backticks.
  const parts = oneLine(text, limit)
    .split(CODE)
    .map((part, i) => (i % 2 === 0 ? inert(part) : quoteCode(part, limit)));
  return parts.reduce((all, part) => {
    // Nothing forms across the border of a code span.
    const apart = all === '' || /[\s(]$/.test(all) || /^[,;:.)]?(?:\s|$)/.test(part);
    return `${all}${apart ? '' : ZERO_WIDTH}${part}`;
  }, '');
}

function inert(text: string): string {
  const line = breakUp(text)
    .replaceAll(/@(?=\S)/g, `@${ZERO_WIDTH}`)
    // Forges link the SHA of a commit, from seven digits on where it stands alone.
    .replaceAll(SHA, (sha) => sha.replaceAll(/.{6}(?=.)/g, `$&${ZERO_WIDTH}`))
    .replaceAll(PICTURE, `:${ZERO_WIDTH}`)
    .replace(PICTURE_AT_END, `$&${ZERO_WIDTH}`)
    // Gitea reads these in the rendered text, where a backslash is gone: pages of its wiki.
    .replaceAll(/\[(?=\[)/g, `[${ZERO_WIDTH}`)
    .replaceAll(/[\\`*_{}[\]<>|~$&]/g, String.raw`\$&`);
  // At the start of a line these would begin a heading, a list or a rule.
  return line.replace(/^[#+\-=]/, String.raw`\$&`).replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`);
}

/** The same as a code span: for names, values and messages. Not for table cells: see `quoteCell`. */
export function quoteCode(text: string, limit = 300): string {
  const line = breakUp(oneLine(text, limit).replaceAll('`', "'")).replaceAll(/(?<!\w)@(?=\w)/g, `@${ZERO_WIDTH}`);
  return line === '' ? '(empty)' : `\`${line}\``;
}

/** A code span for a table cell: GFM splits cells at a bar before it looks at code spans. */
export function quoteCell(text: string, limit = 300): string {
  // A backslash before a bar escapes the escape, and the bar would end the cell.
  return quoteCode(text, limit)
    .replaceAll(/\\(?=\|)/g, `\\${ZERO_WIDTH}`)
    .replaceAll('|', String.raw`\|`);
}

/** The same as a fenced block that the text cannot close. */
export function quoteBlock(text: string, language = 'text', limit = 4000): string {
  const clean = text.toWellFormed().replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '');
  const body = shorten(clean, limit).replaceAll('<!--', `<!${ZERO_WIDTH}--`);
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body.replace(/\n$/, '')}\n${fence}`;
}

/** Text for a title or a commit's subject, where there is no markup to hide in: what could act is left out. */
export function plainTitle(text: string, limit = 120): string {
  const line = oneLine(text, 1000)
    .replaceAll(/[#<>`]|(?<!\w)@|!(?=\d)/g, '')
    // With these at their beginning, forges take a pull request for unfinished: a workload may be called `wip`.
    .replace(/^(wip|draft):/i, '$1 -')
    .replaceAll(/\bGH-(?=\d)/gi, 'GH ')
    .replaceAll(/[a-z][a-z0-9+.-]*:\/\//gi, '');
  return shorten(line.trim(), limit);
}

/** One line without control and invisible characters (which reorder text, or hide a mention until they are dropped). */
function oneLine(text: string, limit: number): string {
  const line = text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
  return shorten(line.trim(), limit);
}

/** References, links and comments, broken up. A closing word without a reference behind it closes nothing. */
function breakUp(text: string): string {
  return text
    .replaceAll('<!--', `<!${ZERO_WIDTH}--`)
    .replaceAll(/([#!])(?=\d)/g, `$1${ZERO_WIDTH}`)
    .replaceAll(/(GH)-(?=\d)/gi, `$1${ZERO_WIDTH}-`)
    .replaceAll(/(https?|ftp):(?=\/\/)/gi, `$1:${ZERO_WIDTH}`)
    .replaceAll(/(mailto|xmpp):(?=\S)/gi, `$1:${ZERO_WIDTH}`)
    .replaceAll(/(www)\.(?=\S)/gi, `$1${ZERO_WIDTH}.`);
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
