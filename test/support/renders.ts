import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ApplicationSource } from '../../src/domain/kubernetes/application.ts';
import type { RenderRequest, Rendered, Renderer } from '../../src/ports/renderer.ts';

export const REPO = 'https://git.example.com/team/app.git';

/** A checkout made of files; a value that starts with `->` makes a symlink. */
export function checkoutOf(files: Readonly<Record<string, string>>): { directory: string } & Disposable {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'remendo-test-')));
  for (const [path, text] of Object.entries(files)) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), target);
    else writeFileSync(target, text);
  }
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

export function requestFor(
  directory: string,
  source: Partial<ApplicationSource>,
  more: Partial<RenderRequest> = {},
): RenderRequest {
  const full = { repoURL: REPO, path: 'app', ...source };
  return {
    application: { namespace: 'argocd', name: 'web' },
    spec: { destination: { namespace: 'shop' } },
    source: full,
    checkout: { repoURL: REPO, revision: 'a'.repeat(40), directory },
    path: full.path ?? '',
    refs: new Map(),
    overlay: new Map(),
    ...more,
  };
}

export async function rendered(renderer: Renderer, request: RenderRequest): Promise<Rendered> {
  const answer = await renderer.render(request);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}

export async function refusal(renderer: Renderer, request: RenderRequest): Promise<{ code: string; message: string }> {
  const answer = await renderer.render(request);
  if (answer.ok) throw new Error('it rendered');
  return answer.error;
}

/** `Kind/name` of each object. */
export function names({ objects }: Rendered): readonly string[] {
  return objects.map(({ ref }) => `${ref.kind}/${ref.name}`);
}

export function configMap(name: string, data: Readonly<Record<string, string>> = { a: 'b' }): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }) + '\n';
}
