import type { ImageRef } from '../../../domain/image-ref.ts';
import {
  effectiveTag,
  formatImageRef,
  parseImageRef,
  sameRepository,
  withRepository,
  withTag,
} from '../../../domain/image-ref.ts';
import type { Change } from '../../../domain/change.ts';
import type { Answer } from '../../../domain/proposal.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { containerOf, declaredContainers } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { otherRegistry } from './image-registry.ts';
import { nearTags, neighbours } from './image-tags.ts';
import { imageUses, runningImages } from './image-uses.ts';
import type { ImageUses } from './image-uses.ts';
import { writtenForms } from './image-written.ts';
import { belongsTo } from '../missing-names.ts';
import { nearOnes } from '../similar.ts';

const answers = answersOf('rule', 'image');
/** Pulls that fail for another reason than the image, by cause, in words. */
export const NOT_A_TYPO: Readonly<Record<string, string>> = {
  'image/unauthorized': 'the registry refused access: that is a matter of credentials, not of the image',
  'image/rate-limited': 'the registry limits pulls: another image would not help',
  'image/network': 'the registry could not be reached: another image would not help',
  'image/platform': 'the image has no build for this platform: that needs another build or another node',
};

/**
 * An image that does not exist: the one near tag (of the registry, of this repository's other uses, of its history), or the
 * one near repository name that is used elsewhere and has this tag; a registry's host where there is none of that name. Never
 * for access, rate limits, networks or platforms, never another version number, never `latest`.
 */
export const image: Proposer = {
  origin: 'rule',
  name: 'image',
  causes: ['image/not-found', 'image/invalid-name', ...Object.keys(NOT_A_TYPO)],
  async propose(context) {
    const { incident, declared } = context;
    const reason = NOT_A_TYPO[incident.cause];
    if (incident.cause === 'image/network') return misspeltRegistry(context, reason ?? '');
    const hidden = incident.cause === 'image/unauthorized' && mayNotExist(context);
    if (reason !== undefined && !hidden) return answers.decline(reason);
    const { pullFailure } = incident.facts;
    if (pullFailure !== undefined && pullFailure !== 'not-found' && !hidden) {
      return answers.decline('the pull did not fail because the image is missing');
    }
    const container = containerOf(declared, incident);
    const written = container?.value['image'];
    if (!container || typeof written !== 'string')
      return answers.decline('the manifest declares no image for this container');
    if (incident.facts.image !== undefined && incident.facts.image.trim() !== written.trim()) {
      return answers.decline(`the image that fails is not the one in Git (\`${written}\`)`);
    }
    const ref = parseImageRef(written);
    if (!ref.ok) return repair(context, container, written);
    if (ref.value.digest !== undefined)
      return answers.decline('the image is pinned by digest, and a digest has no near ones');
    const ran = ranBefore(context);
    if (ran !== undefined)
      return answers.decline(`\`${written}\` is not misspelt: ${ran}, so it was there and has gone`);
    if (!hidden) return missingImage(context, container, written, ref.value);
    const other = await otherRepository(context, container, written, ref.value, await imageUses(context, ref.value));
    return other.kind === 'fix' ? other : answers.decline(reason ?? other.reason);
  },
};

async function misspeltRegistry(context: ProposeContext, reason: string): Promise<Answer> {
  const container = containerOf(context.declared, context.incident);
  const written = container?.value['image'];
  const ref = typeof written === 'string' ? parseImageRef(written) : undefined;
  if (typeof written !== 'string' || !ref?.ok || !written.startsWith(ref.value.registry))
    return answers.decline(reason);
  const { image: failing } = context.incident.facts;
  const other = failing?.trim() === written.trim() ? await otherRegistry(context, ref.value) : undefined;
  if (!other) return answers.decline(reason);
  if ('why' in other) return answers.decline(other.why);
  if (ranBefore(context) !== undefined) return answers.decline(reason);
  const next = `${other.host}${written.slice(ref.value.registry.length)}`;
  return answers.fix(
    context,
    [everywhere(context, written, next)],
    `There is no host \`${ref.value.registry}\`; \`${other.host}\` is the only near registry that the cluster uses, and it has this image.`,
  );
}

/** Docker Hub, among others, says the same of a private repository and of one that is not there. */
function mayNotExist({ incident }: ProposeContext): boolean {
  return incident.evidence.some(({ text }) => /repository does not exist or may require/i.test(text));
}

async function missingImage(
  context: ProposeContext,
  container: DeclaredContainer,
  written: string,
  ref: ImageRef,
): Promise<Answer> {
  const present = await context.registry.exists(ref, context.signal);
  if (present.ok && present.value) return answers.decline('the registry has this image now');
  const ran = runningImages(context.snapshot).some((one) => formatImageRef(one) === formatImageRef(ref));
  if (!present.ok && ran) return answers.decline('other pods run this very image, so its name is not a typo');
  const tags = await context.registry.tags(ref, context.signal);
  if (!tags.ok && (tags.error.code === 'rate-limited' || tags.error.code === 'unauthorized')) {
    return answers.decline(`which tags exist is not known: ${tags.error.message}`);
  }
  const uses = await imageUses(context, ref);
  const seen = [...uses.running, ...uses.declared].filter((one) => sameRepository(one, ref));
  if ((tags.ok && tags.value.length > 0) || (!tags.ok && tags.error.code !== 'not-found' && seen.length > 0)) {
    const seenTags = seen.flatMap((one) => effectiveTag(one) ?? []);
    return otherTag(context, container, written, ref, tags.ok ? tags.value : undefined, seenTags);
  }
  return otherRepository(context, container, written, ref, uses);
}

