/**
 * Cuts GitHub's OpenAPI description to the operations that Remendo's adapter and its simulator speak:
 * `node scripts/reduce-openapi.ts IN.json OUT.json`. IN is `package/generated/api.github.com.json` of @octokit/openapi.
 * Descriptions and examples go; OpenAPI 3.0's `nullable` becomes a JSON Schema type, so that ajv can read the result.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../src/domain/json.ts';
import { isArray, isObject } from '../src/domain/json.ts';

const REPO = '/repos/{owner}/{repo}';
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  '/user': ['get'],
  '/users/{username}': ['get'],
  '/rate_limit': ['get'],
  '/app': ['get'],
  '/app/installations/{installation_id}/access_tokens': ['post'],
  [REPO]: ['get'],
  [`${REPO}/installation`]: ['get'],
  [`${REPO}/collaborators/{username}/permission`]: ['get'],
  [`${REPO}/branches`]: ['get'],
  [`${REPO}/branches/{branch}`]: ['get'],
  [`${REPO}/compare/{basehead}`]: ['get'],
  [`${REPO}/git/ref/{ref}`]: ['get'],
  [`${REPO}/git/refs`]: ['post'],
  [`${REPO}/git/refs/{ref}`]: ['patch', 'delete'],
  [`${REPO}/git/blobs`]: ['post'],
  [`${REPO}/git/blobs/{file_sha}`]: ['get'],
  [`${REPO}/git/trees`]: ['post'],
  [`${REPO}/git/trees/{tree_sha}`]: ['get'],
  [`${REPO}/git/commits`]: ['post'],
  [`${REPO}/git/commits/{commit_sha}`]: ['get'],
  [`${REPO}/pulls`]: ['get', 'post'],
  [`${REPO}/pulls/{pull_number}`]: ['get', 'patch'],
  [`${REPO}/pulls/{pull_number}/files`]: ['get'],
  [`${REPO}/pulls/{pull_number}/commits`]: ['get'],
  [`${REPO}/pulls/{pull_number}/merge`]: ['put'],
  [`${REPO}/issues/{issue_number}/comments`]: ['get', 'post'],
  [`${REPO}/issues/comments/{comment_id}`]: ['get', 'patch', 'delete'],
  [`${REPO}/labels`]: ['get', 'post'],
  [`${REPO}/labels/{name}`]: ['get', 'delete'],
  [`${REPO}/issues/{issue_number}/labels`]: ['get', 'post'],
  [`${REPO}/issues/{issue_number}/labels/{name}`]: ['delete'],
};

const DROPPED = new Set(['description', 'title', 'example', 'examples', 'externalDocs', 'deprecated']);

function field(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function lookUp(root: JsonValue, ref: string): JsonValue {
  let value: JsonValue | undefined = root;
  for (const part of ref.split('/').slice(1)) value = field(value, part);
  if (value === undefined) throw new Error(`no ${ref}`);
  return value;
}

/** Follows one `$ref` of a response, a header or a parameter. */
function resolve(root: JsonValue, value: JsonValue | undefined): JsonValue | undefined {
  const ref = field(value, '$ref');
  return typeof ref === 'string' ? lookUp(root, ref) : value;
}

/** A schema without prose; `names` says that the keys are property names, which are kept whatever they are. */
function slim(schema: JsonValue, names = false): JsonValue {
  if (isArray(schema)) return schema.map((item) => slim(item));
  if (!isObject(schema)) return schema;
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (!names && (DROPPED.has(key) || key === 'nullable' || key.startsWith('x-'))) continue;
    out[key] =
      !names && (key === 'enum' || key === 'required' || key === 'default')
        ? value
        : slim(value, key === 'properties' && !names);
  }
  return !names && schema['nullable'] === true ? nullable(out) : out;
}

function nullable(schema: JsonObject): JsonObject {
  const plain = typeof schema['type'] === 'string' && schema['enum'] === undefined && schema['$ref'] === undefined;
  return plain ? { ...schema, type: [schema['type'] ?? 'null', 'null'] } : { anyOf: [schema, { type: 'null' }] };
}

function jsonSchemaOf(root: JsonValue, holder: JsonValue | undefined): JsonValue | undefined {
  const schema = field(field(field(resolve(root, holder), 'content'), 'application/json'), 'schema');
  return schema === undefined ? undefined : slim(schema);
}

function collect(value: JsonValue, found: Set<string>): void {
  if (isArray(value)) for (const item of value) collect(item, found);
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') found.add(item);
    else collect(item, found);
  }
}

export function reduceOpenApi(document: JsonValue): JsonObject {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const [path, methods] of Object.entries(OPERATIONS)) {
    for (const method of methods) {
      const operation = field(field(field(document, 'paths'), path), method);
      if (operation === undefined) throw new Error(`no ${method} ${path}`);
      const responses: Record<string, JsonValue> = {};
      for (const [status, response] of Object.entries(field(operation, 'responses') ?? {})) {
        responses[status] = jsonSchemaOf(document, response) ?? null;
      }
      const request = jsonSchemaOf(document, field(operation, 'requestBody'));
      paths[path] = { ...paths[path], [method]: request === undefined ? { responses } : { request, responses } };
    }
  }
  const schemas: Record<string, JsonValue> = {};
  const queue = new Set<string>(['#/components/schemas/basic-error']);
  collect(paths, queue);
  // A Set yields members that are added while it is iterated, so this is the transitive closure.
  for (const ref of queue) {
    const schema = slim(lookUp(document, ref));
    schemas[ref.split('/').at(-1) ?? ref] = schema;
    collect(schema, queue);
  }
  return { paths, components: { schemas } };
}

const [input, output] = process.argv.slice(2);
if (import.meta.main && input !== undefined && output !== undefined) {
  const document: JsonValue = JSON.parse(readFileSync(input, 'utf8'));
  writeFileSync(output, `${JSON.stringify(reduceOpenApi(document), null, 1)}\n`);
}
