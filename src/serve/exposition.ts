/** Metrics in the Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"). */
export interface Registry {
  counter(name: string, help: string): Series;
  gauge(name: string, help: string): Series;
  text(): string;
}

export type Labels = Readonly<Record<string, string>>;

export interface Series {
  set(value: number, labels?: Labels): void;
  add(value: number, labels?: Labels): void;
  /** Forgets every value: what is not set again is gone. */
  clear(): void;
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function createRegistry(): Registry {
  const families: { readonly head: string; readonly name: string; readonly values: Map<string, number> }[] = [];
  const family =
    (type: 'counter' | 'gauge') =>
    (name: string, help: string): Series => {
      const values = new Map<string, number>();
      families.push({ head: `# HELP ${name} ${escape(help, false)}\n# TYPE ${name} ${type}\n`, name, values });
      return {
        set: (value, labels) => void values.set(keyOf(labels), value),
        add: (value, labels) => void values.set(keyOf(labels), (values.get(keyOf(labels)) ?? 0) + value),
        clear: () => values.clear(),
      };
    };
  return {
    counter: family('counter'),
    gauge: family('gauge'),
    text: () =>
      families
        .filter(({ values }) => values.size > 0)
        .map(({ head, name, values }) => head + [...values].map(([key, value]) => `${name}${key} ${value}\n`).join(''))
        .join(''),
  };
}

function keyOf(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value, true)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(text: string, quotes: boolean): string {
  const plain = text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
  return quotes ? plain.replaceAll('"', String.raw`\"`) : plain;
}
