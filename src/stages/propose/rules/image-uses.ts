import { formatImageRef, parseImageRef } from '../../../domain/image-ref.ts';
import type { ImageRef } from '../../../domain/image-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import { declaredContainers } from '../pod-template.ts';
import type { ProposeContext } from '../proposer.ts';

/** Images that somebody uses or used, apart from the one that fails: in running pods, in the Application, in its history. */
export interface ImageUses {
  /** Seen as running or ready in the cluster: they could be pulled. */
  readonly running: readonly ImageRef[];
  /** Declared now by other containers of the Application, or by any of its earlier versions. */
  readonly declared: readonly ImageRef[];
}

/** Looks where else the repository of a failing image is used. */
export async function imageUses(context: ProposeContext, failing: ImageRef): Promise<ImageUses> {
  const declared = imagesOf(context.siblings);
  for await (const { objects } of context.versions()) declared.push(...imagesOf(objects));
  const others = (images: readonly ImageRef[]): ImageRef[] => {
    const unique = new Map(images.map((image) => [formatImageRef(image), image]));
    unique.delete(formatImageRef(failing));
    return [...unique.values()];
  };
  return { running: others(runningImages(context.snapshot)), declared: others(declared) };
}

/** Images of containers that run or have run: the kubelet had them. */
export function runningImages(snapshot: Snapshot): ImageRef[] {
  return snapshot.objects.Pod.flatMap(({ spec, status }) => {
    const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
    return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ name, image }) => {
      const { state, lastState } = statuses.find((one) => one.name === name) ?? {};
      const ran = state?.running ?? state?.terminated ?? lastState?.terminated;
      const parsed = ran && image !== undefined ? parseImageRef(image) : undefined;
      return parsed?.ok ? [parsed.value] : [];
    });
  });
}

function imagesOf(objects: readonly RenderedObject[]): ImageRef[] {
  return objects.flatMap((object) =>
    declaredContainers(object).flatMap(({ value }) => {
      const parsed = typeof value['image'] === 'string' ? parseImageRef(value['image']) : undefined;
      return parsed?.ok ? [parsed.value] : [];
    }),
  );
}
