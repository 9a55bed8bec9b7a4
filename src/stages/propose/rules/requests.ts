import { getField } from '../../../domain/field-path.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import type { Quantity } from '../../../domain/quantity.ts';
import { isBlind } from '../../../domain/snapshot.ts';
import type { Operation } from '../../../domain/change.ts';
import { answersOf, change, replaceField, show } from '../answers.ts';
import { declaredContainers } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import type { LargestNode } from './pod-room.ts';
import { podRoom } from './pod-room.ts';

const answers = answersOf('rule', 'requests');
/** How many times the largest node a request has to be before a wrong unit is the plain explanation. */
const OBVIOUS: Readonly<Record<Resource, bigint>> = { cpu: 4n, memory: 8n };
/** Below this many cores a request may be meant, on nodes that do not exist yet. */
const CORES_MEANT = 48;

type Resource = 'cpu' | 'memory';

/**
 * Requests that no node can hold. Only a unit slip has one answer (`500` cores for `500m`, `512Gi` for `512Mi`, far beyond any
 * node); everything else is told with its figures.
 */
export const requests: Proposer = {
  origin: 'rule',
  name: 'requests',
  causes: ['scheduling/insufficient-resources'],
  async propose(context) {
    const { declared, snapshot } = context;
    if (isBlind(snapshot, 'Node') || snapshot.objects.Node.length === 0)
      return answers.decline('the nodes cannot be read');
    const slips: { text: string; operations: Operation[] }[] = [];
    const figures: string[] = [];
    for (const { name, path } of declaredContainers(declared)) {
      for (const resource of ['cpu', 'memory'] as const) {
        const largest = largestNode(context, resource);
        const at = (side: 'requests' | 'limits'): FieldPath => [...path, 'resources', side, resource];
        const limit = getField(declared.object, at('limits'));
        const request = getField(declared.object, at('requests')) ?? limit;
        const asked = amount(request);
        if (request === undefined || asked === undefined || largest === undefined || asked <= largest.value) continue;
        figures.push(
          `${name} asks for ${show(request)} of ${resource}, the largest node, ${largest.name}, has ${largest.text}`,
        );
        const meant = unitSlip(resource, request, asked, largest.value);
        // A limit below the corrected request cannot be, and one that is left far above it would hide a second slip.
        const places = (['requests', 'limits'] as const)
          .map(at)
          .filter((one) => getField(declared.object, one) !== undefined);
        const same = places.every((one) => getField(declared.object, one) === request);
        if (meant !== undefined && same) {
          slips.push({
            text: `${show(request)} is ${meant}`,
            operations: places.flatMap((one) => replaceField(one, request, meant)),
          });
        }
      }
    }
    const [slip] = slips;
    if (slips.length === 1 && figures.length === 1 && slip) {
      return answers.fix(
        context,
        [change(declared.ref, ...slip.operations)],
        `${figures[0]}: the unit is missing or wrong, ${slip.text}.`,
      );
    }
    const room = (['cpu', 'memory'] as const).flatMap(
      (resource) => podRoom(context, resource, largestNode(context, resource)) ?? [],
    );
    const told = figures.length > 0 ? figures : room;
    return answers.decline(
      told.length > 0
        ? `${told.join('; ')}; what was meant is not certain`
        : 'each container fits some node by itself: the nodes are full, which Git cannot mend',
    );
  },
};

/** The quantity with the unit that was plainly meant; undefined where it is not that far off. */
function unitSlip(resource: Resource, written: JsonValue, asked: Quantity, largest: Quantity): string | undefined {
  if (asked < largest * OBVIOUS[resource]) return undefined;
  const text = show(written);
  const meant =
    resource === 'cpu'
      ? /^\d+$/.test(text) && Number(text) > CORES_MEANT && !isMachineSize(Number(text))
        ? `${text}m`
        : undefined
      : /^\d+(?:Gi|G|Ti|T)$/.test(text)
        ? text.replace(/Gi$/, 'Mi').replace(/G$/, 'M').replace(/Ti$/, 'Gi').replace(/T$/, 'G')
        : undefined;
  const value = amount(meant);
  return value !== undefined && value <= largest ? meant : undefined;
}

/** Cores that large machines have: 64, 96, 128, 192. A pool of them may have no node at the moment. */
function isMachineSize(cores: number): boolean {
  const odd = cores / 2 ** Math.floor(Math.log2(cores & -cores));
  return odd === 1 || odd === 3;
}

function amount(value: JsonValue | undefined): Quantity | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}

function largestNode({ snapshot }: ProposeContext, resource: Resource): LargestNode | undefined {
  return snapshot.objects.Node.flatMap(({ metadata, status }) => {
    const text = status?.allocatable?.[resource];
    const value = quantity(text);
    return value === undefined ? [] : [{ name: metadata.name, value, text: String(text) }];
  }).reduce<LargestNode | undefined>((best, node) => (best && best.value >= node.value ? best : node), undefined);
}
