import type { KnownObject } from '../known-objects.ts';
import { baseName } from '../kustomize-hash.ts';
import type { ProposeContext } from '../proposer.ts';

/**
 * The names under which a source may refer to an object: its own; without the hash of a Kustomize generator; and, where
 * Kustomize builds the object, without the parts before and after that the workload's own name has too (`namePrefix`,
 * `nameSuffix`), which Kustomize adds to references as well.
 */
export function writtenNames(
  { declared, applicationStatus }: Pick<ProposeContext, 'declared' | 'applicationStatus'>,
  object: KnownObject,
): readonly string[] {
  const plain = baseName(object.name);
  const kustomize = [applicationStatus.sourceType, ...(applicationStatus.sourceTypes ?? [])].includes('Kustomize');
  if (!object.declared || !kustomize) return [plain];
  const parts = plain.split('-');
  const own = declared.ref.name.split('-');
  const before = sharedStart(parts, own);
  const after = sharedStart(parts.toReversed(), own.toReversed());
  const names = [plain];
  for (let start = 0; start <= before; start++) {
    for (let end = parts.length; end >= parts.length - after; end--) {
      const name = parts.slice(start, end).join('-');
      if (name !== '') names.push(name);
    }
  }
  return [...new Set(names)];
}

function sharedStart(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((part, i) => part !== b[i]);
  return different < 0 ? a.length : different;
}
