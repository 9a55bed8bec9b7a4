import type { Change } from '../../../domain/change.ts';
import { applyOperations } from '../../../domain/change.ts';
import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, fromPointer, getField, parseFieldPath, toPointer } from '../../../domain/field-path.ts';
import { matchesFieldPattern } from '../../../domain/field-pattern.ts';
import type { JsonValue } from '../../../domain/json.ts';
import { deepEqual } from '../../../domain/json.ts';
import type { Redact } from '../../../domain/redact.ts';
import type { RenderedObject } from '../../../domain/source.ts';
import type { ProposeContext } from '../proposer.ts';
import type { ModelAnswer, ModelChange, ModelOperation } from './answer.ts';
import { MOST_OPERATIONS } from './answer.ts';
import type { Earlier } from './earlier.ts';
import type { Known } from './known.ts';
import { createKnown } from './known.ts';
import { readOperand } from './operand.ts';
import { sensitiveReason } from './sensitive.ts';
import { credentialReason, valueReason } from './value-reason.ts';

/** What an answer is held against. */
export interface JudgeContext {
  readonly context: ProposeContext;
  readonly shown: readonly RenderedObject[];
  readonly earlier: Earlier;
  readonly redact: Redact;
}

/** What is left of a model's answer: changes that may be tried, or why there are none. */
export type Verdict = { readonly changes: readonly Change[] } | { readonly refused: string };

/** One operation that was found good: as it was meant, by merge keys, with the value that stands there now. */
interface Sound {
  readonly op: ModelOperation['op'];
  readonly path: FieldPath;
  readonly present: JsonValue | undefined;
  readonly next: JsonValue | undefined;
}

/** Says what is wrong with an answer. */
const refused = (reason: string): Verdict => ({ refused: reason });

/**
 * Turns a model's fix into Changes, or says what is wrong with it. A model widens nothing: objects must have been shown,
 * evidence must exist, fields must be allowed and there, and values may not bring in anything unknown.
 */
export async function judge(answer: ModelAnswer, judging: JudgeContext): Promise<Verdict> {
  const known = new Set(judging.context.incident.evidence.map(({ id }) => id));
  const invented = answer.evidence.find((id) => !known.has(id));
  if (invented !== undefined) return refused(`it cites evidence ${invented.slice(0, 40)}, which does not exist`);
  if (answer.evidence.length === 0) return refused('it cites no evidence');
  const count = answer.changes.reduce((sum, { operations }) => sum + operations.length, 0);
  if (count === 0) return refused('it says "fix" and changes nothing');
  if (count > MOST_OPERATIONS) return refused(`it makes ${count} operations, and ${MOST_OPERATIONS} are allowed`);
  const trusted = createKnown(judging.context, judging.earlier);
  const changes: Change[] = [];
  for (const change of answer.changes) {
    const judged = await judgeChange(change, judging, trusted);
    if (typeof judged === 'string') return refused(judged);
    if (changes.some(({ object }) => deepEqual({ ...object }, { ...judged.object }))) {
      return refused('it changes one object in two places of the answer');
    }
    changes.push(judged);
  }
  return { changes };
}

async function judgeChange(change: ModelChange, judging: JudgeContext, known: Known): Promise<Change | string> {
  const { kind, namespace, name } = change.object;
  const label = `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`.slice(0, 200);
  const hits = judging.shown.filter(
    ({ ref }) => ref.kind === kind && ref.name === name && (namespace === null || ref.namespace === namespace),
  );
  const [target] = hits;
  if (!target) return `it changes ${label}, which was not shown to it`;
  if (hits.length > 1) return `it changes ${label}, and there are several of that name`;
  const { policy } = judging.context;
  if (kind === 'Secret' || !policy.guardrails.kinds.includes(kind))
    return `it changes a ${kind}, which the guardrails do not allow`;
  if (change.operations.length === 0) return `it names ${label} and does nothing to it`;
  const sound: Sound[] = [];
  for (const operation of change.operations) {
    const judged = await judgeOperation(operation, target, judging, known);
    if (typeof judged === 'string') return judged;
    sound.push(judged);
  }
  const made: Change = { object: target.ref, operations: sound.flatMap(withGuard) };
  const applied = applyOperations(target.object, made.operations);
  return applied.ok ? made : `its operations cannot be applied together: ${applied.error.message}`;
}

async function judgeOperation(
  { op, field, value }: ModelOperation,
  target: RenderedObject,
  judging: JudgeContext,
  known: Known,
): Promise<Sound | string> {
  const { earlier, context } = judging;
  const path = locate(target, field);
  if (typeof path === 'string') return path;
  const shownField = formatFieldPath(path);
  if (!context.policy.guardrails.fields.some((pattern) => matchesFieldPattern(pattern, path))) {
    return `${shownField} is not among the fields that the guardrails allow`;
  }
  const present = getField(target.object, path);
  if (present === undefined && op !== 'add') return `there is no ${shownField} to ${op}`;
  const operand = op === 'remove' ? { value: undefined } : readOperand(value ?? 'null', present, path);
  if (typeof operand === 'string') return `${shownField}: ${operand}`;
  const next = operand.value;
  if (deepEqual(present, next)) return `${shownField} has this value already`;
  const hidden = credentialReason(path, present, next, judging.redact);
  if (hidden !== undefined) return hidden;
  // What people declared before may come back; anything else is looked at closely.
  if (!earlier.hadBefore(target.ref, path, next)) {
    const sensitive = sensitiveReason(path, present, next);
    if (sensitive !== undefined) return sensitive;
    const strange = await valueReason(path, next, known, context.signal);
    if (strange !== undefined) return `${shownField}: ${strange}`;
  }
  return { op: present === undefined ? op : op === 'add' ? 'replace' : op, path, present, next };
}

/** The field that a model means, by merge keys; a sentence where there is none. */
function locate(target: RenderedObject, field: string): FieldPath | string {
  const parsed = parseFieldPath(field);
  if (!parsed.ok) return `${JSON.stringify(field.slice(0, 100))} is no field path`;
  const pointer = toPointer(target.object, parsed.value);
  if (!pointer.ok) return pointer.error.message.slice(0, 300);
  return fromPointer(target.object, pointer.value);
}

/** Every change of something that is there relies on what it is now. */
function withGuard({ op, path, present, next }: Sound): Change['operations'] {
  const guard = present === undefined ? [] : [{ op: 'test' as const, path, value: present }];
  if (op === 'remove' || next === undefined) return [...guard, { op: 'remove', path }];
  return [...guard, { op, path, value: next }];
}
