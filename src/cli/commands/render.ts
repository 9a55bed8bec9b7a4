import { stringify } from 'yaml';
import { createHide } from '../../app/hide-secrets.ts';
import { readApplications } from '../../app/applications-file.ts';
import { buildBasics } from '../../app/app.ts';
import { snapshotOf } from '../../app/offline.ts';
import { createSourcesOf } from '../../app/sources.ts';
import { printable } from '../control-characters.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import { createTerminal } from '../terminal.ts';
import { configFor, printProblem, repositoriesOf } from './shared.ts';

/** Options of `remendo render`. */
export interface RenderOptions extends GlobalOptions {
  readonly app: string;
  readonly repo?: readonly RepoOption[];
  readonly output: 'text' | 'json';
}

/** `remendo render`: the objects as Argo CD would apply them, without its tracking marks. Values of Secrets are not printed. */
export async function render(options: RenderOptions): Promise<number> {
  const terminal = createTerminal();
  const config = configFor(options, terminal, true);
  if (!config) return 1;
  const applications = readApplications(options.app);
  if (!applications.ok) {
    printProblem(applications.error, terminal);
    return 1;
  }
  const basics = await buildBasics(config, { env: process.env, repositories: repositoriesOf(options.repo) });
  const sources = createSourcesOf(basics.git, config, basics.log)(snapshotOf(applications.value, basics.clock.now()));
  const objects = [];
  for (const application of applications.value) {
    const rendered = await sources.render(application);
    if (!rendered.ok) {
      const { message, ...rest } = rendered.error;
      printProblem({ ...rest, message: createHide(basics.redact, []).text(message) }, terminal);
      return 1;
    }
    const hide = createHide(basics.redact, rendered.value.objects);
    objects.push(...rendered.value.objects.map(({ ref, object }) => hide.value(ref.kind, [], object)));
  }
  if (options.output === 'json')
    terminal.out(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2));
  else {
    const text = objects
      .map((object) => stringify(object, { lineWidth: 0 }))
      .join('---\n')
      .trimEnd();
    terminal.out(terminal.live ? printable(text) : text);
  }
  return 0;
}
