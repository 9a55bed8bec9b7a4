import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLParseError } from 'yaml';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import { err, ok } from '../domain/result.ts';
import type { Config } from './config.ts';
import { completeConfig } from './config.ts';
import { problemsOf } from './mistakes.ts';
import { placed } from './place.ts';
import { ConfigFile } from './schema.ts';
import { inWords } from './words.ts';

/** Where Remendo looks when no file is named. */
export const DEFAULT_FILE = 'remendo.yaml';

/**
 * Reads the configuration. Without `file`, `remendo.yaml` in the working directory is used where it exists, and defaults
 * where not. Error codes: `config-missing`, `config-unreadable`, `config-syntax`, `config-invalid`; all problems of the file at once.
 */
export function loadConfig(file: string | undefined): Result<Config, readonly Problem[]> {
  const path = file ?? DEFAULT_FILE;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' && file === undefined) return ok(completeConfig({}));
    return err([whyUnread(path, code, error)]);
  }
  return parseConfig(text, path);
}

/** The same from a text. */
export function parseConfig(text: string, file: string): Result<Config, readonly Problem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = (message: string, offset: number): Problem =>
    problem('config-syntax', message, placed(text, file, lines.linePos(offset)));
  if (document.errors.length > 0) {
    return err(document.errors.slice(0, 5).map((error) => syntax(faultOf(error), error.pos[0])));
  }
  const value = valueOf(document);
  if (!value.ok) return err([syntax(value.error, lostAlias(document) ?? 0)]);
  const parsed = ConfigFile.safeParse(value.value ?? {}, { error: inWords });
  if (parsed.success) return ok(completeConfig(parsed.data));
  return err(problemsOf(parsed.error.issues, { document, lines, text, file }));
}

const UNREAD: Readonly<Record<string, string>> = {
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'lies below something that is a file, not a folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a symbolic link that leads back to itself',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not a text in UTF-8',
};

function whyUnread(file: string, code: string, error: unknown): Problem {
  const place = { file };
  if (code !== 'ENOENT') {
    return problem('config-unreadable', `the configuration ${UNREAD[code] ?? `cannot be read: ${String(error)}`}`, {
      place,
    });
  }
  const hint = 'leave --config out to use remendo.yaml, or none';
  return problem('config-missing', 'there is no such configuration file', { place, hint });
}

/** The parser's sentence, or a plainer one where that speaks of the parser. */
function faultOf({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and a configuration is one document';
  return code === 'DUPLICATE_KEY' ? 'this key stands there twice' : message;
}

/** The document's value; the error is a sentence. An alias without its anchor shows only here, and one of too many. */
function valueOf(document: Document.Parsed): Result<unknown, string> {
  try {
    return ok(document.toJS());
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** Offset of the first alias that no anchor stands before. */
function lostAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}
