import semver from 'semver';
import { isNear } from '../similar.ts';

const COMMIT = /^(?:sha-|git-)?[0-9a-f]{7,64}$/;
const VERSION = /^v?\d+(?:[._-]\d+)*$/i;

/**
 * The tags that `written` may be a slip for. Another version number is never a slip: 1.4.2 and 1.4.3 both exist for a
 * reason, and so do two dates or two commit ids. What is near: a missing or extra `v`, other or doubled separators,
 * other case, look-alikes (3.l for 3.1), and a misspelt word beside equal numbers (1.25-alpne). `latest` is never guessed.
 */
export function nearTags(written: string, tags: Iterable<string>): string[] {
  const near = [...new Set(tags)].filter((tag) => tag !== written && tag !== 'latest' && isNearTag(written, tag));
  return near.sort();
}

function isNearTag(written: string, tag: string): boolean {
  if (isCommit(written) || isCommit(tag)) return false;
  if (plainForm(written) === plainForm(tag)) return true;
  if (plainForm(foldNumbers(written)) === plainForm(tag)) return true;
  if (VERSION.test(written) || VERSION.test(tag)) return false;
  return numbersOf(written) === numbersOf(tag) && isNear(plainForm(written), plainForm(tag));
}

function isCommit(tag: string): boolean {
  return COMMIT.test(tag) && /[a-f]/.test(tag) && /\d/.test(tag);
}

/** Without the leading `v`, in lower case, each run of separators as one dot, none at the ends. */
function plainForm(tag: string): string {
  return tag
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
    .replaceAll(/[._-]+/g, '.')
    .replaceAll(/^\.|\.$/g, '');
}

/** Letters that look like digits, read as digits where they stand beside a digit or alone between separators. */
function foldNumbers(tag: string): string {
  return tag.replaceAll(/(?<![A-Za-z])[lIoO]+(?![A-Za-z])/g, (run) =>
    run.replaceAll(/[lI]/g, '1').replaceAll(/[oO]/g, '0'),
  );
}

function numbersOf(tag: string): string {
  return (tag.match(/\d+/g) ?? []).join('.');
}

/** The existing versions around one that does not exist, for people: at most four, in order. */
export function neighbours(written: string, tags: readonly string[]): string[] {
  const wanted = semver.coerce(written);
  if (!wanted) return [];
  const versions = tags
    .flatMap((tag) => {
      const version = semver.coerce(tag);
      return version && /^v?\d/.test(tag) ? [{ tag, version }] : [];
    })
    .sort((a, b) => semver.compare(a.version, b.version) || (a.tag < b.tag ? -1 : 1));
  const at = versions.findIndex(({ version }) => semver.gte(version, wanted));
  const middle = at < 0 ? versions.length : at;
  return versions.slice(Math.max(0, middle - 2), middle + 2).map(({ tag }) => tag);
}
