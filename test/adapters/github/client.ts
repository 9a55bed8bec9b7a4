import type { GitHubOptions } from '../../../src/adapters/github/github.ts';
import { createGitHub } from '../../../src/adapters/github/github.ts';
import type { Result } from '../../../src/domain/result.ts';
import type { Forge, ForgeError } from '../../../src/ports/forge.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { TestGitHub } from '../../sandbox/github/world.ts';

/** A log that keeps its lines as JSON text. */
export function createTestLog(lines: string[] = []): Log {
  const write = (fields: object, message: string): void => void lines.push(JSON.stringify({ message, ...fields }));
  return { debug: write, info: write, warn: write, error: write, child: () => createTestLog(lines) };
}

/** The adapter that is shipped, on `acme/shop` of a sandbox; it does not wait between requests. */
export function forgeOn(github: TestGitHub, options: Partial<GitHubOptions> = {}): Forge {
  return createGitHub({
    repository: { owner: 'acme', name: 'shop' },
    baseUrl: github.url,
    auth: { token: github.sandbox.bot.token },
    log: createTestLog(),
    throttle: false,
    timeout: 5000,
    ...options,
  });
}

/** The value of a result that must be good. */
export function value<T>(result: Result<T, ForgeError>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The error code of a result that must be bad. */
export function code<T>(result: Result<T, ForgeError>): ForgeError['code'] {
  if (result.ok) throw new Error(`not refused: ${JSON.stringify(result.value)}`);
  return result.error.code;
}

/** Head of the sandbox's main branch. */
export async function mainOf(forge: Forge): Promise<string> {
  const head = value(await forge.reader.branch('main'));
  if (head === undefined) throw new Error('main is gone');
  return head;
}

/** Writes one file onto a new branch and opens a pull request for it. */
export async function openOne(forge: Forge, branch = 'remendo/web-1', content = 'fixed: true\n'): Promise<number> {
  const files = [{ path: 'apps/web/deployment.yaml', content }];
  value(await forge.writer.commit({ branch, parent: await mainOf(forge), message: 'Fix web', files }));
  const pull = await forge.writer.createPullRequest({ title: 'Fix web', body: 'Because.', head: branch, base: 'main' });
  return value(pull).number;
}
