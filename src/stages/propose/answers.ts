import type { Change, Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import type { JsonValue } from '../../domain/json.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Declined, Fix, Origin } from '../../domain/proposal.ts';
import type { ProposeContext } from './proposer.ts';

const MAX_EVIDENCE = 5;

/** The two answers of one source, with its origin and name filled in. */
export interface Answers {
  fix(context: ProposeContext, changes: readonly Change[], rationale: string): Fix;
  decline(reason: string): Declined;
}

/** Makes the answers of one source of fixes; `name` is the rule or pattern that speaks, as reports show it. */
export function answersOf(origin: Origin, name: string): Answers {
  return {
    fix: ({ incident }, changes, rationale) => ({
      kind: 'fix',
      origin,
      name,
      rationale,
      changes,
      evidence: incident.evidence.slice(0, MAX_EVIDENCE).map(({ id }) => id),
    }),
    decline: (reason) => ({ kind: 'declined', origin, name, reason }),
  };
}

/** A change of one object's fields. */
export function change(object: ObjectRef, ...operations: readonly Operation[]): Change {
  return { object, operations };
}

/** Replaces a scalar, guarded by the value that it has now. */
export function replaceField(path: FieldPath, before: JsonValue, after: JsonValue): Operation[] {
  return [
    { op: 'test', path, value: before },
    { op: 'replace', path, value: after },
  ];
}

/** `a, b and c`, each in code marks. */
export function listOf(items: readonly string[], max = 5): string {
  const shown = items.slice(0, max).map((item) => `\`${item}\``);
  if (items.length > max) shown.push(`${items.length - max} more`);
  const last = shown.pop() ?? 'none';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** A value in a sentence: text as it is, anything else as JSON. */
export function show(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? 'nothing' : canonicalJson(value);
}
