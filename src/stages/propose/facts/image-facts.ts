import type { ImageRef } from '../../../domain/image-ref.ts';
import { parseImageRef, sameRepository } from '../../../domain/image-ref.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import { show } from '../answers.ts';
import { objectIn } from '../field-history.ts';
import type { LeafChange } from '../object-diff.ts';
import { misnamed } from '../history/misnamed.ts';
import { declaredContainers } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { NOT_A_TYPO, isOwn } from '../rules/image.ts';
import { isNear } from '../similar.ts';
import type { Edited } from './edited.ts';

const OTHER_TAG = 'the registry itself is in trouble: another of its images would not help';

/**
 * Why another image is not the answer: the one that is written ran, exists, or is kept back by its registry; or the new one is
 * another workload's program.
 */
export async function imageFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  for (const one of edited.filter(({ before }) => sameObject(before.ref, context.declared.ref))) {
    for (const leaf of one.leaves) {
      const now = leaf.path.at(-1) === 'image' ? parsed(leaf.from) : undefined;
      const next = now && parsed(leaf.to);
      if (!now || !next) continue;
      const fact = (await pullFact(leaf, now, next, context)) ?? (await strangerFact(now, next, context));
      if (fact !== undefined) return fact;
    }
  }
  return undefined;
}

async function pullFact(
  { path, from, to }: LeafChange,
  now: ImageRef,
  next: ImageRef,
  context: ProposeContext,
): Promise<string | undefined> {
  const { cause, container } = context.incident;
  const isMine = path.some((segment) => typeof segment === 'object' && segment.value === container);
  if (!isMine || !cause.startsWith('image/')) return undefined;
  if (!misnamed(cause, to, from)) return NOT_A_TYPO[cause] ?? OTHER_TAG;
  if (cause === 'image/rate-limited' && now.registry === next.registry) return NOT_A_TYPO[cause];
  if (cause !== 'image/not-found') return undefined;
  const ran = ranBefore(context);
  if (ran !== undefined) return `\`${show(from)}\` is not misspelt: ${ran}, so it was there and has gone`;
  const present = await context.registry.exists(now, context.signal);
  return present.ok && present.value ? 'the registry has this image now' : undefined;
}

/** The image of a program that this workload never was: its name is no slip of the pen for that one. */
async function strangerFact(now: ImageRef, next: ImageRef, context: ProposeContext): Promise<string | undefined> {
  const { declared, siblings } = context;
  if (programOf(now) === programOf(next)) return undefined;
  const isNearName = isNear(now.repository, next.repository);
  if (isNearName && !isOwn(context, now.repository, next.repository)) return undefined;
  const other = siblings.find(({ ref, object }) => {
    const uses = declaredContainers({ ref, object }).some(({ value }) => isSame(value['image'], next));
    return uses && !sameObject(ref, declared.ref);
  });
  if (!other && !isNearName) return undefined;
  for await (const version of context.versions()) {
    const then = objectIn(version, declared.ref);
    if (then && declaredContainers(then).some(({ value }) => isSame(value['image'], next))) return undefined;
  }
  const whose = other ? `, which is that of ${formatRef(other.ref)}, another workload` : '';
  return `\`${now.repository}\` is not misspelt for \`${next.repository}\`${whose}`;
}

function programOf({ repository }: ImageRef): string | undefined {
  return repository.split('/').at(-1);
}

function isSame(image: JsonValue | undefined, other: ImageRef): boolean {
  const ref = parsed(image);
  return ref !== undefined && sameRepository(ref, other);
}

function parsed(image: JsonValue | undefined): ImageRef | undefined {
  const ref = typeof image === 'string' ? parseImageRef(image) : undefined;
  return ref?.ok ? ref.value : undefined;
}
