/** What one workload of the demo differs in. */
interface Workload {
  readonly name: string;
  /** Repository and tag, without the registry. */
  readonly image: string;
  /** Further lines of the container, indented by eight spaces. */
  readonly container?: string;
  /** The old pods go before the new ones come. */
  readonly recreate?: boolean;
}

const NAMESPACE = 'shop';

function deployment(registry: string, { name, image, container = '', recreate = false }: Workload): string {
  return `# ${name}. Owner: team shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${NAMESPACE}
spec:
  replicas: 1
${recreate ? '  strategy: {type: Recreate}\n' : ''}  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
      - name: ${name}
        image: ${registry}/${image}
${container}`;
}

const memory = (limit: string): string => `        resources:
          limits:
            memory: ${limit}        # measured in spring
`;
const liveness = (path: string): string => `        ports: [{containerPort: 8080}]
        livenessProbe:
          httpGet: { path: ${path}, port: 8080 }   # keep in step with the router
`;
const args = (...list: string[]): string => `        args:\n${list.map((item) => `        - ${item}\n`).join('')}`;

const MAILER = `        env:
        # from the vault job
        - name: PASSWORD
          valueFrom: {secretKeyRef: {name: mailer, key: SMTP_PASWORD}}
`;
const CATALOG = `        ports:
        - name: http
          containerPort: 8080
        readinessProbe:
          httpGet:
            path: /healthz
            port: 8081
          periodSeconds: 1
          failureThreshold: 2
`;

/** The GitOps repository as the demo finds it; `registry` is the host of the images. */
export function repositoryFiles(registry: string): Readonly<Record<string, string>> {
  const workloads: readonly Workload[] = [
    { name: 'orders', image: 'shop/orders:2.0.1', container: memory('64Mi') },
    { name: 'front', image: 'shop/front:1.4.l' },
    { name: 'mailer', image: 'shop/mailer:1.0.0', container: MAILER },
    { name: 'catalog', image: 'shop/catalog:3.1.0', container: CATALOG },
    { name: 'pricing', image: 'shop/pricing:2.4.1', container: args('--prot=8080', '--currency=EUR') },
    { name: 'search', image: 'shop/search:5.0.2', container: liveness('/healthz') },
    { name: 'reports', image: 'shop/reports:0.9.0', recreate: true },
    { name: 'worker', image: 'shop/worker:1.1.0', container: memory('64Mi') },
  ];
  return Object.fromEntries(workloads.map((workload) => [pathOf(workload.name), deployment(registry, workload)]));
}

/** Where a workload's manifest is. */
export function pathOf(name: string): string {
  return `shop/${name}.yaml`;
}

/** The commit that breaks `search`: what the history source finds. */
export function brokenSearch(registry: string): string {
  return deployment(registry, { name: 'search', image: 'shop/search:5.0.2', container: liveness('/health') });
}

/** The upgrade that breaks `reports`; the image that it ran before is gone from the registry by then. */
export function upgradedReports(registry: string): string {
  return deployment(registry, { name: 'reports', image: 'shop/reports:1.0.0', recreate: true });
}

/** A workload that is slow to start, and healthy: doing nothing is right. */
export function slowLedger(registry: string): string {
  return deployment(registry, {
    name: 'ledger',
    image: 'shop/ledger:1.0.0',
    container: `        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}}
`,
  });
}

/** The failure of `pricing` again, on another workload. */
export function pricingElsewhere(registry: string): string {
  return deployment(registry, {
    name: 'pricing-eu',
    image: 'shop/pricing:2.4.1',
    container: args('--currency=EUR', '--prot=8080'),
  });
}

/** The Argo CD Application that deploys the folder. */
export function application(repoURL: string): Record<string, unknown> {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path: 'shop', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: NAMESPACE },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
      // The demo makes a dozen deployments, and what ran before them is told from this history.
      revisionHistoryLimit: 30,
    },
  };
}

/** What a vault job would have written into the cluster. */
export const MAILER_SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'mailer', namespace: NAMESPACE },
  type: 'Opaque',
  data: { SMTP_PASSWORD: 'bm90LWEtcmVhbC1vbmU=', SMTP_USER: 'bWFpbGVy' },
} as const;
