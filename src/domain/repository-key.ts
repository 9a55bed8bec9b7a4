import type { Checkout } from './source.ts';

/** A form of a repository's address that is equal for the ways in which people write it (argo-cd util/git NormalizeGitURL). */
export function sameRepositoryKey(repoURL: string): string {
  const url = repoURL
    .trim()
    .toLowerCase()
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\.git$/, '');
  const scp = /^([\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url);
  return scp ? `ssh://${scp[1] ?? ''}${scp[2]}/${scp[3]}` : url;
}

/** Under what the changed files of a commit are in an overlay: an Application may read two commits of one repository. */
export function overlayKey({ repoURL, revision }: Pick<Checkout, 'repoURL' | 'revision'>): string {
  return `${sameRepositoryKey(repoURL)}@${revision}`;
}

/** The changed files of a checkout; a bare address in the overlay stands for every commit. */
export function overlayOn<T>(
  overlay: ReadonlyMap<string, T>,
  checkout: Pick<Checkout, 'repoURL' | 'revision' | 'pinned'>,
): T | undefined {
  return overlay.size === 0 || checkout.pinned
    ? undefined
    : (overlay.get(overlayKey(checkout)) ?? overlay.get(checkout.repoURL));
}
