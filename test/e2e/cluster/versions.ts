/** Versions of the real parts. A change here makes a new cache folder for that part: nothing of an older version is used. */
export const VERSIONS = {
  kubernetes: '1.34.2',
  etcd: '3.6.5',
  argocd: '3.2.11',
  gitea: '1.26.0',
  helm: '3.19.0',
  kustomize: '5.7.1',
  act: '0.2.89',
} as const;
