import { REDACTED } from '../../domain/redact.ts';

/**
 * A second look at a text that leaves the house (for a model, for a pull request), by secretlint's recommended rules. It
 * runs after the redactor: it knows issuers' forms that ours may lack, and by itself misses much that ours finds. Where it
 * fails it throws, so that nothing leaves unseen. secretlint is loaded with the first text.
 */
export function createSecondOpinion(): (text: string) => Promise<string> {
  let loading: ReturnType<typeof load> | undefined;
  return async (text) => {
    loading ??= load();
    const { lintSource, creator } = await loading;
    const { messages } = await lintSource({
      source: { filePath: 'text.txt', content: text, ext: '.txt', contentType: 'text' },
      options: {
        config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
        maskSecrets: false,
        noPhysicFilePath: true,
      },
    });
    return hideRanges(
      text,
      messages.map(({ range }) => range),
    );
  };
}

async function load() {
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  return { lintSource, creator };
}

/** Replaces ranges (which may overlap) of a text. */
function hideRanges(text: string, ranges: readonly (readonly [number, number])[]): string {
  let out = '';
  let done = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (end <= done) continue;
    out += start >= done ? text.slice(done, start) + REDACTED : '';
    done = end;
  }
  return out + text.slice(done);
}
