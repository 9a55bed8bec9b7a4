import { deepEqual } from '../../domain/json.ts';
import { counterpart, valueIn } from './counterpart.ts';
import type { Goal } from './goal.ts';
import type { Candidate, Session } from './session.ts';

/**
 * Whether a field carries what a candidate writes. A chart that says `{{ if eq .Values.size "small" }}16Mi{{ else }}64Mi{{ end }}`
 * renders the wanted 64Mi with any other text as the size; a value that is written there would be nonsense.
 */
export async function isCarried(
  session: Session,
  { declared, operations }: Goal,
  { control }: Candidate,
): Promise<boolean> {
  const [operation, ...more] = operations;
  if (!control || !operation || more.length > 0 || !('value' in operation)) return true;
  const rendered = await session.renderWith(control);
  if (!rendered.ok) return true;
  const now = counterpart(session.base.objects, rendered.value.objects, declared, operation.path);
  return !deepEqual(valueIn(now, declared, operation.path) ?? null, operation.value);
}
