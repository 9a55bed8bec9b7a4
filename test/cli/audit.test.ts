import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { createAudit } from '../../src/adapters/audit/audit.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { createLog } from '../../src/adapters/log/log.ts';
import { createRedactor } from '../../src/domain/redact.ts';
import { remendo, scratch } from './remendo.ts';

async function writeAudit(file: string): Promise<void> {
  const redact = createRedactor([]);
  const log = await createLog({ level: 'silent', destination: process.stderr, redact });
  const audit = createAudit({ file, clock: createSystemClock(), redact, log });
  for (const event of ['opened', 'verifying', 'verified']) {
    audit.append({ at: '2026-03-01T12:00:00Z', event, fingerprint: '0011223344556677', detail: { reason: event } });
  }
}

it('audit verify ends with 0 and tells the head where the chain holds', async () => {
  using folder = scratch();
  await writeAudit(join(folder.path, 'audit.jsonl'));
  const { status, out } = await remendo(['audit', 'verify', 'audit.jsonl'], { directory: folder.path });
  assert.equal(status, 0);
  assert.match(out, /^audit\.jsonl: 3 records, the chain holds; head [0-9a-f]{64}\n$/);
});

it('audit verify ends with 1 and names the line where a record was changed', async () => {
  using folder = scratch();
  const file = join(folder.path, 'audit.jsonl');
  await writeAudit(file);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"verifying"', '"not-fixed"'));
  const { status, out, err } = await remendo(['audit', 'verify', 'audit.jsonl'], { directory: folder.path });
  assert.deepEqual([status, out], [1, '']);
  assert.match(err, /audit\.jsonl:2/);
});

it('audit verify looks in the state directory of the configuration', async () => {
  using folder = scratch();
  writeFileSync(join(folder.path, 'remendo.yaml'), 'state: {directory: elsewhere}\n');
  await writeAudit(join(folder.path, 'elsewhere', 'audit.jsonl'));
  const { status } = await remendo(['audit', 'verify'], { directory: folder.path });
  assert.equal(status, 0);
});
