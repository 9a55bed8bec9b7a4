import { REDACTED } from './secret-value.ts';

const DOCUMENT_BREAK = /^(?=---(?:\s|$))/m;
const KIND = /^([+-]?)([ \t]*)(?:- )?kind:[ \t]*["']?Secret["']?[ \t]*(?:#.*)?$/m;
const FLOW_DATA = /("(?:data|stringData)"[ \t\r\n]*:[ \t\r\n]*\{)([^{}]*)(\})/g;

/** Hides the values below `data` and `stringData` of Secret manifests in a text of YAML or JSON documents. */
export function redactSecretDocuments(text: string): string {
  if (!text.includes('Secret') || !text.includes('ata')) return text;
  const json = /"kind"[ \t\r\n]*:[ \t\r\n]*"Secret"/.test(text) ? text.replace(FLOW_DATA, hideFlow) : text;
  if (!KIND.test(json)) return json;
  return json
    .split(DOCUMENT_BREAK)
    .map((document) => (KIND.test(document) ? hideBlocks(document) : document))
    .join('');
}

function hideFlow(_: string, head: string, body: string, tail: string): string {
  return head + body.replace(/(:[ \t]*)("(?:[^"\\]|\\.)+")/g, `$1"${REDACTED}"`) + tail;
}

function indentOf(line: string): number {
  return /^[+-]?[ \t]*/.exec(line)?.[0].length ?? 0;
}

/** Goes through a document line by line; below `data:` every value, of one line or of many, is hidden. */
function hideBlocks(document: string): string {
  const out: string[] = [];
  let block = -1;
  let entry = -1;
  for (const line of document.split('\n')) {
    const head = /^([+-]?[ \t]*(?:- )?)["']?(?:data|stringData)["']?:[ \t]*(.*)$/.exec(line);
    if (head) {
      block = indentOf(line);
      entry = -1;
      const [, , flow = ''] = head;
      const shown = flow.startsWith('{') ? flow.replace(/([:][ \t]+)([^,{}]+)/g, `$1${REDACTED}`) : flow;
      out.push(`${line.slice(0, line.length - flow.length)}${shown}`);
      continue;
    }
    if (block >= 0 && line.trim() !== '' && indentOf(line) <= block) block = -1;
    if (block < 0) {
      out.push(line);
      continue;
    }
    const indent = indentOf(line);
    const pair = /^([+-]?[ \t]*["']?[\w.-]+["']?:)(?:[ \t]+(.*))?$/.exec(line);
    if (pair && (entry < 0 || indent <= entry)) {
      entry = indent;
      out.push(pair[2] ? `${pair[1]} ${REDACTED}` : line);
    } else if (entry < 0 || indent <= entry || line.trim() === '') out.push(line);
  }
  return out.join('\n');
}
