/** Versions of the real parts. A change here makes a new cache folder: nothing of an older version is used. */
export const VERSIONS = {
  kubernetes: '1.34.2',
  etcd: '3.6.5',
  argocd: '3.2.11',
  helm: '3.19.0',
  kustomize: '5.7.1',
} as const;

/** Name of the cache folder of these versions. */
export const CACHE_KEY = Object.entries(VERSIONS)
  .map(([name, version]) => `${name}-${version}`)
  .join('_');
