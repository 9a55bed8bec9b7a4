import type { JsonObject, JsonValue } from '../../../../src/domain/json.ts';
import { refOf } from '../../../../src/domain/object-ref.ts';
import { DEFAULT_POLICY } from '../../../../src/domain/policy.ts';
import { err, ok } from '../../../../src/domain/result.ts';
import { noObjects } from '../../../../src/domain/snapshot.ts';
import type { RenderedObject } from '../../../../src/domain/source.ts';
import type { ProposeContext, SourceVersion } from '../../../../src/stages/propose/proposer.ts';

const NAMESPACE = 'orders';

export function rendered(object: JsonObject): RenderedObject {
  const ref = refOf(object, NAMESPACE);
  if (!ref) throw new Error('the object has no name');
  return { ref, object };
}

/** The workload of the tests: everything that an answer may touch or must leave alone. */
export function pricing(args: JsonValue = ['--prot=8080', '--currency=EUR'], more: JsonObject = {}): JsonObject {
  const container: JsonObject = {
    name: 'pricing',
    image: 'registry.example.com/orders/pricing:2.4.1',
    command: ['sh', '-c', 'exec pricing "$@"'],
    args,
    env: [
      { name: 'REGION', value: 'eu' },
      { name: 'DB_HOST', value: 'orders-db' },
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'TOKEN_KEY', valueFrom: { secretKeyRef: { name: 'pricing', key: 'TOKEN' } } },
    ],
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
    resources: { limits: { memory: '64Mi' } },
    securityContext: { runAsNonRoot: true },
    ...more,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'pricing', namespace: NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'pricing' } },
      template: { metadata: { labels: { app: 'pricing' } }, spec: { containers: [container] } },
    },
  };
}

const SERVICE: JsonObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'pricing', namespace: NAMESPACE },
  spec: { selector: { app: 'pricing' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }] },
};
const SECRET: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'pricing', namespace: NAMESPACE },
  stringData: { TOKEN: 'very-secret-token-value' },
};
const QUOTA: JsonObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team', namespace: NAMESPACE },
  spec: { hard: { pods: '10' } },
};
const OTHER: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'unrelated', namespace: NAMESPACE },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'x', image: 'registry.example.com/orders/web:3' }] } },
  },
};

const version = (revision: string, subject: string, objects: readonly JsonObject[]): SourceVersion => ({
  commit: {
    revision: revision.repeat(40).slice(0, 40),
    author: 'Ada',
    email: 'ada@example.com',
    committedAt: '2026-01-01T00:00:00Z',
    subject,
    parents: [],
  },
  objects: objects.map(rendered),
});

export interface SceneOptions {
  readonly declared?: JsonObject;
  /** Earlier forms of the Deployment, newest first. */
  readonly earlier?: readonly JsonObject[];
  readonly logs?: string;
  readonly evidence?: readonly string[];
  /** Tags of registry.example.com/orders/pricing; undefined where the registry cannot be asked. */
  readonly tags?: readonly string[];
  readonly fingerprint?: string;
}

/** A context as the engine makes it: a Deployment that crashes on a mistyped flag. */
export function scene(options: SceneOptions = {}): ProposeContext & { readonly logRequests: string[] } {
  const declared = rendered(options.declared ?? pricing());
  const objects = noObjects();
  objects.Service.push({ metadata: { name: 'orders-db', namespace: NAMESPACE } });
  const logRequests: string[] = [];
  const source = { repoURL: 'https://git.example.com/gitops.git', path: 'team' };
  const application = { namespace: 'argocd', name: 'team' };
  const rest = [SERVICE, SECRET, QUOTA, OTHER];
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'pricing-7c89dd6df6-4sztg' };
  return {
    logRequests,
    incident: {
      fingerprint: options.fingerprint ?? '0123456789abcdef',
      cause: 'crash/exit-code',
      severity: 'critical',
      object: declared.ref,
      container: 'pricing',
      containerType: 'container',
      summary: 'container pricing exits with code 2',
      evidence: (options.evidence ?? ['Error: exit code 2', 'Error: unknown flag: --prot']).map((text, i) => ({
        id: `E${i + 1}`,
        object: pod,
        path: 'status.containerStatuses[name=pricing].lastState.terminated',
        text,
      })),
      facts: { exitCode: 2 },
      affected: [pod],
      explains: [],
      stillServing: true,
    },
    snapshot: { cluster: 'test', takenAt: '2026-01-01T00:00:00Z', objects, blind: [] },
    policy: DEFAULT_POLICY,
    location: {
      application,
      spec: { source, destination: { namespace: NAMESPACE }, project: 'default' },
      sourceIndex: 0,
      source,
      repoURL: source.repoURL,
      targetRevision: 'HEAD',
      path: 'team',
    },
    applicationStatus: {},
    declared,
    siblings: [declared, ...rest.map(rendered)],
    async *versions() {
      yield version('a', 'pricing: flag', [declared.object, ...rest]);
      for (const [i, form] of (options.earlier ?? [pricing(['--port=8080', '--currency=EUR'])]).entries()) {
        yield version(String(i + 1), 'before', [form, ...rest]);
      }
    },
    registry: {
      tags: async () => err({ code: 'not-configured', message: 'no registry' }),
      exists: async (image) =>
        options.tags
          ? ok(options.tags.includes(image.tag ?? ''))
          : err({ code: 'unreachable', message: 'no connection' }),
    },
    logs: async ({ previous, pod: name, container }) => {
      logRequests.push(`${name}/${container}${previous ? ' previous' : ''}`);
      return ok(options.logs ?? 'pricing 2.4.1 starting\nError: unknown flag: --prot\n');
    },
    clock: { now: () => new Date('2026-01-01T00:00:00Z'), sleep: () => Promise.resolve() },
  };
}

/** An answer as a model writes it. */
export function answer(
  field: string,
  op: 'replace' | 'add' | 'remove',
  value: JsonValue | undefined,
  more: JsonObject = {},
): JsonObject {
  return {
    decision: 'fix',
    reason: 'because',
    evidence: ['E1'],
    changes: [
      {
        object: { kind: 'Deployment', namespace: NAMESPACE, name: 'pricing' },
        operations: [{ op, field, value: value === undefined ? null : JSON.stringify(value) }],
      },
    ],
    ...more,
  };
}

export const CONTAINER = 'spec.template.spec.containers[name=pricing]';
