import type { MissingReference } from '../../../domain/finding.ts';
import type { Answer, Declined } from '../../../domain/proposal.ts';
import { answersOf, change, listOf, replaceField } from '../answers.ts';
import { unhashedName } from '../kustomize-hash.ts';
import type { KnownObject } from '../known-objects.ts';
import { knownObjects } from '../known-objects.ts';
import type { PodReference, ReferencedKind } from '../pod-references.ts';
import { concerns, podReferences } from '../pod-references.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import { ranBefore } from '../ran-before.ts';
import { hadKeyUntil, isOwn, keyGivenBy, meantSo, userOf } from '../missing-names.ts';
import { keyWithSlip, renameKey, renamedTo, slipOfNewHolder } from '../renamed.ts';
import { isNear, nearOnes } from '../similar.ts';
import { writtenNames } from './written-names.ts';

const answers = answersOf('rule', 'config-reference');
const KINDS: ReadonlySet<string> = new Set<ReferencedKind>([
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'ServiceAccount',
]);

/** Whether a kind is one that pods name. */
export function isReferenced(kind: string): kind is ReferencedKind {
  return KINDS.has(kind);
}

/**
 * A pod names a ConfigMap, Secret, key, claim or ServiceAccount that does not exist: the one near name that does exist is
 * written in every place of this container (or pod) that names the missing one. A key is never invented, and an optional
 * reference is never touched.
 */
export const configReference: Proposer = {
  origin: 'rule',
  name: 'config-reference',
  causes: [
    'config/configmap-missing',
    'config/secret-missing',
    'config/key-missing',
    'volume/configmap-missing',
    'volume/secret-missing',
    'volume/key-missing',
    'volume/claim-missing',
    'image/pull-secret-missing',
    'replicas/service-account',
  ],
  async propose(context) {
    const missing = missingOf(context);
    if (!missing || !isReferenced(missing.kind)) return answers.decline('what is missing is not known');
    const places = podReferences(context.declared).filter(
      (reference) =>
        reference.kind === missing.kind &&
        reference.name === missing.name &&
        (missing.key === undefined || reference.key === missing.key) &&
        !reference.optional &&
        concerns(reference, context.incident.container),
    );
    if (places.length === 0) return answers.decline(`the manifest does not name ${nameOf(missing)}`);
    const ran = ranBefore(context);
    if (ran !== undefined) {
      const renamed = missing.key === undefined ? await renamedFix(context, missing, places) : undefined;
      if (renamed) return renamed;
      return answers.decline(`${nameOf(missing)} is not misspelt: ${ran}, so it was there and has gone`);
    }
    const known = knownObjects(context, missing.kind, missing.namespace);
    if (!known) return answers.decline(`objects of kind ${missing.kind} cannot be read, so near names are not known`);
    const same = known.find(({ name }) => name === missing.name);
    return missing.key === undefined
      ? otherName(context, missing, places, known, same)
      : otherKey(context, missing, missing.key, places, same);
  },
};

/** What the detector says, or the account that the manifest names where creation was refused for want of it. */
function missingOf({ incident, declared }: ProposeContext): MissingReference | undefined {
  if (incident.facts.missing || incident.cause !== 'replicas/service-account') return incident.facts.missing;
  const account = podReferences(declared).find(({ kind }) => kind === 'ServiceAccount');
  return account && { kind: 'ServiceAccount', namespace: declared.ref.namespace ?? '', name: account.name };
}

async function otherName(
  context: ProposeContext,
  missing: MissingReference,
  places: readonly PodReference[],
  known: readonly KnownObject[],
  same: KnownObject | undefined,
): Promise<Answer> {
  if (same?.inCluster) return answers.decline(`${nameOf(missing)} exists now`);
  if (same) return answers.decline(`${nameOf(missing)} is declared in Git and not yet applied`);
  const renamed = await renamedFix(context, missing, places);
  if (renamed) return renamed;
  const meant = await meantSo(context, missing);
  if (meant !== undefined) return answers.decline(`${nameOf(missing)} does not exist, but the name is meant: ${meant}`);
  const keys = places.flatMap(({ key }) => (key === undefined ? [] : [key]));
  const isPull = places.some(({ namePath }) => namePath.includes('imagePullSecrets'));
  const fitting = known.filter(
    (object) => object.inCluster && keys.every((key) => object.keys.includes(key)) && (!isPull || isPullSecret(object)),
  );
  const near = fitting.filter((object) =>
    writtenNames(context, object).some((written) => isNear(missing.name, written) && !isOwn(context, missing, written)),
  );
  const [only] = near;
  if (near.length > 1)
    return several(
      missing,
      near.map(({ name }) => unhashedName(name) ?? name),
    );
  if (only && unhashedName(only.name) !== undefined && !only.declared) {
    return answers.decline(
      `${nameOf(missing)} is close to \`${unhashedName(only.name)}\`, whose name a Kustomize generator makes that this Application does not have`,
    );
  }
  const user = only && userOf(context, missing, only);
  if (user !== undefined) {
    return answers.decline(
      `${nameOf(missing)} does not exist; the near \`${only?.name}\` is in use by ${user}, another workload`,
    );
  }
  if (only) {
    const operations = uniquePlaces(places).flatMap(({ namePath }) => replaceField(namePath, missing.name, only.name));
    return answers.fix(
      context,
      [change(context.declared.ref, ...operations)],
      `${nameOf(missing)} does not exist; the only near name in namespace ${missing.namespace} is \`${only.name}\`.`,
    );
  }
  return answers.decline(`${nameOf(missing)} does not exist, and no ${missing.kind} in the namespace has a near name`);
}

