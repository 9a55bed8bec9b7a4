import { join } from 'node:path';
import { createChartCache } from '../adapters/render/charts.ts';
import { createDirectoryRenderer } from '../adapters/render/directory.ts';
import { createHelmRenderer } from '../adapters/render/helm.ts';
import { createKustomizeRenderer } from '../adapters/render/kustomize.ts';
import { DEFAULT_LIMITS } from '../adapters/render/run.ts';
import type { Config } from '../config/config.ts';
import type { Application } from '../domain/kubernetes/application.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { Git } from '../ports/git.ts';
import type { Log } from '../ports/log.ts';
import type { Renderer } from '../ports/renderer.ts';
import { indexApplications } from '../stages/locate/applications.ts';
import { cacheDirectory } from './state-directory.ts';
import { createSources } from '../stages/locate/sources.ts';
import type { Sources } from '../stages/locate/sources.ts';

/** One renderer for each source type that Argo CD has and Remendo knows. A new one is one file and one line here. */
function createRenderers({ render }: Pick<Config, 'render'>): readonly Renderer[] {
  const limits = { ...DEFAULT_LIMITS, timeout: render.timeoutSeconds * 1000 };
  const binaries = {
    ...(render.helm === undefined ? {} : { helm: render.helm }),
    ...(render.kustomize === undefined ? {} : { kustomize: render.kustomize }),
  };
  return [
    createDirectoryRenderer(),
    createKustomizeRenderer({ binaries, limits }),
    createHelmRenderer({
      binaries,
      limits,
      ...(render.chartCache === undefined ? {} : { chartCache: render.chartCache }),
      ...(render.kubeVersion === undefined ? {} : { kubeVersion: render.kubeVersion }),
      ...(render.apiVersions === undefined ? {} : { apiVersions: render.apiVersions }),
    }),
  ];
}

/**
 * The source service of a snapshot. It keeps what it rendered as long as the Applications are the same, so that a pass
 * does not render again what the one before rendered.
 */
export function createSourcesOf(
  git: Git,
  config: Pick<Config, 'render' | 'policy'>,
  log: Log,
): (snapshot: Snapshot) => Sources {
  const renderers = createRenderers(config);
  const { chartCache } = config.render;
  const unpacked = join(cacheDirectory(process.env), 'charts');
  const charts = chartCache === undefined ? {} : { charts: createChartCache({ archives: chartCache, unpacked }) };
  const { allowShared } = config.policy.guardrails;
  let last: { readonly key: string; readonly sources: Sources } | undefined;
  return (snapshot) => {
    const key = JSON.stringify(snapshot.objects.Application.map(identityOf));
    if (last?.key === key) return last.sources;
    const sources = createSources({
      git,
      renderers,
      applications: indexApplications(snapshot),
      log,
      allowShared,
      ...charts,
    });
    last = { key, sources };
    return sources;
  };
}

function identityOf({ metadata, spec, status }: Application): unknown {
  return [metadata.namespace, metadata.name, spec, status?.sync?.revision, status?.sync?.revisions];
}
