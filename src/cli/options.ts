/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** `URL=PATH`, as `--repo` takes it. */
export interface RepoOption {
  readonly url: string;
  readonly path: string;
}
