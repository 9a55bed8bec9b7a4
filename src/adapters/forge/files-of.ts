import { ok } from '../../domain/result.ts';
import type { ForgeReader, ForgeResult } from '../../ports/forge.ts';
import { askEach } from './ask-each.ts';

interface Pull {
  readonly number: number;
  readonly html_url: string;
  readonly user: string;
}

interface Changed {
  readonly filename: string;
  readonly previous_filename?: string | undefined;
}

/** Pull requests whose files are asked for, as the port says. */
const MOST = 100;

/** The files that pull requests touch, the first 100 of them: of a file that was moved both paths. */
export function filesOf(
  pulls: readonly Pull[],
  list: (number: number) => ForgeResult<{ readonly items: readonly Changed[] }>,
): ReturnType<ForgeReader['openFiles']> {
  return askEach(pulls.slice(0, MOST), async ({ number, html_url: url, user: author }) => {
    const files = await list(number);
    if (!files.ok) return files;
    const paths = files.value.items.flatMap((file) => [file.filename, file.previous_filename ?? file.filename]);
    return ok({ number, url, author, files: [...new Set(paths)] });
  });
}
