import { causesPage } from './causes.ts';
import { configurationPage } from './configuration.ts';
import { configSchema, runSchema, scanSchema, traceSchema } from './schemas.ts';
import { valuesSchema } from './values-schema.ts';

/** A file that is made from the code; `path` from the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Everything that is made from the code, so that it cannot say anything else than the code does. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'docs/schema/config.schema.json', text: json(configSchema()) },
    { path: 'docs/schema/scan.schema.json', text: json(scanSchema()) },
    { path: 'docs/schema/run.schema.json', text: json(runSchema()) },
    { path: 'docs/schema/trace.schema.json', text: json(traceSchema()) },
    { path: 'charts/remendo/values.schema.json', text: json(valuesSchema()) },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/causes.md', text: causesPage() },
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
