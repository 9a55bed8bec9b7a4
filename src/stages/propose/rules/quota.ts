import { getField } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { quantity } from '../../../domain/quantity.ts';
import type { RefusalFacts } from '../../../domain/finding.ts';
import type { Answer } from '../../../domain/proposal.ts';
import { answersOf, change, listOf, show } from '../answers.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import { declaredContainers } from '../pod-template.ts';
import { operationsTo } from '../put-back.ts';
import { withValue } from '../with-value.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';

const answers = answersOf('rule', 'quota');
type Demand = NonNullable<RefusalFacts['resources']>[number];

/**
 * A ResourceQuota refuses the pods. Where it only demands that a container names an amount, and all other containers of the pod with its image name
 * one and the same, the container gets that too. Where the quota is used up, that is told: neither it nor the workload is cut.
 */
export const quota: Proposer = {
  origin: 'rule',
  name: 'quota',
  causes: ['replicas/quota'],
  async propose(context) {
    const { refusal } = context.incident.facts;
    const demands = refusal?.resources ?? [];
    const name = refusal?.name === undefined ? 'the quota' : `ResourceQuota ${refusal.name}`;
    if (demands.length === 0) return answers.decline(`what ${name} demands is not known`);
    const used = demands.filter(({ requested }) => requested !== undefined);
    if (used.length > 0) {
      const figures = used.map(
        ({ resource, requested, used, limited }) =>
          `${resource}: ${requested} asked, ${used ?? '?'} of ${limited ?? '?'} in use`,
      );
      return answers.decline(
        `${name} is used up (${figures.join('; ')}): how much this workload should ask for is not known`,
      );
    }
    return nameAmounts(context, demands, name);
  },
};

function nameAmounts(context: ProposeContext, demands: readonly Demand[], quotaName: string): Answer {
  const { declared } = context;
  const all = declaredContainers(declared);
  let wanted: JsonObject = declared.object;
  const told: string[] = [];
  for (const { resource, container } of demands) {
    const match =
      /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? /^(cpu|memory)$/.exec(resource);
    const side = match?.length === 3 ? match[1] : 'requests';
    const kind = match?.at(-1);
    if (side === undefined || kind === undefined)
      return answers.decline(`${quotaName} demands ${resource}, which has no place in a container`);
    const targets = all.filter(({ name, value }) =>
      container === undefined ? getField(value, ['resources', side, kind]) === undefined : name === container,
    );
    if (targets.length === 0) return answers.decline(`which container has to name ${resource} is not clear`);
    for (const target of targets) {
      const amount = siblingAmount(all, target, side, kind);
      if (amount === undefined) {
        return answers.decline(
          `${quotaName} demands that ${listOf([target.name])} names ${resource}, and the pod's other containers of this image do not show one amount for it`,
        );
      }
      told.push(`${target.name} names ${resource} ${show(amount)}`);
      wanted = withValue(wanted, [...target.path, 'resources', side, kind], amount);
    }
  }
  const operations = operationsTo(declared.object, wanted);
  if (!operations || operations.length === 0)
    return answers.decline(`the manifest names what ${quotaName} demands already`);
  return answers.fix(
    context,
    [change(declared.ref, ...operations)],
    `${quotaName} demands that each container names its amounts: ${told.join(', ')}, as the pod's other containers do.`,
  );
}

/** The one amount that the pod's other containers of the same image name (another program's need says nothing), where it agrees with what the target names for the other side. */
function siblingAmount(
  all: readonly DeclaredContainer[],
  target: DeclaredContainer,
  side: string,
  kind: string,
): JsonValue | undefined {
  const others = all.filter(
    ({ path, value }) => !sameContainer(path, target) && value['image'] === target.value['image'],
  );
  const amounts = new Map<string, JsonValue>();
  for (const { value } of others) {
    const amount = getField(value, ['resources', side, kind]);
    if (amount !== undefined) amounts.set(canonicalJson(amount), amount);
  }
  const [only] = amounts.values();
  if (amounts.size !== 1 || only === undefined) return undefined;
  const other = getField(target.value, ['resources', side === 'limits' ? 'requests' : 'limits', kind]);
  const here = amountOf(only);
  const there = amountOf(other);
  if (here === undefined || (there !== undefined && (side === 'limits' ? here < there : here > there)))
    return undefined;
  return only;
}

function sameContainer(path: DeclaredContainer['path'], target: DeclaredContainer): boolean {
  return JSON.stringify(path) === JSON.stringify(target.path);
}

function amountOf(value: JsonValue | undefined): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? quantity(value) : undefined;
}