/** Follows an object that was renamed in Git, where it is there under its new name. */
async function renamedFix(
  context: ProposeContext,
  missing: MissingReference,
  places: readonly PodReference[],
): Promise<Answer | undefined> {
  const renamed = await renamedTo(context, missing);
  const known = renamed && isReferenced(missing.kind) && knownObjects(context, missing.kind, missing.namespace);
  if (!renamed || !known || !known.some(({ name, inCluster }) => inCluster && name === renamed.name)) return undefined;
  const operations = uniquePlaces(places).flatMap(({ namePath }) => replaceField(namePath, missing.name, renamed.name));
  return answers.fix(
    context,
    [change(context.declared.ref, ...operations)],
    `${missing.kind} ${missing.name} was renamed to \`${renamed.name}\` by ${renamed.by}, with the same data; this reference was left behind.`,
  );
}

async function otherKey(
  context: ProposeContext,
  missing: MissingReference,
  key: string,
  places: readonly PodReference[],
  same: KnownObject | undefined,
): Promise<Answer> {
  if (!same) return answers.decline(`${missing.kind} ${missing.name} itself is not there`);
  if (same.inCluster && same.keys.includes(key)) return answers.decline(`${nameOf(missing)} exists now`);
  if (same.declaredKeys.includes(key))
    return answers.decline(`${nameOf(missing)} is declared in Git and not yet applied`);
  const given = keyGivenBy(context, missing);
  if (given !== undefined) return answers.decline(`${nameOf(missing)} does not exist, but the key is meant: ${given}`);
  const until = same.declared ? await hadKeyUntil(context, missing, key) : undefined;
  if (until !== undefined) {
    const slip = await keyWithSlip(context, missing, key);
    if (slip !== undefined) {
      return answers.fix(
        context,
        [change(slip.holder.ref, ...renameKey(slip, key))],
        `${missing.kind} ${missing.name} had the key \`${key}\` until ${until}, which wrote \`${slip.key}\` instead; nothing asks for that.`,
      );
    }
    return answers.decline(
      `${missing.kind} ${missing.name} had the key \`${key}\` until ${until}: the reference is not what changed`,
    );
  }
  const near = nearOnes(key, same.keys);
  const [only] = near;
  if (near.length > 1) return several(missing, near);
  if (only === undefined) {
    return answers.decline(
      `${missing.kind} ${missing.name} has no key ${key} and none that is near; it has ${listOf(same.keys)}`,
    );
  }
  const moved = same.declared ? await slipOfNewHolder(context, missing, key, only) : undefined;
  if (moved?.slip) {
    return answers.fix(
      context,
      [change(moved.slip.holder.ref, ...renameKey(moved.slip, key))],
      `The same reference found \`${key}\` in another ${missing.kind} until ${moved.until}; the one that it names since has \`${only}\` instead, for which nothing asks.`,
    );
  }
  if (moved) {
    return answers.decline(
      `the same reference found \`${key}\` in another ${missing.kind} until ${moved.until}: ${missing.kind} \`${missing.name}\` is what has it misspelt`,
    );
  }
  const taken = podReferences(context.declared).some(
    ({ kind, name, key: other, container }) =>
      kind === missing.kind && name === missing.name && other === only && container === places[0]?.container,
  );
  if (taken) {
    return answers.decline(`${nameOf(missing)} does not exist; the near key \`${only}\` is used beside it already`);
  }
  if (same.declared && !same.declaredKeys.includes(only) && same.declaredKeys.length > 0) {
    return answers.decline(`the near key \`${only}\` is in the cluster but no longer in Git`);
  }
  const operations = places.flatMap(({ keyPath }) => (keyPath ? replaceField(keyPath, key, only) : []));
  return answers.fix(
    context,
    [change(context.declared.ref, ...operations)],
    `${missing.kind} ${missing.name} has no key \`${key}\`; the only near key that it has is \`${only}\`.`,
  );
}

function several(missing: MissingReference, near: readonly string[]): Declined {
  return answers.decline(`${nameOf(missing)} does not exist, and several near names do: ${listOf(near)}`);
}

/** Types of Secrets that the kubelet takes credentials of registries from (pkg/credentialprovider/secrets). */
const PULL_SECRETS: ReadonlySet<string> = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']);

function isPullSecret({ type, keys }: KnownObject): boolean {
  return type === undefined
    ? keys.some((key) => key === '.dockerconfigjson' || key === '.dockercfg')
    : PULL_SECRETS.has(type);
}

/** A volume that picks several keys names its object once. */
function uniquePlaces(places: readonly PodReference[]): PodReference[] {
  const seen = new Set<string>();
  return places.filter(({ namePath }) => {
    const text = JSON.stringify(namePath);
    return !seen.has(text) && seen.add(text);
  });
}

/** What is missing, for a sentence. */
export function nameOf(missing: MissingReference): string {
  return missing.key === undefined
    ? `${missing.kind} \`${missing.name}\``
    : `key \`${missing.key}\` of ${missing.kind} \`${missing.name}\``;
}
