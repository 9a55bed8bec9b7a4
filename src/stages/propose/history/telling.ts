import type { FieldPath } from '../../../domain/field-path.ts';
import { formatFieldPath, getField } from '../../../domain/field-path.ts';
import type { JsonValue } from '../../../domain/json.ts';
import type { Unit } from './units.ts';

const MAX_VALUE = 60;
/** Fields whose values cannot hold a secret by what they are. */
const OPEN =
  /^(?:image|limits|requests|resources|cpu|memory|\w+Probe|httpGet|tcpSocket|grpc|ports|targetPort|containerPort|nodeSelector|selector|replicas|storageClassName|serviceAccountName|serviceAccount|key|name|securityContext|labels)$/;
/** Words of a command line that are shown: an option's name with a plain short value, no credential and no address. */
const PLAIN_WORD = /^-{0,2}[\w.-]{1,30}(?:=[\w.:/-]{1,30})?$/;
const SUSPECT = /pass|secret|token|key|cred|auth|@|[A-Za-z0-9+/_-]{20,}/i;

/** What a field was and is, for a reviewer; the values only where they cannot be secret. */
export function tellChange(unit: Unit): string {
  const field = formatFieldPath(unit.path);
  const from = getField(unit.before, unit.path);
  const to = getField(unit.object.object, unit.path);
  if (from === undefined) return `\`${field}\` was added`;
  if (to === undefined) return `\`${field}\` was removed`;
  const [leaf] = unit.leaves;
  if (unit.leaves.length === 1 && leaf) {
    const before = shown(leaf.path, leaf.to);
    const after = shown(leaf.path, leaf.from);
    if (before !== undefined && after !== undefined) {
      return `\`${formatFieldPath(leaf.path)}\` was changed from \`${before}\` to \`${after}\``;
    }
  }
  return `\`${field}\` was changed`;
}

function shown(path: FieldPath, value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  if (text.length > MAX_VALUE || text.includes('`') || text.includes('\n')) return undefined;
  const inList = path.some((segment) => segment === 'args' || segment === 'command');
  if (inList) return PLAIN_WORD.test(text) && !SUSPECT.test(text) ? text : undefined;
  const inData = path[0] === 'data' || path[0] === 'stringData' || path[0] === 'binaryData';
  const literal = path.some((segment) => segment === 'env') && !path.includes('valueFrom');
  const open = path.some((segment) => typeof segment === 'string' && OPEN.test(segment));
  return open && !inData && !literal ? text : undefined;
}
