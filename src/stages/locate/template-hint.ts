import { posix } from 'node:path';
import type { Operation } from '../../domain/change.ts';
import { getField } from '../../domain/field-path.ts';
import type { RenderedObject } from '../../domain/source.ts';
import { archiveFiles } from './archive.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { RenderedSource } from './render.ts';

/** Where a chart's template seems to hold the value as a constant: `the chart's template x.yaml:12 sets it as a constant`. */
export function templateHint({
  source,
  declared,
  operations,
}: {
  readonly source: RenderedSource;
  readonly declared: RenderedObject;
  readonly operations: readonly Operation[];
}): string | undefined {
  if (source.type !== 'Helm') return undefined;
  for (const { path } of operations) {
    const value = getField(declared.object, path);
    const key = path.at(-1);
    if (value === undefined || value === null || typeof value === 'object' || key === undefined) continue;
    // An item of a list has no key: only a text of some length can be told from others.
    const before = typeof key === 'string' ? `${escape(key)}["']?:\\s*` : '';
    if (before === '' && String(value).length < SHORTEST_ITEM) continue;
    const written = new RegExp(`(^|[\\s"'{[,-])${before}["']?${escape(String(value))}(?![\\w.])`);
    for (const { file, text, owner } of templates(source)) {
      const at = text.split('\n').findIndex((line) => written.test(line));
      if (at >= 0) return `the template ${file}:${at + 1} of ${owner} sets it as a constant`;
    }
  }
  return undefined;
}

const SHORTEST_ITEM = 5;

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Templates of the chart and of the charts in it, packed ones too. */
function* templates({ request, inputs }: RenderedSource): Generator<{ file: string; text: string; owner: string }> {
  const { checkout, path: folder, source } = request;
  const registry = source.chart === undefined ? undefined : `the chart ${source.chart} of a registry`;
  for (const { repoURL, path } of inputs) {
    if (repoURL !== checkout.repoURL) continue;
    if (/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(path)) {
      const inner = /^charts\/([^/]+)\//.exec(posix.relative(folder, path))?.[1];
      const owner = registry ?? (inner === undefined ? 'the chart' : `the vendored chart ${inner}`);
      yield { file: path, text: readSource(checkout, NO_OVERLAY, path) ?? '', owner };
    } else if (path.endsWith('.tgz')) {
      for (const [member, text] of archiveFiles(checkout, path)) {
        if (/\/templates\/.*\.(ya?ml|tpl)$/.test(member))
          yield { file: member, text, owner: `the packed chart ${path}` };
      }
    }
  }
}
