import type { Logger } from 'pino';
import type { Redact } from '../../domain/redact.ts';
import type { Log } from '../../ports/log.ts';
import { prettyLine } from './pretty.ts';
import { scrub } from './scrub.ts';

/** What is logged, where to, and what it passes first. */
export interface LogOptions {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Where lines go, such as `process.stderr`. */
  readonly destination: { write(line: string): unknown };
  /** Short lines for a terminal instead of JSON. */
  readonly pretty?: boolean;
  readonly redact: Redact;
}

/**
 * Structured logging on pino: one JSON line a record with `level` as a word and `time` in RFC 3339. Message, fields at
 * every depth and errors pass the redactor before pino sees them; pino's own path redaction does not reach those.
 * pino is loaded here, so that commands that log nothing do not pay for it.
 */
export async function createLog({ level, destination, pretty = false, redact }: LogOptions): Promise<Log> {
  // By its default: a bundler gives a CommonJS package no other name.
  const { default: pino } = await import('pino');
  const stream = pretty ? { write: (line: string) => void destination.write(prettyLine(line)) } : destination;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        // The last gate: whatever reaches pino as text is scrubbed, also by a call that did not come through below.
        logMethod(args, method) {
          const clean = args.map((arg) => (typeof arg === 'string' ? redact(arg) : arg));
          method.apply(this, [clean[0] ?? '', ...clean.slice(1)] as typeof args);
        },
      },
    },
    { write: (line: string) => void stream.write(line) },
  );
  return wrap(logger, redact);
}

function wrap(logger: Logger, redact: Redact): Log {
  const fieldsOf = (fields: object): object => {
    const clean = scrub(fields, redact);
    const named = fields instanceof Error ? { err: clean } : clean;
    return typeof named === 'object' && named !== null && !Array.isArray(named) ? named : { value: named };
  };
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (logger.isLevelEnabled(level)) logger[level](fieldsOf(fields), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(fieldsOf(fields)), redact),
  };
}
