import { DETECTORS } from '../../src/stages/detect/registry.ts';

const HEAD = `# Causes

<!-- Made by \`npm run generate\` from the catalogues in src/stages/detect/families/; edit the sentences there. -->

Every incident has one cause, \`family/specific\`. The key is stable: it is part of the fingerprint, of learned patterns and
of the output of \`scan\`. A detector that cannot see a kind it needs does not run, and the scan says so under \`blind\`.
`;

/** `docs/causes.md`: every cause that a detector can report, with the kinds that its detector needs. */
export function causesPage(): string {
  const sections = DETECTORS.map(({ name, needs, causes }) => {
    const rows = Object.entries(causes).map(
      ([key, { title, severity, docs }]) => `| \`${key}\` | ${severity} | ${title} | ${docs} |`,
    );
    const table = ['| cause | severity | what shows | what it means |', '| --- | --- | --- | --- |', ...rows];
    return [`## ${name}`, '', `Needs: ${needs.join(', ')}.`, '', ...table, ''].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}
