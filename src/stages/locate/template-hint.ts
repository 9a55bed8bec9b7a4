import { getField } from '../../domain/field-path.ts';
import { NO_OVERLAY, readSource } from './files.ts';
import type { Operation } from '../../domain/change.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { RenderedSource } from './render.ts';

/** Where a chart's own template seems to hold the value as a constant: `the template x.yaml:12 sets it`. */
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
  const { checkout } = source.request;
  for (const { path } of operations) {
    const value = getField(declared.object, path);
    const key = path.findLast((segment) => typeof segment === 'string');
    if (value === undefined || value === null || typeof value === 'object' || typeof key !== 'string') continue;
    for (const input of source.inputs) {
      if (input.repoURL !== checkout.repoURL || !/(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(input.path)) continue;
      const lines = (readSource(checkout, NO_OVERLAY, input.path) ?? '').split('\n');
      const at = lines.findIndex((line) => line.includes(`${key}:`) && line.includes(String(value)));
      if (at >= 0) return `the chart's template ${input.path}:${at + 1} sets it as a constant`;
    }
  }
  return undefined;
}
