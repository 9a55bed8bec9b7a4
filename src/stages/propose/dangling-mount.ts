import type { Change } from '../../domain/change.ts';
import { applyOperations } from '../../domain/change.ts';
import { getField } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { itemsOf } from '../../domain/json.ts';
import { sameObject } from '../../domain/object-ref.ts';
import { podSpecPath } from '../../domain/pod-template.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { declaredContainers } from './pod-template.ts';
import type { ProposeContext } from './proposer.ts';

/**
 * Why the API server would refuse what a change makes of a workload: a container would mount a volume that the pod no longer
 * has (k8s.io/kubernetes pkg/apis/core/validation, ValidateVolumeMounts). Mounts that lack their volume already are not judged.
 */
export function danglingMount(
  changes: readonly Change[],
  { siblings }: Pick<ProposeContext, 'siblings'>,
): string | undefined {
  for (const { object: ref, operations } of changes) {
    const before = siblings.find((sibling) => sameObject(sibling.ref, ref));
    const applied = before && applyOperations(before.object, operations);
    if (!before || !applied?.ok) continue;
    const known = new Set(dangling(before).map(({ volume }) => volume));
    const found = dangling({ ref: before.ref, object: applied.value.object }).find(({ volume }) => !known.has(volume));
    if (found)
      return `container ${found.container} would mount volume \`${found.volume}\`, which the pod would not have`;
  }
  return undefined;
}

function dangling(workload: RenderedObject): { readonly container: string; readonly volume: string }[] {
  const base = podSpecPath(workload.ref.kind);
  if (!base) return [];
  const { object } = workload;
  const volumes = namesOf(getField(object, [...base, 'volumes']));
  const claims = itemsOf(getField(object, ['spec', 'volumeClaimTemplates'])).map((one) =>
    getField(one, ['metadata', 'name']),
  );
  return declaredContainers(workload).flatMap(({ name, value }) =>
    namesOf(value['volumeMounts']).flatMap((volume) =>
      typeof volume !== 'string' || volumes.includes(volume) || claims.includes(volume)
        ? []
        : [{ container: name, volume }],
    ),
  );
}

function namesOf(list: JsonValue | undefined): (JsonValue | undefined)[] {
  return itemsOf(list).map((one) => getField(one, ['name']));
}
