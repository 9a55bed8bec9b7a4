import type { z } from 'zod';
import { configSchema } from './schemas.ts';

type Schema = z.core.JSONSchema.BaseSchema;

const HEAD = `# Configuration

<!-- Made by \`npm run generate\` from src/config/schema.ts; edit the descriptions there. -->

Remendo reads one file: \`remendo.yaml\` in the working directory, or the one that \`--config\` names. Every key is
optional; without a file the defaults below hold. An unknown key or a wrong value is an error that names file, line and
column. Editors complete and check the file with [its JSON Schema](schema/config.schema.json):

\`\`\`yaml
# yaml-language-server: $schema=./docs/schema/config.schema.json
mode: propose
\`\`\`

Times are a number and a unit (\`90s\`, \`10m\`, \`24h\`, \`30d\`), sizes are Kubernetes quantities (\`512Mi\`, \`8Gi\`).

## Secrets

Secrets come from the environment and from nowhere else. They are kept out of logs, prompts, diffs and pull requests.

| variable | what |
| --- | --- |
| \`REMENDO_GITHUB_TOKEN\`, else \`GITHUB_TOKEN\` | token for GitHub and for fetching repositories on its host |
| \`REMENDO_GITHUB_APP_KEY\` | private key (PEM) of the GitHub App that \`github.appId\` names |
| \`REMENDO_GITEA_TOKEN\` | token for the Gitea that \`gitea.host\` names, and for fetching repositories on it |
| \`REMENDO_ARGOCD_TOKEN\` | token for the Argo CD that \`argocd.server\` names ([rights](operations.md#through-argo-cd)) |
| \`OPENAI_API_KEY\` | key of the model's server; may be left out where the server wants none |
| \`OPENAI_BASE_URL\` | address of the model's server, where \`llm.baseUrl\` does not say it (no secret) |
| \`KUBECONFIG\` | the usual variable of kubectl (no secret in itself) |
`;

/** `docs/configuration.md`: every key with its type, its default and what it does. */
export function configurationPage(): string {
  const schema = configSchema();
  const sections = Object.entries(schema.properties ?? {}).map(([key, child]) =>
    typeof child === 'boolean' ? '' : section(key, child),
  );
  return [HEAD, '## Keys', '', ...sections].join('\n');
}

function section(key: string, schema: Schema): string {
  const head = [`### \`${key}\``, '', schema.description ?? '', ''];
  const lists = schema.type === 'array' && typeof schema.items === 'object' && !Array.isArray(schema.items);
  const inner = lists ? schema.items : schema;
  const rows = rowsOf(inner, '');
  if (rows.length === 0)
    return [...head, `Value: ${valueOf(schema)}${defaultOf(schema, '. Default: ')}.`, ''].join('\n');
  const title = lists ? 'key of an item' : 'key';
  return [...head, `| ${title} | value | default | |`, '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function rowsOf(schema: unknown, prefix: string): string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  const required = 'required' in schema && Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]: [string, Schema]) => {
    const inner = rowsOf(child, `${prefix}${key}.`);
    if (inner.length > 0) return [`| \`${prefix}${key}\` | | | ${child.description ?? ''} |`, ...inner];
    const value = `${valueOf(child)}${required.includes(key) ? ', required' : ''}`;
    return [`| \`${prefix}${key}\` | ${value} | ${defaultOf(child, '')} | ${child.description ?? ''} |`];
  });
}

function valueOf(schema: Schema): string {
  if (schema.enum) return `one of ${schema.enum.map((item) => `\`${String(item)}\``).join(', ')}`;
  if (schema.type === 'array') {
    const items = typeof schema.items === 'object' && !Array.isArray(schema.items) ? schema.items : {};
    return items.enum ? `list of ${items.enum.map((item) => `\`${String(item)}\``).join(', ')}` : 'list of texts';
  }
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'number') return 'number';
  if (Array.isArray(schema.examples)) return `such as \`${String(schema.examples[0])}\``;
  return schema.format === 'uri' ? 'web address' : 'text';
}

function defaultOf(schema: Schema, before: string): string {
  const value = schema.default;
  if (value === undefined) return '';
  if (!Array.isArray(value)) return `${before}\`${JSON.stringify(value).replaceAll('"', '')}\``;
  const items: unknown[] = value;
  return `${before}${items.length === 0 ? 'none' : items.map((item) => `\`${String(item)}\``).join(', ')}`;
}
