import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildApp } from '../../src/app/app.ts';
import type { IncidentOut } from '../../src/app/scan-contract.ts';
import { scanOutput } from '../../src/app/scan-output.ts';
import { completeConfig } from '../../src/config/config.ts';
import { pass } from '../../src/engine/pass.ts';
import type { ScanCase } from '../support/scan-case.ts';
import { openScanCase, scanCaseNames } from '../support/scan-case.ts';
import { tools } from '../support/tools.ts';

/** The incidents of a world, found as `remendo scan --snapshot --repo` finds them. */
async function scan({ cluster, repositories }: ScanCase): Promise<readonly IncidentOut[]> {
  const config = completeConfig({ registry: { enabled: false }, render: tools() });
  const app = await buildApp(
    { ...config, policy: { ...config.policy, mode: 'observe' } },
    { env: process.env, repositories, snapshot: cluster, persistent: false },
  );
  assert.ok(app.ok, JSON.stringify(app));
  try {
    const report = await pass(app.value.ports);
    assert.ok(report.ok, JSON.stringify(report));
    return scanOutput(report.value).incidents;
  } finally {
    await app.value.close();
  }
}

function nameOf({ object }: IncidentOut): string {
  return `${object.kind} ${object.namespace}/${object.name}`;
}

/** What would be written: only a fix that the proof lets through counts. */
function written({ edit, proof }: IncidentOut): { file: string; diff: readonly string[] } | undefined {
  const files = edit && 'files' in edit && proof?.verdict === 'proven' ? edit.files : [];
  if (files.length === 0) return undefined;
  const diff = files.flatMap((file) => file.diff.split('\n')).filter((line) => /^[-+](?![-+]{2} )/.test(line));
  return { file: files.map(({ path }) => path).join(), diff: diff.map((line) => line.replace(/\r$/, '')) };
}

function reasonsOf({ decision, proposals }: IncidentOut): string {
  return [decision.reason, ...proposals.map((one) => ('declined' in one ? one.declined : ''))].join('; ');
}

describe('scan of whole worlds', { concurrency: 2 }, () => {
  for (const name of scanCaseNames()) {
    it(name, async () => {
      using world = openScanCase(name);
      const incidents = await scan(world);
      const wanted = world.expected.incidents;
      const key = ({ object, cause }: { object: string; cause: string }): string => `${object}: ${cause}`;
      assert.deepEqual(
        incidents.map((incident) => key({ object: nameOf(incident), cause: incident.cause })).sort(),
        wanted.map(key).sort(),
        world.expected.about,
      );
      for (const incident of incidents) {
        const one = wanted.find((item) => key(item) === key({ object: nameOf(incident), cause: incident.cause }));
        const edit = written(incident);
        if (!one || 'fix' in one) {
          assert.equal(edit, undefined, `${nameOf(incident)} must be left alone`);
          assert.ok(
            reasonsOf(incident).includes(one?.because ?? ''),
            `${one?.because}\nis not in\n${reasonsOf(incident)}`,
          );
        } else {
          assert.deepEqual(edit, { file: one.file, diff: one.diff }, reasonsOf(incident));
        }
      }
      const opening = incidents.filter(({ decision }) => !decision.reason.includes('one pull request does for both'));
      const edits = opening.flatMap((incident) => written(incident) ?? []).map((edit) => JSON.stringify(edit));
      assert.equal(new Set(edits).size, edits.length, 'no edit is opened twice');
    });
  }
});
