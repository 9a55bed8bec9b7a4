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
    const key = path.findLast((segment) => typeof segment === 'string');
    if (value === undefined || value === null || typeof value === 'object' || typeof key !== 'string') continue;
    const written = new RegExp(`(^|[\\s"'{,-])${escape(key)}["']?:\\s*["']?${escape(String(value))}(?![\\w.])`);
    for (const { file, text, owner } of templates(source)) {
      const at = text.split('\n').findIndex((line) => written.test(line));
      if (at >= 0) return `the template ${file}:${at + 1} of ${owner} sets it as a constant`;
    }
  }
  return undefined;
}

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
