import { isObject } from '../../domain/json.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** A log line (JSON, as pino writes it) for a person at a terminal: time, level, message, then the fields. */
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
  return `${clock} ${(typeof level === 'string' ? level : '').padEnd(5)} ${typeof msg === 'string' ? msg : ''}${formatFields(fields)}\n`;
}

function formatFields(fields: JsonObject): string {
  return Object.entries(fields)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('');
}
