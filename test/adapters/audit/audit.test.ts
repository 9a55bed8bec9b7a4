import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createAudit } from '../../../src/adapters/audit/audit.ts';
import { verifyAudit } from '../../../src/adapters/audit/verify.ts';
import { createRedactor } from '../../../src/domain/redact.ts';
import { recordingLog, temporaryFolder, turnableClock } from '../sqlite/helpers.ts';

function setUp(test: TestContext) {
  const file = join(temporaryFolder(test), 'state', 'audit.jsonl');
  const log = recordingLog();
  const clock = turnableClock();
  const open = () => createAudit({ file, clock, redact: createRedactor([]), log });
  return { file, log, clock, open };
}

const fill = (audit: ReturnType<typeof createAudit>, count: number) => {
  for (let i = 0; i < count; i++) audit.append({ event: 'decision', fingerprint: `f${i}`, detail: { i } });
};

describe('audit log', () => {
  it('chains records over restarts and verifies', (test) => {
    const { file, open } = setUp(test);
    fill(open(), 3);
    const audit = open();
    fill(audit, 2);
    const records = [...audit.records()];
    assert.deepEqual(
      records.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5],
    );
    assert.equal(records[4]?.previous, records[3]?.digest);
    const verified = verifyAudit(file);
    assert.ok(verified.ok);
    assert.deepEqual(
      [verified.value.records, verified.value.head, verified.value.torn],
      [5, records[4]?.digest, false],
    );
  });

  it('finds any change of any byte, and names its line', (test) => {
    const { file, open } = setUp(test);
    fill(open(), 6);
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ flip;
        writeFileSync(file, changed);
        const verified = verifyAudit(file);
        const line = whole.subarray(0, at).filter((byte) => byte === 10).length + 1;
        assert.ok(!verified.ok && verified.error.code === 'audit-broken');
        assert.equal(verified.error.place?.line, line);
      }),
    );
  });

  it('finds a line that was removed, moved, repeated or put in', (test) => {
    const { file, open } = setUp(test);
    fill(open(), 5);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const [one = '', two = '', three = '', four = '', five = ''] = lines;
    for (const [changed, broken] of [
      [[one, three, four, five], 2],
      [[two, three], 1],
      [[one, two, four, three, five], 3],
      [[one, two, two, three], 3],
      [[one, two, three, '{"event":"x"}', four], 4],
    ] as const) {
      writeFileSync(file, `${changed.join('\n')}\n`);
      const verified = verifyAudit(file);
      assert.ok(!verified.ok);
      assert.equal(verified.error.place?.line, broken);
    }
  });

  it('drops half a last line and goes on', (test) => {
    const { file, open, log } = setUp(test);
    fill(open(), 3);
    const { length } = readFileSync(file);
    truncateSync(file, length - 40);
    const torn = verifyAudit(file);
    assert.ok(torn.ok && torn.value.torn && torn.value.records === 2);
    assert.equal([...open().records()].length, 2);
    fill(open(), 1);
    assert.deepEqual(log.messages, ['half a line at the end of the audit log dropped']);
    const verified = verifyAudit(file);
    assert.ok(verified.ok && !verified.value.torn && verified.value.records === 3);
  });

  it('reads the end again when another process appended', (test) => {
    const { file, open } = setUp(test);
    const first = open();
    const second = open();
    for (let i = 0; i < 4; i++) fill(i % 2 === 0 ? first : second, 1);
    const verified = verifyAudit(file);
    assert.ok(verified.ok && verified.value.records === 4);
  });

  it('sets a broken chain aside and begins anew', (test) => {
    const { file, open, log } = setUp(test);
    fill(open(), 2);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"i', '"j'));
    fill(open(), 1);
    assert.ok(existsSync(`${file}.broken`));
    const verified = verifyAudit(file);
    assert.ok(verified.ok && verified.value.records === 1);
    assert.deepEqual(log.messages, ['audit log does not hold, set aside']);
    writeFileSync(file, 'nothing that was written here\n');
    fill(open(), 1);
    assert.ok(readFileSync(`${file}.broken`, 'utf8').includes('"j'), 'the first one is still there');
    assert.equal(readFileSync(`${file}.broken.2`, 'utf8'), 'nothing that was written here\n');
  });

  it('takes a clock that goes back, and the time that it is given', (test) => {
    const { file, open, clock } = setUp(test);
    const audit = open();
    fill(audit, 1);
    clock.turn(-86_400);
    fill(audit, 1);
    audit.append({ at: '2020-01-01T00:00:00Z', event: 'x', detail: {} });
    assert.ok(verifyAudit(file).ok);
    assert.deepEqual(
      [...audit.records()].map(({ at }) => at),
      ['2026-01-01T00:00:00.000Z', '2025-12-31T00:00:00.000Z', '2020-01-01T00:00:00Z'],
    );
  });

  it('hides secrets in the detail', (test) => {
    const { file, open } = setUp(test);
    open().append({
      event: 'x',
      detail: { url: 'https://a:hunter2@git.example.com', password: 'hunter2', list: ['token=hunter2'] },
    });
    assert.ok(!readFileSync(file, 'utf8').includes('hunter2'));
  });

  it('loses the record and logs where the file cannot be written, and goes on afterwards', (test) => {
    const { file, open, log } = setUp(test);
    const audit = open();
    mkdirSync(file, { recursive: true });
    fill(audit, 1);
    assert.deepEqual(log.messages, ['audit not written']);
    rmSync(file, { recursive: true });
    fill(audit, 1);
    assert.ok(verifyAudit(file).ok);
  });

  it('says so where there is no log', (test) => {
    const { file } = setUp(test);
    const missing = verifyAudit(file);
    assert.ok(!missing.ok && missing.error.code === 'audit-missing');
    mkdirSync(file, { recursive: true });
    const folder = verifyAudit(file);
    assert.ok(!folder.ok && folder.error.code === 'audit-unreadable');
  });

  it('takes garbage after the chain for what it is', (test) => {
    const { file, open } = setUp(test);
    fill(open(), 2);
    appendFileSync(file, 'garbage\n');
    const verified = verifyAudit(file);
    assert.ok(!verified.ok);
    assert.equal(verified.error.place?.line, 3);
  });

  it('has everything that it acknowledged after the process is killed', async (test) => {
    const { file, open } = setUp(test);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'audit-writer.ts'), file]);
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += String(chunk);
      if (told.length > 200) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
    const verified = verifyAudit(file);
    assert.ok(verified.ok && verified.value.records >= last && last > 10);
    fill(open(), 1);
    assert.ok(verifyAudit(file).ok);
  });
});
