import type { RenderRequest } from '../../ports/renderer.ts';

/** Variables that Argo CD puts into parameters, value file paths and images (repository.go newEnv). */
export function buildEnvironment({ application, source, checkout, spec }: RenderRequest): ReadonlyMap<string, string> {
  return new Map([
    ['ARGOCD_APP_NAME', application.name],
    ['ARGOCD_APP_NAMESPACE', spec.destination.namespace ?? ''],
    ['ARGOCD_APP_PROJECT_NAME', spec.project ?? 'default'],
    ['ARGOCD_APP_REVISION', checkout.revision],
    ['ARGOCD_APP_REVISION_SHORT', checkout.revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', checkout.revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.repoURL],
    ['ARGOCD_APP_SOURCE_PATH', source.path ?? ''],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision ?? ''],
  ]);
}

/** Go's os.Expand with `$$` for a dollar: names that are not known become nothing (types.go Env.Envsubst). */
export function substitute(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[0-9*#@!?-]))/g, (match, braced, plain) => {
    if (match === '$$') return '$';
    const name = typeof braced === 'string' ? braced : String(plain);
    return environment.get(name) ?? '';
  });
}
