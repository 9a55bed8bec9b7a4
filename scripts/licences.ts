import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The licences of the packages that a bundle holds, one after the other: most of them ask for that wherever they are passed on. */
export function licencesOf({ inputs }: Metafile): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );
  return [...folders].toSorted().map(entry).join('\n');
}

function entry(folder: string): string {
  const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text =
    file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()}\n`;
  return `== ${field(about, 'name')} ${field(about, 'version')}: ${field(about, 'license')}\n${text}`;
}

function field(about: unknown, name: string): string {
  const value: unknown = typeof about === 'object' && about !== null ? Reflect.get(about, name) : undefined;
  return typeof value === 'string' ? value : 'not said';
}
