import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { configSchema } from './schemas.ts';

const FILE = new URL('../../charts/remendo/values.schema.json', import.meta.url);
const Values = z.looseObject({ properties: z.looseObject({}) });

/** The schema of the chart's values, which is written by hand, with the schema of the configuration put in. */
export function valuesSchema(): object {
  const { $schema: version, ...schema } = Values.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  const { $schema: _version, ...config } = configSchema();
  return { $schema: version, ...schema, properties: { ...schema.properties, config } };
}
