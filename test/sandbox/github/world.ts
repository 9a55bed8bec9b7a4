import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { GitHubSandbox, GitHubSandboxOptions } from '../../../src/sandbox/github/sandbox.ts';
import { createGitHubSandbox } from '../../../src/sandbox/github/sandbox.ts';
import type { Contract } from './contract.ts';
import { createContract } from './contract.ts';

export interface TestGitHub {
  readonly sandbox: GitHubSandbox;
  readonly contract: Contract;
  readonly directory: string;
  /** API base. */
  readonly url: string;
  readonly host: string;
  gitUrl(owner: string, name: string): string;
}

export const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';

/** A listening sandbox with `acme/shop`; at the test's end every answer is held against GitHub's description. */
export async function startGitHub(t: TestContext, options: Partial<GitHubSandboxOptions> = {}): Promise<TestGitHub> {
  const directory = await mkdtemp(join(tmpdir(), 'remendo-github-'));
  const contract = createContract();
  const sandbox = createGitHubSandbox({
    ...options,
    directory,
    onResponse: (exchange) => {
      contract.check(exchange);
      options.onResponse?.(exchange);
    },
  });
  await sandbox.createRepository('acme', 'shop', {
    files: {
      'README.md': '# shop\n',
      'apps/web/deployment.yaml': DEPLOYMENT,
      'bin/run.sh': { content: '#!/bin/sh\n', mode: '100755' },
      'apps/link.yaml': { content: 'web/deployment.yaml', mode: '120000' },
    },
  });
  const address = await sandbox.listen();
  t.after(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
    contract.verify();
  });
  return { ...address, sandbox, contract, directory };
}
