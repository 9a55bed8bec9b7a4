import type { FieldPath } from '../../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { isObject } from '../../../domain/json.ts';
import { replicasOf } from '../../../domain/replicas.ts';
import { SMALLEST_MEMORY, formatBytes } from '../../../domain/quantity.ts';
import type { Answer } from '../../../domain/proposal.ts';
import type { Answers } from '../answers.ts';
import { answersOf, change, replaceField, show } from '../answers.ts';
import type { FieldChange } from '../field-history.ts';
import { formatCommit, lastFieldChange } from '../field-history.ts';
import { containerOf, declaredContainers } from '../pod-template.ts';
import type { DeclaredContainer } from '../pod-template.ts';
import type { ProposeContext, Proposer } from '../proposer.ts';
import type { Bound } from './bounds.ts';
import { defaultMemory, largestNodeMemory, limitRangeMemory, quotaMemoryLeft } from './bounds.ts';
import { heapOf, heapProblem, heldHeap } from './heap-problem.ts';
import type { HeapSize } from './heap-size.ts';
import { bytesLike, bytesOf, meantMebibytes } from './memory-text.ts';

const answers: Answers = answersOf('rule', 'memory');
/** A raise of the limit this short a time ago that did not help shows that memory is not the cause. */
const RECENT_MILLISECONDS = 7 * 24 * 3600 * 1000;
/** A step smaller than this would only move the failure. */
const SMALLEST_STEP = 1.25;

/**
 * Out of memory: the next step above the limit that was in force, by `policy.memory`. Never beyond what the LimitRange, the
 * quota or the largest node allow; not where the limit was raised a short time ago and the container still runs out.
 */
export const memory: Proposer = {
  origin: 'rule',
  name: 'memory',
  causes: ['memory/oom-killed'],
  async propose(context) {
    const container = containerOf(context.declared, context.incident);
    if (!container) return answers.decline('the manifest does not declare this container');
    const limits = limitsOf(container);
    const written = limits?.['memory'];
    if (written === undefined) return addLimit(context, container);
    const limit = bytesOf(written);
    if (limit === undefined) return answers.decline('the limit in the manifest is not a quantity');
    const observed = context.incident.facts.memoryLimit;
    const path = [...container.path, 'resources', 'limits', 'memory'];
    // Parts of a byte are rounded in the status, so amounts this small are not compared.
    if (limit < SMALLEST_MEMORY && (observed ?? limit) < SMALLEST_MEMORY) {
      return unitSlip(context, container, path, written);
    }
    if (observed !== undefined && observed !== limit) {
      return answers.decline(
        `the container ran with ${formatBytes(observed)} while Git says ${show(written)}: Git is not what set the limit that failed`,
      );
    }
    return raise(context, container, path, written, limit);
  },
};

/** Nothing starts in so little: the unit was forgotten or another one was meant, in the request as well. */
function unitSlip(context: ProposeContext, container: DeclaredContainer, path: FieldPath, written: JsonValue): Answer {
  const next = meantMebibytes(written);
  const unknown = `no container starts in ${show(written)} of memory, and how much was meant is not certain`;
  if (next === undefined) return answers.decline(unknown);
  const wanted = bytesOf(next) ?? 0;
  const bounded = withinBounds(context, container, 0, wanted);
  if (bounded !== wanted) return answers.decline(typeof bounded === 'string' ? bounded : unknown);
  const asked = requestOf(container);
  const request = asked === undefined ? undefined : meantMebibytes(asked);
  if (asked !== undefined && (request === undefined || (bytesOf(request) ?? 0) > wanted))
    return answers.decline(unknown);
  const requests = [...container.path, 'resources', 'requests', 'memory'];
  return answers.fix(
    context,
    [
      change(
        context.declared.ref,
        ...replaceField(path, written, next),
        ...(asked === undefined || request === undefined ? [] : replaceField(requests, asked, request)),
      ),
    ],
    `No container starts in ${show(written)} of memory, so the unit is a slip: ${next} is the amount that this number is usually written for.`,
  );
}

async function raise(
  context: ProposeContext,
  container: DeclaredContainer,
  path: FieldPath,
  written: JsonValue,
  limit: number,
): Promise<Answer> {
  const { declared, policy, snapshot } = context;
  const last = await lastFieldChange(context.versions(), declared.ref, path);
  const before = bytesOf(last?.before);
  const recent = last && before !== undefined && isRecent(context, last) ? { ...last, bytes: before } : undefined;
  if (recent && recent.bytes < limit) {
    return answers.decline(
      `the limit was raised from ${show(recent.before)} to ${show(written)} by ${formatCommit(recent.commit)} and the container still runs out of memory`,
    );
  }
  const heap = heapOf(container.value, context.siblings, declared.ref.namespace);
  const lowered = recent && recent.bytes > limit ? recent : undefined;
  const wanted = lowered?.bytes ?? Math.min(limit * policy.memory.factor, policy.memory.ceilingBytes);
  const step = withinBounds(context, container, limit, wanted);
  if (typeof step === 'string') return answers.decline(step);
  const held = lowered !== undefined && (await heldHeap(context, container, path, lowered.before));
  const full = held ? undefined : heapProblem(heap, step);
  if (full !== undefined) return answers.decline(full);
  const ratio = ratioProblem(snapshot, declared.ref.namespace ?? '', container, step);
  if (ratio !== undefined) return answers.decline(ratio);
  const next = lowered && step === lowered.bytes ? (lowered.before ?? written) : bytesLike(step, written);
  const why = lowered
    ? `The memory limit was lowered from ${show(lowered.before)} to ${show(written)} by ${formatCommit(lowered.commit)}, and ${container.name} is killed for going over it: the limit it had before is put back.`
    : `${container.name} is killed for going over its memory limit of ${show(written)}; the next step is ${show(next)}.`;
  return answers.fix(
    context,
    [change(declared.ref, ...replaceField(path, written, next))],
    [why, ...notesOn(container, limit, heap)].join(' '),
  );
}

