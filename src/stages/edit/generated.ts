import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import { problemAt } from '../../domain/yaml/problems.ts';
import { readChunk } from '../../domain/yaml/read.ts';
import { splitDocuments } from '../../domain/yaml/split.ts';

/** What tools and people write above files that are made from something else (Go's `Code generated` rule, `@generated`). */
const MARKERS =
  /code generated\b|@generated\b|\bdo not (?:edit|modify)\b|\bauto(?:matically|-| )?generated\b|\b(?:is|was) generated (?:by|from|with)\b/i;
/** What `helm template` writes above each document. */
const HELM_SOURCE = /^# Source: \S+\/(?:templates|charts|crds)\//m;

/**
 * Why a file must not be edited by its text: it is generated (a marker in the comments at its head, or `helm template`
 * output), or a part of it is a template. Error codes: `generated-file`, `yaml-template`.
 */
export function refuseText(text: string, file: string): Problem | undefined {
  const helm = HELM_SOURCE.exec(text);
  const head = headComments(text);
  const marker = MARKERS.exec(head);
  const offset = marker ? text.indexOf(marker[0]) : helm?.index;
  if (offset !== undefined) {
    const hint = 'change what the file is made from';
    return problemAt('generated-file', 'the file says that it is generated', { text, offset, file }, hint);
  }
  return text.includes('{{') ? refuseTemplate(text, file) : undefined;
}

/** Comment lines before the first line of content. */
function headComments(text: string): string {
  const lines: string[] = [];
  for (const line of text.slice(0, 8192).split('\n')) {
    const content = line.replace('\uFEFF', '').trim();
    if (content.startsWith('#')) lines.push(line);
    else if (content !== '' && content !== '---') break;
  }
  return lines.join('\n');
}

/** Only documents with `{{` are read: quoted braces are ordinary text, a template shows itself in the YAML around it. */
function refuseTemplate(text: string, file: string): Problem | undefined {
  const chunks = splitDocuments(text, file);
  if (!chunks.ok) return undefined;
  for (const chunk of chunks.value) {
    if (!text.slice(chunk.start, chunk.end).includes('{{')) continue;
    const document = readChunk(text, chunk, file);
    if (!document.ok && document.error.code === 'yaml-template') return document.error;
  }
  return undefined;
}

/**
 * Why a file must not be edited by its path: a template of a Helm chart (`templates/` beside a Chart.yaml), a template
 * by its name, or the output of Argo CD's source hydrator. Error codes: `yaml-template`, `generated-file`.
 */
export function refusePath(path: string, read: (path: string) => string | undefined): Problem | undefined {
  const place = { file: path };
  const parts = path.split('/');
  const chart = parts.some((part, i) => {
    return (
      part === 'templates' && i < parts.length - 1 && read([...parts.slice(0, i), 'Chart.yaml'].join('/')) !== undefined
    );
  });
  if (chart || /\.(?:tpl|gotmpl|tmpl|j2|jinja2?)$/.test(path)) {
    const hint = 'change the values that the template reads';
    return problem('yaml-template', 'the file is a template, not YAML', { place, hint });
  }
  if (read([...parts.slice(0, -1), 'hydrator.metadata'].join('/')) === undefined) return undefined;
  const hint = 'change the dry source that it is made from';
  return problem('generated-file', 'the file is the output of a source hydrator', { place, hint });
}
