import { createSign } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** What GitHub asks for (docs.github.com, "Generating an installation access token"): an assertion by the App's key, then a token. */
const { INPUT_CLIENT_ID, GITHUB_REPOSITORY = '', GITHUB_OUTPUT = '', E2E_GITHUB_API: api = '' } = process.env;
const issuer = process.env['INPUT_CLIENT-ID'] ?? INPUT_CLIENT_ID;
const key = process.env['INPUT_PRIVATE-KEY'] ?? '';
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: issuer, iat: now - 30, exp: now + 300 })}`;
const assertion = `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(key, 'base64url')}`;

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { Authorization: `Bearer ${assertion}`, Accept: 'application/vnd.github+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

const permissions = Object.fromEntries(
  ['contents', 'pull-requests', 'issues'].map((name) => [
    name.replace('-', '_'),
    process.env[`INPUT_PERMISSION-${name.toUpperCase()}`],
  ]),
);
const { id } = await call('GET', `/repos/${GITHUB_REPOSITORY}/installation`);
const { token } = await call('POST', `/app/installations/${String(id)}/access_tokens`, { permissions });
console.log(`::add-mask::${String(token)}`);
appendFileSync(GITHUB_OUTPUT, `token=${String(token)}\n`);
