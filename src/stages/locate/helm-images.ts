import type { FieldPath } from '../../domain/field-path.ts';
import type { ValueChange, ValueLeaf } from './helm-layers.ts';
import { imageParts } from './image-entries.ts';
import { nameSimilarity } from './proposals.ts';
import type { Candidate } from './session.ts';
import type { Wish } from './value-candidates.ts';
import { namesOf } from './value-candidates.ts';

/**
 * Changes of several keys that an image is made of (`registry`, `repository`, `tag`, `digest`), for an image that differs
 * in more than one of them: each key where it is set now, else all of them in one file.
 */
export function* imageCandidates(
  { path, before, after }: Wish,
  leaves: readonly ValueLeaf[],
  write: (change: ValueChange) => Iterable<Candidate>,
): Generator<Candidate> {
  if (path.at(-1) !== 'image' || typeof before !== 'string' || typeof after !== 'string') return;
  for (const changes of partChanges(path, before, after, leaves)) {
    if (changes.length < 2) continue;
    const ways = changes.map((change) => [...write(change)]);
    const [first = []] = ways;
    const together = [
      ways.map(([nearest]) => nearest),
      ...first.map(({ edits }) => ways.map((way) => way.find((other) => other.edits[0]?.path === edits[0]?.path))),
    ];
    for (const set of together) {
      const whole = set.filter((candidate) => candidate !== undefined);
      const [one] = whole;
      if (!one || whole.length < ways.length || whole.some(({ repoURL }) => repoURL !== one.repoURL)) continue;
      const place = whole.map((candidate) => candidate.place).join(', and ');
      yield { repoURL: one.repoURL, edits: whole.flatMap(({ edits }) => edits), place };
    }
  }
}

/** With the registry as a key of its own, and as a part of the repository. */
function partChanges(
  path: FieldPath,
  before: string,
  after: string,
  leaves: readonly ValueLeaf[],
): readonly ValueChange[][] {
  const [now, wanted] = [imageParts(before), imageParts(after)];
  const field = namesOf(path);
  const keyOf = (text: string | undefined): FieldPath | undefined =>
    leaves
      .filter(({ value }) => text !== undefined && String(value) === text)
      .sort((a, b) => nameSimilarity(field, namesOf(b.key)) - nameSimilarity(field, namesOf(a.key)))[0]?.key;
  const [registry, ...rest] = now.name.split('/');
  const [otherRegistry, ...otherRest] = wanted.name.split('/');
  const names = [
    [
      [registry, otherRegistry],
      [rest.join('/'), otherRest.join('/')],
    ],
    [[now.name, wanted.name]],
  ] as const;
  return names.map((parts) => {
    const pairs = [...parts, [now.tag, wanted.tag], [now.digest, wanted.digest]].filter(
      ([old, fresh]) => old !== fresh,
    );
    const changes = pairs.flatMap(([old, value]): ValueChange[] => {
      const key = keyOf(old);
      return key === undefined || value === undefined ? [] : [{ key, value }];
    });
    return changes.length === pairs.length ? changes : [];
  });
}
