import { simpleGit } from 'simple-git';
import type { Problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { gitProblem } from './git-problem.ts';

/** User name and password (or token) for one repository. */
export interface GitCredentials {
  readonly username: string;
  readonly password: string;
}

interface GitCommand {
  readonly args: readonly string[];
  /** `--git-dir`; absent for commands that need none (init). */
  readonly gitDirectory?: string;
  /** Adds the authorization header for requests to this URL's host. */
  readonly remote?: { readonly url: string; readonly credentials: GitCredentials | undefined };
  /** What goes wrong is told about this: a URL or path without credentials. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds altogether. Default: two minutes. */
  readonly timeout?: number;
}

/** Runs one git command; its standard output. Error codes as gitProblem tells them from git's words. */
export type RunGit = (command: GitCommand) => Promise<Result<string, Problem>>;

const TIMEOUT = 120_000;

/** Variables of the caller that git may see: where programs and certificates are, and proxies. */
const PASSED_ON = [
  'PATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'TMPDIR',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
  'ALL_PROXY',
  'all_proxy',
  'SystemRoot',
  'TEMP',
];

/** Configuration that wins over that of any repository: nothing of a repository may run a program here. */
const CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.quotePath', 'false'],
  ['core.symlinks', 'true'],
  ['core.autocrlf', 'false'],
  ['credential.helper', ''],
  ['safe.directory', '*'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '30'],
];

/** What git is given of the surroundings. */
export interface RunGitOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether `file:` URLs may be fetched. */
  readonly allowFileProtocol: boolean;
}

/**
 * Runs git with nothing of the user's configuration, no prompts, no hooks, no helpers, and with time limits. Credentials travel in
 * the environment of the one process that needs them: never in arguments, URLs or files.
 */
export function createRunGit({ env, allowFileProtocol }: RunGitOptions): RunGit {
  const base: Record<string, string> = {
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ATTR_NOSYSTEM: '1',
  };
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value !== undefined) base[name] = value;
  }

  return async ({ args, gitDirectory, remote, subject, signal, timeout = TIMEOUT }) => {
    const config = remote?.credentials === undefined ? CONFIG : [...CONFIG, header(remote.url, remote.credentials)];
    // Plain http only where the address itself says so: a redirect from https must not lead there.
    const protocols = [
      'https',
      ...(remote?.url.startsWith('http:') ? ['http'] : []),
      ...(allowFileProtocol ? ['file'] : []),
    ];
    const variables: Record<string, string> = {
      ...base,
      GIT_ALLOW_PROTOCOL: protocols.join(':'),
      GIT_CONFIG_COUNT: String(config.length),
    };
    for (const [index, [key, value]] of config.entries()) {
      variables[`GIT_CONFIG_KEY_${index}`] = key;
      variables[`GIT_CONFIG_VALUE_${index}`] = value;
    }
    const limit = AbortSignal.timeout(timeout);
    const git = simpleGit({
      baseDir: '/',
      maxConcurrentProcesses: 1,
      abort: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      allowEnvironment: Object.keys(variables),
      unsafe: {
        allowUnsafeConfigEnvCount: true,
        allowUnsafeConfigPaths: true,
        allowUnsafeHooksPath: true,
        allowUnsafeFsMonitor: true,
        allowUnsafeCredentialHelper: true,
        allowUnsafeProtocolOverride: true,
      },
    }).env(variables);
    try {
      return ok(await git.raw([...(gitDirectory === undefined ? [] : [`--git-dir=${gitDirectory}`]), ...args]));
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown error';
      if (limit.aborted) return err(gitProblem(`timed out: no answer within ${timeout / 1000} s`, subject));
      return err(gitProblem(message, subject));
    }
  };
}

/** `http.<origin>/.extraHeader`: sent to this host only. */
function header(url: string, { username, password }: GitCredentials): readonly [string, string] {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return [`http.${new URL(url).origin}/.extraHeader`, `Authorization: Basic ${basic}`];
}
