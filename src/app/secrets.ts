/** Secrets come from the environment only, never from the configuration file. */
export interface Secrets {
  /** REMENDO_GITHUB_TOKEN, else GITHUB_TOKEN. */
  readonly githubToken?: string;
  /** REMENDO_GITHUB_APP_KEY: the private key of the GitHub App, PEM. */
  readonly githubAppKey?: string;
  /** REMENDO_GITEA_TOKEN. */
  readonly giteaToken?: string;
  /** REMENDO_ARGOCD_TOKEN. */
  readonly argocdToken?: string;
  /** OPENAI_API_KEY. */
  readonly modelKey?: string;
  /** OPENAI_BASE_URL; no secret, but read at the same place. */
  readonly modelBaseUrl?: string;
}

/** White space around a value is none of it: files and Secrets end with a line feed. What is empty is absent. */
export function readSecrets(env: NodeJS.ProcessEnv): Secrets {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  const given = {
    githubToken: value('REMENDO_GITHUB_TOKEN') ?? value('GITHUB_TOKEN'),
    githubAppKey: value('REMENDO_GITHUB_APP_KEY'),
    giteaToken: value('REMENDO_GITEA_TOKEN'),
    argocdToken: value('REMENDO_ARGOCD_TOKEN'),
    modelKey: value('OPENAI_API_KEY'),
    modelBaseUrl: value('OPENAI_BASE_URL'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined));
}

/** What must never appear in a log, a prompt, a diff or a pull request. */
export function secretValues(secrets: Secrets): readonly string[] {
  const { githubToken, githubAppKey, giteaToken, argocdToken, modelKey } = secrets;
  return [githubToken, githubAppKey, giteaToken, argocdToken, modelKey].filter((value) => value !== undefined);
}
