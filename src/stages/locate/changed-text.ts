/** What of a wanted text may be a value of its own: the part that differs, without what both texts end with, and the whole. */
export function partsOf(before: string, after: string): readonly string[] {
  const part = changedPart(before, after);
  const middle = part.slice(0, part.length - sameTail(before, part));
  return [...new Set([part, middle, after])];
}

/** What differs, from the separator before it: of two images that have another tag, the tag. */
function changedPart(before: string, after: string): string {
  let same = 0;
  while (same < Math.min(before.length, after.length) && before[same] === after[same]) same++;
  const separator = Math.max(...[':', '@', '=', '/', ','].map((char) => after.slice(0, same).lastIndexOf(char)));
  return after.slice(separator + 1);
}

/** How much two texts share at their ends, from a separator on: of two images in other registries, the path and tag. */
function sameTail(before: string, part: string): number {
  let same = 0;
  while (same < Math.min(before.length, part.length - 1) && before.at(-1 - same) === part.at(-1 - same)) same++;
  const tail = part.slice(part.length - same);
  const start = tail.search(/[:@=/,]/);
  return start < 0 ? 0 : tail.length - start;
}
