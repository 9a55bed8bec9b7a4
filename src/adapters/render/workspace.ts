import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import type { Tree } from './tree.ts';

/** A temporary folder that holds copies of what a program may read. Removed when it is disposed of. */
export interface Workspace extends Disposable {
  readonly directory: string;
  /** Folder that stands for the root of a repository. */
  root(repository: number): string;
  write(repository: number, path: string, text: string | Uint8Array): string;
}

/** Makes a folder of its own in the system's temporary folder. */
export function createWorkspace(): Workspace {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'remendo-render-')));
  mkdirSync(join(directory, 'home'));
  return {
    directory,
    root: (repository) => join(directory, `r${repository}`),
    write(repository, path, text) {
      const target = join(directory, `r${repository}`, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
      return target;
    },
    [Symbol.dispose]() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An environment without anything of this process: programs find no configuration, plugins, credentials or other programs. */
export function emptyEnvironment(workspace: Workspace): Record<string, string> {
  const home = join(workspace.directory, 'home');
  return {
    HOME: home,
    TMPDIR: home,
    XDG_CACHE_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    HELM_PLUGINS: join(home, 'plugins'),
    HELM_NO_PLUGINS: '1',
    KUBECONFIG: join(home, 'none'),
    KUBE_CACHE_MUTATION_DETECTOR: 'false',
    PATH: home,
    LANG: 'C.UTF-8',
  };
}

/** All files below a folder of a tree, sorted, links followed where they stay inside. At most `limit`. */
export function filesBelow(tree: Tree, folder: string, limit = 10_000): readonly string[] {
  const out: string[] = [];
  const walk = (path: string, depth: number): void => {
    for (const name of tree.list(path)) {
      if (name === '.git' || out.length >= limit || depth > 40) continue;
      const child = posix.join(path, name);
      const type = tree.type(child);
      if (type === 'directory') walk(child, depth + 1);
      else if (type === 'file') out.push(child);
    }
  };
  walk(folder, 0);
  return out;
}
