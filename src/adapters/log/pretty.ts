import { isObject } from '../../domain/json.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/**
 * A log line (JSON, as pino writes it) for a person at a terminal: time, level, message, then the fields. What a terminal
 * would obey (fields quote clusters and servers) is shown as an escape.
 */
export function prettyLine(line: string): string {
  let record: JsonValue;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isObject(record)) return line;
  const { time, level, msg, pid: _pid, hostname: _hostname, ...fields } = record;
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const said = `${typeof msg === 'string' ? msg : ''}${formatFields(fields)}`;
  return `${clock} ${(typeof level === 'string' ? level : '').padEnd(5)} ${said.replaceAll(/[\p{Cc}\p{Cf}]/gu, escaped)}\n`;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

function formatFields(fields: JsonObject): string {
  return Object.entries(fields)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('');
}
