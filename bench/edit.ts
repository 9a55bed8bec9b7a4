import type { DocumentSelector } from '../src/domain/change-set.ts';
import { readDocuments } from '../src/domain/yaml/read.ts';
import { buildChangeSet } from '../src/stages/edit/build-change-set.ts';
import type { TextEdit } from '../src/stages/edit/edit-text.ts';
import { editText } from '../src/stages/edit/edit-text.ts';

const RUNS = 60;

/** A Deployment of about a hundred lines, as people write them. */
function manifest(name: string): string {
  const env = Array.from(
    { length: 28 },
    (_, i) => `        - name: VARIABLE_${i}\n          value: "value ${i}"  # set ${i}`,
  );
  return `# ${name}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}, team: shop}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: web
        image: registry.example/shop/${name}:1.2.3
        args: ["--port=8080", --verbose]
        command:
        - sh
        - -c
        - |
          echo one
          echo two
        ports:
        - name: http
          containerPort: 8080
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits:
            memory: 128Mi   # measured in May
        livenessProbe:
          httpGet: { path: /healthz, port: http }
          periodSeconds: 10
          failureThreshold: 3
        env:
${env.join('\n')}
`;
}

const WEB = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }] as const;

/** Replaces a scalar, adds an environment variable and takes one away, in one document. */
function edits(document: DocumentSelector): TextEdit[] {
  return [
    { document, operations: [{ op: 'replace', path: [...WEB, 'resources', 'limits', 'memory'], value: '256Mi' }] },
  ];
}

function threeEdits(document: DocumentSelector): TextEdit[] {
  const add = { op: 'add', path: [...WEB, 'env', '-'], value: { name: 'NEW', value: 'yes' } } as const;
  const remove = { op: 'remove', path: [...WEB, 'env', { key: 'name', value: 'VARIABLE_3' }] } as const;
  return [...edits(document), { document, operations: [add, remove] }];
}

function measure(
  name: string,
  text: string,
  wanted: readonly TextEdit[],
): { name: string; figures: Record<string, number> } {
  const times: number[] = [];
  let first = 0;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    const result = editText(text, wanted, 'deploy.yaml');
    const took = performance.now() - start;
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
    if (i === 0) first = took;
    else times.push(took);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
  return {
    name: `edit, ${name}`,
    figures: {
      lines: text.split('\n').length - 1,
      'first, ms': Number(first.toFixed(2)),
      'median, ms': at(0.5),
      'p95, ms': at(0.95),
    },
  };
}

function changeSet(text: string, wanted: readonly TextEdit[]): { name: string; figures: Record<string, number> } {
  const edits = wanted.map((edit) => ({ ...edit, path: 'deploy.yaml' }));
  const start = performance.now();
  const read = (path: string): string | undefined => (path === 'deploy.yaml' ? text : undefined);
  const built = buildChangeSet({ repoURL: 'r', baseRevision: 'b', edits, place: 'the manifest', read });
  const took = performance.now() - start;
  if (!built.ok) throw new Error(built.error.message);
  return {
    name: 'edit, change set with its diff, one of 200 documents',
    figures: { 'once, ms': Number(took.toFixed(2)) },
  };
}

/** Edits of a document of about 100 lines: alone, and as one of 200 in its file, selected by index and by object. */
export async function benchEdit(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const one = manifest('web-100');
  const many = Array.from({ length: 200 }, (_, i) => manifest(`web-${i}`)).join('---\n');
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web-100' };
  const byRef: DocumentSelector = { ref, defaultNamespace: 'shop' };
  const measured = [
    measure('one scalar, alone in its file', one, edits({ index: 0 })),
    measure('one scalar, one of 200 documents by index', many, edits({ index: 100 })),
    measure('one scalar, one of 200 documents by object', many, edits(byRef)),
    measure('three operations, one of 200 documents by object', many, threeEdits(byRef)),
    changeSet(many, edits(byRef)),
  ];
  const start = performance.now();
  const read = readDocuments(many);
  const whole = performance.now() - start;
  if (!read.ok) throw new Error(read.error.message);
  return [
    ...measured,
    { name: 'edit, for comparison: reading all 200 documents', figures: { 'first, ms': Number(whole.toFixed(1)) } },
  ];
}
