import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync } from 'node:fs';

/** What an annotation can point at. Lines are 1-based. */
export interface AnnotationPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly title?: string | undefined;
}

/** The runner, as a step speaks to it: workflow commands on standard output, and files that the environment names. */
export interface Runner {
  /** A line of the log. Nothing in it is ever taken for a command. */
  say(line: string): void;
  /** From here on the runner hides this text in logs. */
  mask(secret: string): void;
  annotate(level: 'error' | 'warning' | 'notice', message: string, place?: AnnotationPlace): void;
  output(name: string, value: string): void;
  /** Adds Markdown to the job summary. */
  summarize(markdown: string): void;
  /** Lets the runner obey commands again: those of the steps that follow. */
  end(): void;
  /** Bytes that the summary of this step may still take. */
  readonly summaryRoom: number;
}

/** GitHub refuses a summary over 1 MiB as a whole (docs.github.com, "Workflow commands", job summaries). */
const SUMMARY_LIMIT = 1024 * 1024;

/**
 * Speaks to the runner. Commands are off (`stop-commands` with a random word) but for the moments in which this object
 * itself gives one: pod logs, manifests and answers of servers reach the log too, and must not be obeyed.
 */
export function createRunner(env: NodeJS.ProcessEnv, write: (line: string) => void): Runner {
  const word = randomUUID();
  write(`::stop-commands::${word}`);
  const command = (text: string): void => {
    write(`::${word}::`);
    write(text);
    write(`::stop-commands::${word}`);
  };
  const { GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary } = env;
  return {
    say: (line) => write(line),
    mask(secret) {
      // The runner matches line by line: a private key has many, and its short ones would hide ordinary words.
      const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 4);
      for (const line of lines) command(`::add-mask::${escapeData(line)}`);
    },
    annotate(level, message, place = {}) {
      const properties = Object.entries({ file: place.file, line: place.line, title: place.title })
        .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${escapeProperty(String(value))}`]))
        .join(',');
      command(`::${level}${properties === '' ? '' : ` ${properties}`}::${escapeData(message)}`);
    },
    output(name, value) {
      if (!outputs) return;
      const end = `end-${randomUUID()}`;
      appendFileSync(outputs, `${name}<<${end}\n${value}\n${end}\n`);
    },
    summarize(markdown) {
      if (summary) appendFileSync(summary, markdown);
    },
    end: () => write(`::${word}::`),
    get summaryRoom() {
      return SUMMARY_LIMIT - (summary ? (statSync(summary, { throwIfNoEntry: false })?.size ?? 0) : 0);
    },
  };
}

/** As the runner reads it back: actions/toolkit, packages/core/src/command.ts. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
