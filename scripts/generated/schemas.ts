import { z } from 'zod';
import { RunOut, ScanOut } from '../../src/app/scan-contract.ts';
import { TraceOut } from '../../src/app/trace-contract.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { DEFAULTS } from './defaults.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** JSON Schema of `remendo.yaml`, as editors read it: with the defaults in the form that people write. */
export function configSchema(): Schema {
  const schema = z.toJSONSchema(ConfigFile, { target: 'draft-7', io: 'input' });
  return { ...withDefaults(schema, ''), title: 'remendo.yaml' };
}

/** JSON Schema of what `scan --output json` prints. */
export function scanSchema(): Schema {
  return { ...z.toJSONSchema(ScanOut, { target: 'draft-7', io: 'output' }), title: 'remendo scan --output json' };
}

/** JSON Schema of what `run --output json` prints for each pass. */
export function runSchema(): Schema {
  return { ...z.toJSONSchema(RunOut, { target: 'draft-7', io: 'output' }), title: 'remendo run --output json' };
}

/** JSON Schema of what `trace --output json` prints. */
export function traceSchema(): Schema {
  return { ...z.toJSONSchema(TraceOut, { target: 'draft-7', io: 'output' }), title: 'remendo trace --output json' };
}

function withDefaults(schema: Schema, path: string): Schema {
  if (!schema.properties) {
    const value = DEFAULTS[path];
    return value === undefined ? schema : { ...schema, default: value };
  }
  const properties = Object.entries(schema.properties).map(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [key, typeof child === 'boolean' ? child : withDefaults(child, at)] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