/** What a reviewer should know beside the step itself. */
function notesOn(container: DeclaredContainer, limit: number, heap: HeapSize | undefined): string[] {
  const notes: string[] = [];
  if (heap && 'bytes' in heap && heap.bytes >= limit) {
    notes.push(
      `Its heap is fixed by ${heap.flag}, which is not below the present limit: the limit could never hold it.`,
    );
  }
  if (bytesOf(requestOf(container)) === limit)
    notes.push('The request stays as it is, so it is no longer equal to the limit.');
  return notes;
}

/** No limit in the manifest: one can only be added where a LimitRange's default is plainly what was in force. */
function addLimit(context: ProposeContext, container: DeclaredContainer): Answer {
  const { declared, incident, snapshot, policy } = context;
  const observed = incident.facts.memoryLimit;
  if (observed === undefined) {
    return answers.decline(
      'the container has no memory limit: the node ran out of memory, or a limit of the whole pod',
    );
  }
  const standard = defaultMemory(snapshot, declared.ref.namespace ?? '');
  if (standard?.bytes !== observed) {
    return answers.decline(`Git sets no memory limit, and what set ${formatBytes(observed)} is not known`);
  }
  const step = withinBounds(
    context,
    container,
    observed,
    Math.min(observed * policy.memory.factor, policy.memory.ceilingBytes),
  );
  if (typeof step === 'string') return answers.decline(step);
  const resources = container.value['resources'];
  const path = [...container.path, 'resources'];
  const text = formatBytes(step);
  const operation = !isObject(resources)
    ? ({ op: 'add', path, value: { limits: { memory: text } } } as const)
    : isObject(resources['limits'])
      ? ({ op: 'add', path: [...path, 'limits', 'memory'], value: text } as const)
      : ({ op: 'add', path: [...path, 'limits'], value: { memory: text } } as const);
  return answers.fix(
    context,
    [change(declared.ref, operation)],
    `${container.name} sets no memory limit and is killed for going over the ${standard.text} that LimitRange ${standard.name} gives by default; it gets a limit of its own, ${text}.`,
  );
}

/** `wanted` where the cluster allows it, else the most it allows, else the reason why there is no step. */
function withinBounds(
  context: ProposeContext,
  container: DeclaredContainer,
  limit: number,
  wanted: number,
): number | string {
  const { snapshot, declared, policy } = context;
  const namespace = declared.ref.namespace ?? '';
  const others = declaredContainers(declared).filter(
    ({ name, list, value }) =>
      name !== container.name && (list === 'containers' || value['restartPolicy'] === 'Always'),
  );
  const beside = others.reduce((sum, other) => sum + (bytesOf(limitsOf(other)?.['memory']) ?? 0), 0);
  const range = limitRangeMemory(snapshot, namespace, container.list === 'containers' ? beside : 0);
  const step = Math.min(wanted, range?.bytes ?? wanted);
  if (step < limit * SMALLEST_STEP) {
    const ceiling: Bound = {
      bytes: policy.memory.ceilingBytes,
      text: `the ceiling is ${formatBytes(policy.memory.ceilingBytes)}`,
    };
    const why = range && range.bytes < ceiling.bytes ? range.text : ceiling.text;
    return `there is no step left above ${formatBytes(limit)}: ${why}`;
  }
  const node = largestNodeMemory(snapshot);
  if (node && step > node.bytes) return `${formatBytes(step)} is more than any node has: ${node.text}`;
  const quota = quotaMemoryLeft(snapshot, namespace);
  const more = (step - limit) * replicasOf(declared, snapshot);
  if (quota && more > quota.bytes) return `${formatBytes(more)} more is not allowed: ${quota.text}`;
  return step;
}

function ratioProblem(
  snapshot: ProposeContext['snapshot'],
  namespace: string,
  container: DeclaredContainer,
  step: number,
): string | undefined {
  const request = bytesOf(requestOf(container));
  if (request === undefined || request === 0) return undefined;
  for (const { metadata, spec } of snapshot.objects.LimitRange) {
    if (metadata.namespace !== namespace) continue;
    for (const { maxLimitRequestRatio } of spec.limits) {
      const ratio = Number(maxLimitRequestRatio?.['memory'] ?? Number.NaN);
      if (step / request > ratio)
        return `LimitRange ${metadata.name} allows a limit of at most ${ratio} times the request`;
    }
  }
  return undefined;
}

function isRecent(context: ProposeContext, { commit }: FieldChange): boolean {
  return Date.parse(context.snapshot.takenAt) - Date.parse(commit.committedAt) <= RECENT_MILLISECONDS;
}

function limitsOf(container: DeclaredContainer): JsonObject | undefined {
  const resources = container.value['resources'];
  const limits = isObject(resources) ? resources['limits'] : undefined;
  return isObject(limits) ? limits : undefined;
}

function requestOf(container: DeclaredContainer): JsonValue | undefined {
  const resources = container.value['resources'];
  const requests = isObject(resources) ? resources['requests'] : undefined;
  return isObject(requests) ? requests['memory'] : undefined;
}
