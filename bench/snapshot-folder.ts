import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runChild } from './support/child.ts';
import { benchPod } from './support/pods.ts';

/** Reading snapshot folders: JSON as one list and as one file a pod, and YAML, at growing sizes. */
export async function benchSnapshotFolder(): Promise<{ name: string; figures: Record<string, string | number> }[]> {
  const root = await mkdtemp(join(tmpdir(), 'remendo-bench-'));
  const cases: readonly (readonly [string, number, (directory: string, pods: number) => Promise<void>])[] = [
    ['JSON list', 1000, writeJsonList],
    ['JSON list', 5000, writeJsonList],
    ['JSON list', 10_000, writeJsonList],
    ['JSON, one file a pod', 10_000, writeJsonFiles],
    ['YAML list', 1000, writeYamlList],
    ['YAML list', 10_000, writeYamlList],
  ];
  const results = [];
  try {
    for (const [name, pods, write] of cases) {
      const directory = join(root, `${name.replaceAll(/\W+/g, '-')}-${pods}`);
      await mkdir(directory);
      await write(directory, pods);
      const figures = await runChild('./read-snapshot.ts', [directory]);
      if (figures['pods'] !== pods) throw new Error(`${name}: ${figures['pods']} of ${pods} pods read`);
      results.push({
        name: `snapshot folder, ${name}, ${pods} pods`,
        figures: {
          seconds: Number(figures['seconds']?.toFixed(2)),
          'peak RSS, MB': figures['peak'] ?? 0,
          'steady RSS, MB': figures['rss'] ?? 0,
          'steady heap, MB': figures['heapUsed'] ?? 0,
        },
      });
      await rm(directory, { recursive: true });
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return results;
}

/** As kubectl prints it: indented by four spaces. */
async function writeJsonList(directory: string, pods: number): Promise<void> {
  const items = Array.from({ length: pods }, (_, index) => JSON.stringify(benchPod(index), undefined, 4));
  await writeFile(join(directory, 'pods.json'), `{"apiVersion":"v1","items":[${items.join(',\n')}],"kind":"List"}\n`);
}

async function writeJsonFiles(directory: string, pods: number): Promise<void> {
  for (let index = 0; index < pods; index++) {
    await writeFile(join(directory, `pod-${index}.json`), JSON.stringify(benchPod(index)));
  }
}

/** The item's YAML is made once and its name replaced: making 10,000 of them would take longer than reading them. */
async function writeYamlList(directory: string, pods: number): Promise<void> {
  const name = String(Reflect.get(Object(benchPod(0)['metadata']), 'name'));
  const item = stringify([benchPod(0)], { indentSeq: false, lineWidth: 0 });
  const items = Array.from({ length: pods }, (_, index) => item.replaceAll(name, `pod-${index}`));
  await writeFile(join(directory, 'pods.yaml'), `apiVersion: v1\nitems:\n${items.join('')}kind: List\n`);
}
