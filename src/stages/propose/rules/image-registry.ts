import type { ImageRef } from '../../../domain/image-ref.ts';
import type { ProposeContext } from '../proposer.ts';
import { runningImages } from './image-uses.ts';
import { isSlipOfKey } from '../renamed.ts';

/**
 * The registry whose host was misspelt: DNS knows no such host, the cluster runs images of exactly one host of near name, and
 * that one has this very image. A reason in words where a host is near but cannot be relied on; undefined for all
 * other failures, for a host that exists may be down.
 */
export async function otherRegistry(
  context: ProposeContext,
  ref: ImageRef,
): Promise<{ readonly host: string } | { readonly why: string } | undefined> {
  const { incident, registry, snapshot, signal } = context;
  const host = ref.registry.replace(/:\d+$/, '');
  const unknown = incident.evidence.some(({ text }) =>
    [...text.matchAll(/lookup ([^\s:]+)[^\n]*?: no such host/g)].some(([, name]) => name?.replace(/\.$/, '') === host),
  );
  if (!unknown) return undefined;
  const used = new Set(runningImages(snapshot).map((image) => image.registry));
  const near = [...used].filter((one) => isSlipOfKey(ref.registry, one));
  const [only] = near;
  if (near.length !== 1 || only === undefined) return undefined;
  const found = await registry.exists({ ...ref, registry: only }, signal);
  if (found.ok && found.value) return { host: only };
  const doubt = found.ok ? 'does not have this image' : 'could not be asked for this image';
  return { why: `there is no host \`${host}\`; \`${only}\`, which the cluster uses, is near but ${doubt}` };
}
