/** A full SHA-1. */
export const SHA = /^[0-9a-f]{40}$/;
/** What may be an abbreviated SHA-1. */
export const SHORT_SHA = /^[0-9a-f]{4,40}$/;

/**
 * Whether a text may be the name of a branch or tag (git check-ref-format): no options, ranges, reflogs or patterns get through to
 * git as a revision.
 */
function isRefName(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  const refused = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.lock(?:\/|$)|^[-/.]|[/.]$|\/\./;
  return text.length > 0 && text.length < 256 && text !== '@' && !refused.test(text);
}

/** Refs that a revision may stand for, in the order in which Argo CD finds them: a branch wins over a tag. */
export function refCandidates(revision: string, prefixes: readonly string[]): readonly string[] {
  if (!isRefName(revision)) return [];
  return revision.startsWith('refs/') ? [revision] : prefixes.map((prefix) => `${prefix}${revision}`);
}
