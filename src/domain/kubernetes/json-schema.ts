import { z } from 'zod';
import type { JsonObject, JsonValue } from '../json.ts';

/** Any JSON value, kept as it is. */
export const JsonValueSchema: z.ZodType<JsonValue> = z.json();

/** Any JSON object, kept as it is. */
export const JsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), z.json());
