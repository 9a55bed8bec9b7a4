/** Secrets come from the environment only, never from the configuration file. */
export interface Secrets {
  /** REMENDO_GITHUB_TOKEN, else GITHUB_TOKEN. */
  readonly githubToken?: string;
  /** REMENDO_GITHUB_APP_KEY: the private key of the GitHub App, PEM. */
  readonly githubAppKey?: string;
  /** OPENAI_API_KEY. */
  readonly modelKey?: string;
  /** OPENAI_BASE_URL; no secret, but read at the same place. */
  readonly modelBaseUrl?: string;
}

export function readSecrets(env: NodeJS.ProcessEnv): Secrets {
  const given = {
    githubToken: env.REMENDO_GITHUB_TOKEN ?? env.GITHUB_TOKEN,
    githubAppKey: env.REMENDO_GITHUB_APP_KEY,
    modelKey: env.OPENAI_API_KEY,
    modelBaseUrl: env.OPENAI_BASE_URL,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== ''));
}

/** What must never appear in a log, a prompt, a diff or a pull request. */
export function secretValues({ githubToken, githubAppKey, modelKey }: Secrets): readonly string[] {
  return [githubToken, githubAppKey, modelKey].filter((value) => value !== undefined);
}
