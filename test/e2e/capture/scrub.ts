import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { isArray, isObject } from '../../../src/domain/json.ts';
import type { Hosts } from './registries.ts';

/** Every fixture is taken at this moment, so that its expectation needs no times. */
const TAKEN_AT = Date.parse('2026-03-01T12:00:00Z');
const NAMESPACE = 'shop';

export interface Machine {
  readonly namespace: string;
  readonly takenAt: string;
  readonly hosts: Hosts;
  /** Folder of the run: below it are the kubelet's and the runtime's own files. */
  readonly directory: string;
}

/**
 * Objects as any other machine would have given them: names of hosts instead of addresses, one namespace, one time, ids
 * and addresses numbered in the order in which they are met.
 */
export function scrub(objects: readonly JsonObject[], machine: Machine): readonly JsonObject[] {
  const numbered = (make: (n: number) => string): ((text: string) => string) => {
    const known = new Map<string, string>();
    return (text) => {
      const made = known.get(text) ?? make(known.size + 1);
      known.set(text, made);
      return made;
    };
  };
  const uid = numbered((n) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`);
  const address = numbered((n) => `10.0.0.${n}`);
  const port = numbered((n) => String(40_000 + n));
  const id = numbered((n) => String(n).padStart(64, '0'));
  const shift = TAKEN_AT - Math.floor(Date.parse(machine.takenAt) / 1000) * 1000;

  function text(value: string): string {
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value)) {
      const moved = new Date(Date.parse(value) + shift).toISOString();
      return value.includes('.') ? moved : moved.replace('.000Z', 'Z');
    }
    const named = machine.hosts.reduce((said, [name, host]) => said.replaceAll(host, name), value);
    return named
      .replaceAll(machine.namespace, NAMESPACE)
      .replaceAll(`${machine.directory}/kubelet`, '/var/lib/kubelet')
      .replaceAll(machine.directory, '/run/node')
      .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, uid)
      .replaceAll(/(?<!sha256:)\b[0-9a-f]{64}\b/g, id)
      .replaceAll(/\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/g, address)
      .replaceAll(/(?<=\d\.\d{1,3}:)\d{5}\b/g, port)
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\b/g, '2026-03-01T12:00:00Z');
  }

  function walk(value: JsonValue): JsonValue {
    if (typeof value === 'string') return text(value);
    if (isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, walk(item)]])),
    );
  }
  return objects.map((object) => walk(object) as JsonObject);
}
