import manifest from '../../package.json' with { type: 'json' };

/** Why this Node.js cannot run Remendo; undefined where it can. `version` as `process.versions.node` writes it. */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = numbers(manifest.engines.node);
  const [haveMajor = 0, haveMinor = 0] = numbers(version);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return undefined;
  return `remendo needs Node.js ${major}.${minor} or later; this is ${version}`;
}

function numbers(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
