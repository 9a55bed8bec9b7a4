import type { Operation } from '../../../src/domain/change.ts';
import { applyOperations } from '../../../src/domain/change.ts';
import type { FieldPath, Segment } from '../../../src/domain/field-path.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';
import type { Pick } from './written-yaml.ts';
import { someKey, someScalar, someValue } from './written-yaml.ts';

/** Up to four operations that can be applied to `value` one after the other. */
export function someOperations(value: JsonValue, pick: Pick): Operation[] {
  const operations: Operation[] = [];
  let current = value;
  for (let left = pick(4) + 1; left > 0; left--) {
    const operation = someOperation(current, pick);
    if (!operation) continue;
    const applied = applyOperations({ root: current }, [{ ...operation, path: ['root', ...operation.path] }]);
    if (!applied.ok) continue;
    operations.push(operation);
    current = applied.value.object['root'] ?? null;
  }
  return operations;
}

function someOperation(value: JsonValue, pick: Pick): Operation | undefined {
  const path: Segment[] = [];
  let node = value;
  for (let depth = pick(5) + 1; depth > 0; depth--) {
    if (isArray(node) && node.length > 0) {
      const index = pick(node.length);
      const item = node[index] ?? null;
      const name = isObject(item) ? item['name'] : undefined;
      path.push(typeof name === 'string' && name !== '' && pick(2) === 0 ? { key: 'name', value: name } : index);
      node = item;
    } else if (isObject(node) && Object.keys(node).length > 0) {
      const key = Object.keys(node)[pick(Object.keys(node).length)] ?? '';
      path.push(key);
      node = node[key] ?? null;
    } else break;
  }
  return operationAt(path, node, pick);
}

function operationAt(path: FieldPath, node: JsonValue, pick: Pick): Operation | undefined {
  const kind = pick(8);
  if (kind < 2 && path.length > 0) return { op: 'replace', path, value: someScalar(pick) };
  if (kind === 2 && path.length > 0) return { op: 'replace', path, value: someValue(pick, 2) };
  if (kind < 5 && path.length > 0) return { op: 'remove', path };
  if (kind === 5) return { op: 'test', path, value: node };
  if (isArray(node)) {
    if (pick(2) === 0) return { op: 'add', path: [...path, pick(node.length + 1)], value: someValue(pick, 1) };
    const name = `new${pick(3)}`;
    return { op: 'add', path: [...path, { key: 'name', value: name }], value: { name, value: someScalar(pick) } };
  }
  if (isObject(node)) return { op: 'add', path: [...path, someKey(pick)], value: someValue(pick, 2) };
  return undefined;
}
