import { posix } from 'node:path';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import type { RenderRequest, Rendered, Renderer } from '../../ports/renderer.ts';
import { readManifests } from './documents.ts';
import { compileGlob } from '../../domain/glob.ts';
import type { Manifest } from './objects.ts';
import { objectsOf } from './objects.ts';
import type { Tree } from './tree.ts';
import { treeOf } from './tree.ts';

/** Files that a directory source reads (argo-cd reposerver/repository/repository.go manifestFile). */
const MANIFEST_FILE = /\.(yaml|yml|json|jsonnet)$/;
/** A file that says this is left out (docs/user-guide/directory.md). */
const SKIP_MARKER = '+argocd:skip-file-rendering';
/** Argo CD's own default limit, reposerver.max.combined.directory.manifests.size. */
const MAX_TOTAL_SIZE = 10 * 1024 * 1024;

/** Renders a folder of plain manifests as Argo CD does: files in the order of a sorted walk, documents in file order. */
export function createDirectoryRenderer(): Renderer {
  return { type: 'Directory', render: (request) => Promise.resolve(renderDirectory(request)), inputs };
}

function inputs(request: RenderRequest): Result<Rendered['inputs'], Problem> {
  const tree = treeOf(request.checkout, request.overlay);
  const files = manifestFiles(request, tree);
  return files.ok ? ok(files.value.map((path) => ({ repoURL: request.checkout.repoURL, path }))) : files;
}

function renderDirectory(request: RenderRequest): Result<Rendered, Problem> {
  const { checkout, overlay, spec } = request;
  const tree = treeOf(checkout, overlay);
  const files = manifestFiles(request, tree);
  if (!files.ok) return files;
  const manifests: Manifest[] = [];
  let size = 0;
  for (const file of files.value) {
    if (file.endsWith('.jsonnet')) {
      return err(problem('not-supported', 'jsonnet is not rendered', { place: { file } }));
    }
    const text = tree.read(file) ?? '';
    size += text.length;
    if (size > MAX_TOTAL_SIZE) {
      return err(problem('render-failed', 'the manifests are larger than 10 MiB together', { place: { file } }));
    }
    if (text.includes(SKIP_MARKER)) continue;
    const read = readManifests(text, file);
    if (!read.ok) return read;
    for (const { document, value } of read.value) {
      manifests.push({ value, origin: { repoURL: checkout.repoURL, file, document } });
    }
  }
  const objects = objectsOf(manifests, spec.destination.namespace);
  return ok({ objects, inputs: files.value.map((path) => ({ repoURL: checkout.repoURL, path })) });
}

/** The files that the source reads, in the order of Go's filepath.Walk. Links to folders are not followed. */
function manifestFiles(request: RenderRequest, tree: Tree): Result<readonly string[], Problem> {
  const { path: root, source } = request;
  const { recurse = false, include, exclude, disableExtensionFilter = false } = source.directory ?? {};
  const type = tree.type(root);
  if (type !== 'directory') {
    return err(problem('path-missing', `there is no folder ${root || '.'} in ${request.checkout.repoURL}`));
  }
  const included = include ? (compileGlob(include) ?? (() => false)) : () => true;
  const excluded = exclude ? (compileGlob(exclude) ?? (() => false)) : () => false;
  const files: string[] = [];
  const outside: string[] = [];
  const walk = (folder: string): void => {
    for (const name of tree.list(folder)) {
      const path = posix.join(folder, name);
      if (name === '.git') continue;
      const link = tree.isSymlink(path);
      const entry = tree.type(path);
      if (entry === 'directory') {
        if (recurse && !link) walk(path);
        continue;
      }
      const relative = posix.relative(root, path);
      if (!disableExtensionFilter && !MANIFEST_FILE.test(name)) continue;
      if (entry === 'outside') outside.push(path);
      if (entry === 'file' && !excluded(relative) && included(relative)) files.push(path);
    }
  };
  walk(root);
  const [illegal] = outside;
  return illegal === undefined
    ? ok(files)
    : err(problem('file-invalid', 'a symlink leads out of the repository', { place: { file: illegal } }));
}
