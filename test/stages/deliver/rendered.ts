/** The parts of a Markdown text that a forge reads as running text, roughly as GitHub's renderer leaves them. */
export function runningText(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '')
    .replaceAll(/(?<!\\)`[^`\n]*`/g, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/&#(\d+);|&#x([0-9a-f]+);/gi, (all, decimal, hex, at: number, whole: string) =>
      whole[at - 1] === '\\' ? all : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
}

/** What a forge acts on in running text: mentions, references, links, addresses, SHAs. */
export const ACTIVE: readonly RegExp[] = [
  /(^|\W)@[A-Za-z0-9]/,
  /\w@\w/,
  /#\d/,
  /GH-\d/i,
  /(https?|ftp):\/\//i,
  /(mailto|xmpp):\w/i,
  /www\.\w/i,
  /\b[0-9a-f]{40}\b/i,
  /!\d/,
  /\[\[/,
  /(?<!\w):[a-z]\w*:/i,
  /(?:^|[\s([])[0-9a-f]{7,}(?:[\s)\].]|$)/i,
];

/** Markup that text from outside could bring in: HTML, images and links, emphasis. */
export const MARKUP: readonly RegExp[] = [/(?<!\\)</, /(?<!\\)[[\]]/, /(?<!\\)[*~]/];

/** The cells of a row of a GFM table, split as cmark-gfm does: a backslash takes the next character with it. */
export function cellsOf(row: string): string[] {
  return (row.match(/(?:\\[!-/:-@[-`{-~]|[^|])+/g) ?? []).map((cell) => cell.trim());
}