function otherTag(
  context: ProposeContext,
  container: DeclaredContainer,
  written: string,
  ref: ImageRef,
  registryTags: readonly string[] | undefined,
  seenTags: readonly string[],
): Answer {
  const tag = effectiveTag(ref) ?? '';
  if (ref.tag === undefined)
    return answers.decline(`the image names no tag, and there is no \`latest\`; a tag is never chosen by guess`);
  const known = registryTags ?? seenTags;
  const near = nearTags(tag, known);
  const [only] = near;
  const where = registryTags ? 'in the registry' : 'among the tags in use (the registry was not asked)';
  if (near.length > 1)
    return answers.decline(`tag \`${tag}\` does not exist, and several near ones do: ${listOf(near)}`);
  if (only === undefined) {
    const around = neighbours(tag, known);
    const hint = around.length > 0 ? `; there are ${listOf(around)}, but another version is not a typo` : '';
    return answers.decline(`tag \`${tag}\` does not exist, and no tag ${where} is a near spelling of it${hint}`);
  }
  const used = seenTags.includes(only) ? ' It is in use elsewhere, or was used here before.' : '';
  return answers.fix(
    context,
    [everywhere(context, written, withTag(written, only))],
    `\`${written}\` does not exist; \`${only}\` is the only tag ${where} that \`${tag}\` can be a misspelling of.${used}`,
  );
}

/** The repository itself is missing: only a name that somebody uses, with the same tag, is worth a fix. */
async function otherRepository(
  context: ProposeContext,
  container: DeclaredContainer,
  written: string,
  ref: ImageRef,
  uses: ImageUses,
): Promise<Answer> {
  const used = [...uses.running, ...uses.declared].filter(({ registry }) => registry === ref.registry);
  const names = nearOnes(
    ref.repository,
    used.map(({ repository }) => repository),
  ).filter((name) => !isOwn(context, ref.repository, name));
  if (names.length === 0) {
    return answers.decline(
      `repository \`${ref.repository}\` was not found, and no near name is used in the cluster or in this Application`,
    );
  }
  const sound: string[] = [];
  for (const repository of names) {
    const wanted = { ...ref, repository };
    const found = await context.registry.exists(wanted, context.signal);
    const runs = uses.running.some((one) => formatImageRef(one) === formatImageRef(wanted));
    if (found.ok ? found.value : runs) sound.push(repository);
  }
  const [only] = sound;
  if (sound.length !== 1 || only === undefined) {
    return answers.decline(
      `repository \`${ref.repository}\` was not found; near names in use are ${listOf(names)}, but not exactly one has this tag`,
    );
  }
  const next = withRepository(written, only);
  return answers.fix(
    context,
    [everywhere(context, written, next)],
    `There is no repository \`${ref.repository}\`; \`${only}\` is the only near name in use, and it has this tag.`,
  );
}

/** Whether the repository is called as its workload is, and the other one is not: then it is another program's. */
export function isOwn({ declared }: ProposeContext, repository: string, other: string): boolean {
  const [own, theirs] = [repository, other].map((name) => name.split('/').at(-1) ?? name);
  return own !== theirs && belongsTo(own ?? '', declared.ref.name) && !belongsTo(theirs ?? '', declared.ref.name);
}

/** Not a reference at all: put right where exactly one sound form exists and is known to be an image. */
async function repair(context: ProposeContext, container: DeclaredContainer, written: string): Promise<Answer> {
  const sound: string[] = [];
  for (const form of writtenForms(written)) {
    const parsed = parseImageRef(form);
    if (!parsed.ok) continue;
    const found = await context.registry.exists(parsed.value, context.signal);
    const uses = found.ok ? undefined : await imageUses(context, parsed.value);
    const runs = uses?.running.some((one) => sameRepository(one, parsed.value)) ?? false;
    if (found.ok ? found.value : runs) sound.push(form);
  }
  const [only] = sound;
  if (sound.length !== 1 || only === undefined) {
    return answers.decline(`\`${written}\` is not an image reference, and what it should be is not certain`);
  }
  return answers.fix(
    context,
    [everywhere(context, written, only)],
    `\`${written}\` is not a valid image reference; \`${only}\` is, and it exists.`,
  );
}

/** In every container that has this image: the others fail next, for the same reason. */
function everywhere({ declared }: ProposeContext, written: string, next: string): Change {
  const same = declaredContainers(declared).filter(({ value }) => value['image'] === written);
  return change(declared.ref, ...same.flatMap(({ path }) => replaceField([...path, 'image'], written, next)));
}
