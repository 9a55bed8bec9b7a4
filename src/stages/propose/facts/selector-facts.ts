import { getField } from '../../../domain/field-path.ts';
import type { ObjectRef } from '../../../domain/object-ref.ts';
import { formatRef, sameObject } from '../../../domain/object-ref.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import { listOf } from '../answers.ts';
import { objectIn } from '../field-history.ts';
import type { ProposeContext } from '../proposer.ts';
import { belongsTo } from '../missing-names.ts';
import { selectedUntil } from '../rules/service-selector.ts';
import { isNear } from '../similar.ts';
import { labelledPods } from '../labelled-pods.ts';
import { selectorMatches, texts, workloadsIn } from '../workloads.ts';
import type { Edited } from './edited.ts';
import { siblingsAfter } from './edited.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Why a Service's new selector is not the answer: no pod template carries it; the labels that are written were those of a
 * workload that Git had; or the pods are another workload's, which has a Service of its own.
 */
export async function selectorFact(edited: readonly Edited[], context: ProposeContext): Promise<string | undefined> {
  const after = { ...context, siblings: siblingsAfter(edited, context) };
  for (const one of edited) {
    if (one.before.ref.kind !== 'Service' || !one.leaves.some(({ path }) => path[1] === 'selector')) continue;
    const fact = await judge(one, after, context);
    if (fact !== undefined) return fact;
  }
  return undefined;
}

async function judge(
  { before, after: { ref, object } }: Edited,
  after: ProposeContext,
  context: ProposeContext,
): Promise<string | undefined> {
  const [was, next] = [selectorOf(before), selectorOf({ ref, object })];
  // Without a selector the endpoints are made by people or an operator.
  if (Object.keys(next).length === 0) return `${formatRef(ref)} would select no pods at all`;
  const behind = workloadsIn(after, ref.namespace ?? '').filter(({ labels }) => selectorMatches(next, labels));
  if (behind.length === 0 && !labelledPods(after, ref.namespace ?? '', next)) {
    const pairs = Object.entries(next).map(([key, value]) => `${key}=${value}`);
    return `no pod template of the namespace carries ${listOf(pairs)}`;
  }
  const until = sameObject(ref, context.declared.ref) ? await selectedUntil(context, was) : undefined;
  if (until !== undefined)
    return (await selectedThis(ref, next, context))
      ? undefined
      : `the Service selected pods until ${until}: the selector is not misspelt`;
  const strangers = behind.filter((one) => isStrangers(one, { ref, was, next }, after));
  const [stranger] = strangers;
  if (stranger === undefined || strangers.length < behind.length) return undefined;
  return (await selectedThis(ref, next, context))
    ? undefined
    : `its pods would be those of ${formatRef(stranger.ref)}, which has a Service of its own`;
}

/** Whether another Service selects the pods, and neither the Service's name nor a slip of the pen leads to them. */
function isStrangers(
  { ref: workload, labels }: { readonly ref: ObjectRef; readonly labels: Labels },
  { ref, was, next }: { readonly ref: ObjectRef; readonly was: Labels; readonly next: Labels },
  { siblings, snapshot }: ProposeContext,
): boolean {
  const slip = Object.entries(next).every(([key, value]) => was[key] === value || isNear(was[key] ?? '', value));
  if (slip || belongsTo(ref.name, workload.name) || belongsTo(workload.name, ref.name)) return false;
  const isOther = (name: string, namespace: string | undefined): boolean =>
    namespace === ref.namespace && name !== ref.name;
  const declared = siblings.some(
    (one) =>
      one.ref.kind === 'Service' &&
      isOther(one.ref.name, one.ref.namespace) &&
      selectorMatches(selectorOf(one), labels),
  );
  return (
    declared ||
    snapshot.objects.Service.some(
      ({ metadata, spec }) =>
        isOther(metadata.name, metadata.namespace) && selectorMatches(spec?.selector ?? {}, labels),
    )
  );
}

/** Whether the Service had this very selector in a version before. */
async function selectedThis(ref: ObjectRef, selector: Labels, context: ProposeContext): Promise<boolean> {
  const wanted = Object.entries(selector);
  for await (const version of context.versions()) {
    const then = objectIn(version, ref);
    const had = then && selectorOf(then);
    if (had && Object.keys(had).length === wanted.length && wanted.every(([key, value]) => had[key] === value))
      return true;
  }
  return false;
}

function selectorOf({ object }: RenderedObject): Labels {
  return texts(getField(object, ['spec', 'selector']));
}
