import { Composer, Parser } from 'yaml';
import type { JsonValue } from '../json.ts';
import type { Problem } from '../problem.ts';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import { compose, ComposeError } from './compose.ts';
import type { Range, YamlNode } from './node.ts';
import { problemAt } from './problems.ts';
import type { Chunk } from './split.ts';
import { splitDocuments } from './split.ts';
import { valueOf } from './value.ts';

/** One document of a YAML or JSON stream. Node offsets count from `range[0]`, that is: into `source`. */
export interface YamlDocument {
  /** Position among the documents of the stream that have content (see `splitDocuments`). */
  readonly index: number;
  readonly value: JsonValue;
  /** Where the document is in the stream's text, without its `---` line. */
  readonly range: Range;
  /** The document's own text: the stream's text cut at `range`. */
  readonly source: string;
  readonly root: YamlNode;
  /** 1-based line of the stream where `source` begins. */
  readonly firstLine: number;
}

/** Options that leave every scalar a string: types are given by `resolvePlain`, as Kubernetes gives them. */
const OPTIONS = {
  schema: 'failsafe',
  keepSourceTokens: true,
  uniqueKeys: false,
  resolveKnownTags: false,
  merge: false,
  strict: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/**
 * Reads all documents of a stream as Kubernetes sees them. Documents without content are left out and not counted.
 * Error codes: `yaml-syntax`, `yaml-duplicate-key`, `yaml-template`, `yaml-too-large`, `yaml-alias-bomb`,
 * `yaml-not-json`; the place is in `file`.
 */
export function readDocuments(text: string, file?: string): Result<YamlDocument[], Problem> {
  const chunks = splitDocuments(text, file);
  if (!chunks.ok) return chunks;
  const documents: YamlDocument[] = [];
  for (const chunk of chunks.value) {
    const document = readChunk(text, chunk, file);
    if (!document.ok) return document;
    documents.push(document.value);
  }
  return ok(documents);
}

/** Reads one document of a stream that `splitDocuments` found, and only that one. */
export function readChunk(text: string, chunk: Chunk, file?: string): Result<YamlDocument, Problem> {
  const source = text.slice(chunk.start, chunk.end);
  const fail = (code: string, offset: number, message: string, hint?: string): Result<never, Problem> =>
    err(problemAt(code, message, { text, offset: chunk.start + offset, file }, hint));
  const odd = UNREADABLE.exec(source);
  if (odd) {
    const hint = 'write it as an escape in double quotes';
    return fail(
      'yaml-syntax',
      odd.index,
      'there is a character that Kubernetes refuses or takes for a line break',
      hint,
    );
  }
  // Kubernetes' line reader ends every line, the last one too; a block scalar at the end of the file shows it.
  const finished = source.endsWith('\n') ? source : `${source}\n`;
  try {
    const [document, second] = [...new Composer(OPTIONS).compose(new Parser().parse(finished), true, source.length)];
    const [error] = document?.errors ?? [];
    if (error?.message.includes('call stack')) return fail('yaml-too-large', 0, TOO_DEEP);
    if (!document || error) {
      const template = /\{\{|\{%/.exec(source);
      if (template) return fail('yaml-template', template.index, 'this is a template, not YAML', TEMPLATE_HINT);
      return fail('yaml-syntax', error?.pos[0] ?? 0, error?.message ?? 'this is not YAML');
    }
    if (second)
      return fail('yaml-syntax', second.range[0], 'Kubernetes does not read what follows the end of a document');
    const root = compose(document.contents, source);
    return ok({
      index: chunk.index,
      value: valueOf(root),
      range: [chunk.start, chunk.end],
      source,
      root,
      firstLine: chunk.firstLine,
    });
  } catch (error) {
    if (error instanceof ComposeError) {
      return fail(error.code, error.offset, error.message, error.code === 'yaml-template' ? TEMPLATE_HINT : undefined);
    }
    if (error instanceof RangeError) return fail('yaml-too-large', 0, TOO_DEEP);
    throw error;
  }
}

/** Control characters, lone surrogates, and the line breaks of YAML 1.1 other than LF and CRLF (readerc.go). */
const UNREADABLE =
  // oxlint-disable-next-line no-control-regex
  /\r(?!\n)|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const TOO_DEEP = 'the document is nested too deeply';
const TEMPLATE_HINT = 'change the values that the template reads, not the template';
