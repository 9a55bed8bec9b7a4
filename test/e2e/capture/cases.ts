import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'detect');
const PREFIX = 'real-';

/** A folder of `fixtures/detect` that is made from a real cluster: `input.yaml` is what a person deploys. */
export interface CaptureCase {
  readonly name: string;
  readonly directory: string;
  /** Namespace in the real cluster; the captured objects say `shop`. */
  readonly namespace: string;
  readonly input: string;
  /** `then.yaml`, `then-2.yaml`, ...: what is deployed over it afterwards. */
  readonly steps: readonly Step[];
  /** Seconds from the last deployment to the capture: `# after: 700` in the input. */
  readonly after: number;
}

/** A later deployment: when all workloads are ready, or after the seconds of its line `# when: 40`. */
export interface Step {
  readonly text: string;
  readonly seconds: number | undefined;
}

/** From deployment to capture: long enough for back-offs, short enough for the default deadlines. */
export const USUAL_SECONDS = 200;

export function captureCases(chosen: readonly string[]): readonly CaptureCase[] {
  const all = readdirSync(ROOT).filter((name) => name.startsWith(PREFIX));
  const names = chosen.length === 0 ? all : chosen.map((name) => (name.startsWith(PREFIX) ? name : `${PREFIX}${name}`));
  return names.sort().map((name) => {
    const directory = join(ROOT, name);
    const input = readFileSync(join(directory, 'input.yaml'), 'utf8');
    const steps = readdirSync(directory)
      .filter((file) => /^then(-\d+)?\.yaml$/.test(file))
      .sort((a, b) => a.length - b.length || a.localeCompare(b));
    return {
      name,
      directory,
      namespace: name,
      input,
      steps: steps.map((file) => {
        const text = readFileSync(join(directory, file), 'utf8');
        return { text, seconds: numberIn(text, 'when') };
      }),
      after: numberIn(input, 'after') ?? USUAL_SECONDS,
    };
  });
}

function numberIn(text: string, word: string): number | undefined {
  const found = new RegExp(`^# ${word}: (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
