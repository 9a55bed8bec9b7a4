import type { Problem } from '../problem.ts';
import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import { problemAt } from './problems.ts';

/** One document of a stream that has content: where its text is, without the `---` line before it. */
export interface Chunk {
  /** Position among the documents that have content. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** 1-based line of the stream where the chunk begins. */
  readonly firstLine: number;
}

/** Larger files are not read: 20 MiB is far above what etcd takes for an object and Git forges show as text. */
const MAX_TEXT = 20 * 1024 * 1024;

/**
 * Splits a stream without parsing it. `---` at the start of a line always ends a document in YAML, also inside block
 * and quoted scalars, so lines are enough. As in Kubernetes' reader (apimachinery/pkg/util/yaml/decoder.go), only
 * blanks or a comment may follow `---`. Documents without content (blanks, comments, or nothing but `null`) have no
 * index, since Argo CD and kubectl skip them. Error codes: `yaml-syntax`, `yaml-too-large`.
 */
export function splitDocuments(text: string, file?: string): Result<Chunk[], Problem> {
  if (text.length > MAX_TEXT) {
    return err(problemAt('yaml-too-large', `the file has more than ${MAX_TEXT} characters`, { text, offset: 0, file }));
  }
  const chunks: Chunk[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  let firstLine = 1;
  let line = 0;
  const close = (end: number): void => {
    if (hasContent(text.slice(start, end))) chunks.push({ index: chunks.length, start, end, firstLine });
  };
  for (let at = start; at >= 0 && at < text.length; at = nextLine(text, at)) {
    line++;
    if (!text.startsWith('---', at)) continue;
    const lineEnd = nextLine(text, at);
    const rest = text.slice(at + 3, lineEnd < 0 ? text.length : lineEnd);
    if (!/^(?:[ \t]+#.*|[ \t]*)\r?\n?$/.test(rest)) {
      const hint = 'put the content on the line after ---';
      return err(problemAt('yaml-syntax', 'Kubernetes accepts nothing behind ---', { text, offset: at, file }, hint));
    }
    close(at);
    start = lineEnd < 0 ? text.length : lineEnd;
    firstLine = line + 1;
  }
  close(text.length);
  return ok(chunks);
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? -1 : end + 1;
}

function hasContent(text: string): boolean {
  const content = /^(?!\.\.\.[ \t]*$)[ \t]*([^\s#].*)$/gm;
  let only = '';
  for (let match = content.exec(text); match; match = content.exec(text)) {
    const line = (match[1] ?? '').replace(/[ \t]#.*$/, '').trim();
    if (only !== '' || !/^(?:~|null|Null|NULL)$/.test(line)) return true;
    only = line;
  }
  return false;
}
