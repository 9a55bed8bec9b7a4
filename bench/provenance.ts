import type { Operation } from '../src/domain/change.ts';
import { fieldPath, objectRef, openCase } from '../test/support/cases.ts';

type Row = { name: string; figures: Record<string, string | number> };

/** What finding, editing and proving one field costs: renders and milliseconds, on the fixtures with real programs. */
export async function benchProvenance(): Promise<Row[]> {
  const rows: Row[] = [];
  const renders: number[] = [];
  for (const name of ['plain', 'kustomize-overlays', 'kustomize-generators', 'helm-environments', 'helm-umbrella']) {
    using opened = openCase(name);
    const counts: number[] = [];
    const times: number[] = [];
    const again: number[] = [];
    for (const { application: wanted, object: text, field, set } of opened.questions) {
      const application = opened.applications.find(({ metadata }) => metadata.name === wanted);
      if (!application || set === undefined) continue;
      const object = objectRef(text, application.spec.destination.namespace);
      const located = await opened.sources.locate(application, object);
      if (!located.ok) throw new Error(located.error.message);
      const operation: Operation = { op: 'replace', path: fieldPath(field), value: set };
      const ask = async (into: number[]): Promise<void> => {
        const start = performance.now();
        await opened.sources.plan(located.value.location, { object, operations: [operation] });
        into.push(performance.now() - start);
      };
      const before = opened.sources.renders();
      await ask(times);
      counts.push(opened.sources.renders() - before);
      await ask(again);
    }
    renders.push(...counts);
    rows.push({
      name: `provenance, ${name}`,
      figures: {
        questions: counts.length,
        'renders, median': median(counts),
        'renders, most': Math.max(...counts),
        'ms, median': Math.round(median(times) * 10) / 10,
        'ms, most': Math.round(Math.max(...times)),
        'ms asked again, median': Math.round(median(again) * 10) / 10,
      },
    });
  }
  rows.push({ name: 'provenance, all fixtures', figures: { 'renders, median': median(renders) } });
  return rows;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
