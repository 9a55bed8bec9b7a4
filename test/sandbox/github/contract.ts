import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import type { Exchange } from '../../../src/sandbox/github/server.ts';

interface Operation {
  readonly request?: object;
  readonly responses: Readonly<Record<string, object | null>>;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const FILE = new URL('../../../fixtures/github/openapi.json', import.meta.url);

/** Answers that GitHub may give to any request, whether its description of the operation lists them or not. */
const ALWAYS = new Set([304, 400, 401, 403, 404, 500, 502]);

/** Checks exchanges against GitHub's own description of its API: path, request body, status, answer body. */
export interface Contract {
  /** Notes what is wrong with an exchange; it does not throw, as it is called from inside the server. */
  check(exchange: Exchange): void;
  /** `METHOD path status` that were seen. */
  readonly seen: ReadonlySet<string>;
  /** Fails with everything that was noted. */
  verify(): void;
}

/** GitHub's answer to a pull request whose fork was deleted is `null` here, which its description leaves out. */
const DELETED_FORK = '/head/repo must be object';

/** Compiled once for all tests of a file: it takes a tenth of a second. */
const compiled = (() => {
  const description: Description = JSON.parse(readFileSync(FILE, 'utf8'));
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  formats.default(ajv);
  ajv.addFormat('repo.nwo', true);
  ajv.addSchema(description, 'github');
  const paths = Object.keys(description.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
    weight: path.split('{').length,
  }));
  return { description, ajv, paths: paths.sort((a, b) => a.weight - b.weight) };
})();

export function createContract(): Contract {
  const { description, ajv, paths } = compiled;
  const seen = new Set<string>();
  const wrong: string[] = [];

  const validate = (pointer: string, body: string): string | undefined => {
    const schema = ajv.getSchema(`github#${pointer}`);
    if (schema === undefined) return `no schema at ${pointer}`;
    if (schema(JSON.parse(body))) return undefined;
    const errors: ErrorObject[] = schema.errors ?? [];
    const texts = errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
    return texts.filter((text) => !text.endsWith(DELETED_FORK)).join('; ') || undefined;
  };
  return {
    seen,
    check({ method, path: full, status, request, response }) {
      if (full.startsWith('git:')) return;
      const plain = full.split('?')[0] ?? '';
      const path = paths.find(({ pattern }) => pattern.test(plain))?.path;
      const operation = path === undefined ? undefined : description.paths[path]?.[method.toLowerCase()];
      const where = `${method} ${path ?? plain} ${status}`;
      if (path === undefined || operation === undefined) {
        wrong.push(`${where}: GitHub has no such operation`);
        return;
      }
      // A page of HTML comes from something between GitHub and the client.
      if (response.startsWith('<')) return;
      seen.add(where);
      const at = `/paths/${encodeURIComponent(path.replaceAll('~', '~0').replaceAll('/', '~1'))}/${method.toLowerCase()}`;
      const listed = operation.responses[String(status)];
      if (listed === undefined && !ALWAYS.has(status)) wrong.push(`${where}: GitHub does not answer so`);
      const pointer = listed ? `${at}/responses/${status}` : '/components/schemas/basic-error';
      const empty = status === 304 || (listed === null && status === 204);
      const problem = empty ? (response === '' ? undefined : 'a body') : validate(pointer, response);
      if (problem !== undefined) wrong.push(`${where}: ${problem}`);
      if (operation.request && request !== '' && status < 400) {
        const refused = validate(`${at}/request`, request);
        if (refused !== undefined) wrong.push(`${where}: request ${refused}`);
      }
    },
    verify: () => assert.deepEqual(wrong, []),
  };
}
