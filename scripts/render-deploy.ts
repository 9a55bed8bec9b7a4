import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { tools } from '../test/support/tools.ts';

const CHART = 'charts/remendo';
const root = fileURLToPath(new URL('../', import.meta.url));

/** What the chart's release would be called in the plain manifests. */
const NAME = 'remendo';

/** What helm takes for the cluster's version; its own guess depends on how it was built. */
const API = ['--kube-version', '1.34.0'];

/** Labels that speak of Helm, which plain manifests do not come from. */
const HELM = /^\s+(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm;

/** The chart's objects as plain manifests; `values` as `helm --set` takes them. */
export function renderManifests(...values: readonly string[]): string {
  const set = values.flatMap((value) => ['--set', value]);
  const text = execFileSync(tools().helm, ['template', NAME, CHART, '--namespace', NAME, ...API, ...set], {
    cwd: root,
    encoding: 'utf8',
  });
  return `# Made from ${CHART} by node scripts/render-deploy.ts.\n${text.replaceAll(HELM, '')}`;
}

/** A file of `deploy/read-only`: what Remendo's identities need, without Remendo. */
interface Part {
  readonly says: string;
  /** Whether it begins with the namespace, which Helm makes by itself. */
  readonly namespace?: boolean;
  /** Templates of the chart and kinds in them. */
  readonly from: readonly (readonly [template: string, kinds: RegExp])[];
}

const PARTS: Readonly<Record<string, Part>> = {
  reader: {
    namespace: true,
    says: `What Remendo reads. Nothing here can change anything: with this file alone Remendo works, and the checks that ask
the API server answer "could not check".

It lists Secrets and ConfigMaps because it must know which keys exist. Values are dropped as they arrive: they are never
kept, logged, or sent anywhere. Take the right to Secrets out if that is too much: references to them are not checked then.`,
    from: [
      ['serviceaccount', /^ServiceAccount$/],
      ['rbac', /^ClusterRole(Binding)?$/],
    ],
  },
  lease: {
    says: `Only for two or more replicas of \`remendo run\`: the one object that Remendo may write, the Lease of its leader
election.`,
    from: [['rbac', /^Role(Binding)?$/]],
  },
  policy: {
    says: `Denies every write of Remendo's identities that is not a dry run, whatever RBAC allows: also through subresources,
and also exec, attach, port-forward and proxy, which know no dry run. The Lease of lease.yaml is the one exception. Apply it
before dry-run.yaml.

Remendo tests at its start that this policy denies: as long as it does not, Remendo asks for no dry run.
Where Remendo runs in another namespace or under another name, render the chart with these names instead.
Needs Kubernetes 1.30.`,
    from: [['dry-run', /^ValidatingAdmissionPolicy(Binding)?$/]],
  },
  'dry-run': {
    says: `A second identity, which Remendo impersonates for one thing: to ask the API server what it would say to a change
(dryRun=All). The API server knows no verb for that: it wants the verbs of the write itself. Never apply this without
policy.yaml, which turns them into dry runs only. Set in remendo.yaml:
  cluster:
    dryRunAs: system:serviceaccount:remendo:remendo-dry-run`,
    from: [['dry-run', /^(ServiceAccount|(Cluster)?Role(Binding)?)$/]],
  },
};

/** Those documents of a rendering that a part is made of, below its words. */
function part({ says, from, namespace = false }: Part, rendered: string): string {
  const chosen = rendered.split(/^---\n/m).filter((document) => {
    const template = /^# Source: \S+\/(\S+)\.yaml$/m.exec(document)?.[1];
    const kind = /^kind: (\S+)$/m.exec(document)?.[1] ?? '';
    return from.some(([name, kinds]) => name === template && kinds.test(kind));
  });
  const head = says.replaceAll(/^/gm, '# ').replaceAll(/ +$/gm, '');
  const first = namespace ? [readFileSync(`${root}deploy/namespace.yaml`, 'utf8')] : [];
  return `${head}\n#\n# Made from ${CHART} by node scripts/render-deploy.ts.\n---\n${[...first, ...chosen].join('---\n')}`;
}

/** Every file that is made from the chart, by path. */
export function renderedFiles(): ReadonlyMap<string, string> {
  const two = renderManifests('dryRun.enabled=true');
  return new Map([
    ['deploy/remendo.yaml', renderManifests()],
    ['deploy/dry-run/remendo.yaml', two],
    ...Object.entries(PARTS).map(([name, made]): [string, string] => [
      `deploy/read-only/${name}.yaml`,
      part(made, two),
    ]),
  ]);
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  for (const [path, text] of renderedFiles()) writeFileSync(root + path, text);
}
