/** What Remendo's token needs on Gitea; docs/forges.md names the same. */
export const SCOPES = ['write:repository', 'write:issue', 'read:user'] as const;
