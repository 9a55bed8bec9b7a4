import type { IncidentOut } from '../src/app/scan-contract.ts';
import { nameOf, placeHere } from './here.ts';

const LEVEL = { critical: 'error', warning: 'warning', info: 'note' } as const;

/** Code scanning shows no more of one upload. */
const LIMIT = 5000;

/**
 * SARIF 2.1.0 with the incidents that have a place in this repository. Fingerprints are the incident's own and know no
 * line: `primaryLocationLineHash` is the one that code scanning goes by (github/codeql-action, src/fingerprints.ts keeps
 * one that is there), so that an alert survives when lines move.
 */
export function sarif(incidents: readonly IncidentOut[], version: string, env: NodeJS.ProcessEnv): object {
  const placed = incidents
    .flatMap((incident) => {
      const place = placeHere(incident, env);
      return place ? [{ incident, place }] : [];
    })
    .slice(0, LIMIT);
  const causes = [...new Set(placed.map(({ incident }) => incident.cause))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Remendo',
            semanticVersion: version,
            rules: causes.map((id) => ({
              id,
              shortDescription: { text: `A workload fails: ${id}` },
              properties: { tags: ['kubernetes', 'gitops'] },
            })),
          },
        },
        automationDetails: { id: 'remendo/' },
        results: placed.map(({ incident, place }) => ({
          ruleId: incident.cause,
          ruleIndex: causes.indexOf(incident.cause),
          level: LEVEL[incident.severity],
          message: { text: `${nameOf(incident)}: ${incident.summary}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: place.file.split('/').map(encodeURIComponent).join('/') },
                region: { startLine: place.line ?? 1 },
              },
              logicalLocations: [{ fullyQualifiedName: nameOf(incident), kind: 'object' }],
            },
          ],
          partialFingerprints: {
            primaryLocationLineHash: `${incident.fingerprint}:1`,
            'remendoIncident/v1': incident.fingerprint,
          },
        })),
      },
    ],
  };
}
