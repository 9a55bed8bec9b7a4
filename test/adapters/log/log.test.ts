import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogOptions } from '../../../src/adapters/log/log.ts';
import { createLog } from '../../../src/adapters/log/log.ts';
import { createRedactor } from '../../../src/domain/redact.ts';

async function logTo(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = await createLog({
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
    redact: createRedactor(['remendos-own-key']),
    ...options,
  });
  return { log, lines };
}

describe('log', () => {
  it('writes one JSON line a record, with level and time', async () => {
    const { log, lines } = await logTo();
    log.child({ incident: 'abc' }).info({ count: 2 }, 'incident seen');
    assert.equal(lines.length, 1);
    const record = JSON.parse(lines[0] ?? '');
    assert.match(record.time, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(
      { ...record, time: 0 },
      { level: 'info', time: 0, incident: 'abc', count: 2, msg: 'incident seen' },
    );
  });

  it('writes nothing below its level', async () => {
    const { log, lines } = await logTo({ level: 'warn' });
    log.info({}, 'no');
    log.debug({}, 'no');
    log.warn({}, 'yes');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).msg),
      ['yes'],
    );
  });

  it('hides secrets in messages, in fields at any depth, in errors and their causes, and in child fields', async () => {
    const { log, lines } = await logTo();
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const error = Object.assign(new Error(`clone of https://bob:hunter2@git.example.com failed`), {
      response: { headers: { authorization: `Bearer ${token}` } },
      cause: new Error(`token=${token}`),
    });
    log.warn({ deep: { x: { y: { password: 'hunter2', list: [`use ${token}`, { apiKey: 'hunter2' }] } } } }, 'nested');
    log.error({ error }, `failed with token=${token}`);
    log.error(error, 'the error itself');
    log.child({ token, note: 'remendos-own-key' }).info({}, 'child');
    log.info({ map: new Map([['password', 'hunter2']]), set: new Set([token]) }, 'collections');
    const out = lines.join('');
    assert.equal(lines.length, 5);
    for (const secret of [token, 'hunter2', 'remendos-own-key']) assert.ok(!out.includes(secret), out);
    assert.ok(out.includes('git.example.com'), out);
  });

  it('takes cycles, deep values, dates, big numbers and bytes', async () => {
    const { log, lines } = await logTo();
    const cycle: Record<string, unknown> = { at: new Date(0), big: 10n, bytes: Buffer.from('x'), nan: Number.NaN };
    cycle['self'] = cycle;
    let deep: object = {};
    for (let i = 0; i < 50; i++) deep = { deep };
    log.info({ cycle, deep, nothing: undefined, call: () => 0 }, 'odd');
    const { cycle: written, call, nothing } = JSON.parse(lines[0] ?? '');
    assert.deepEqual(written, {
      at: '1970-01-01T00:00:00.000Z',
      big: '10',
      bytes: '[1 bytes]',
      nan: 'NaN',
      self: '[circular]',
    });
    assert.deepEqual([call, nothing], ['[function]', undefined]);
  });

  it('keeps per cent signs and placeholders of the message as they are', async () => {
    const { log, lines } = await logTo();
    log.info({ a: 1 }, '100%s of %d');
    assert.equal(JSON.parse(lines[0] ?? '').msg, '100%s of %d');
  });

  it('is short at a terminal', async () => {
    const { log, lines } = await logTo({ pretty: true });
    log.info({ name: 'web', text: 'two words' }, 'seen');
    assert.match(lines.join(''), /^\d\d:\d\d:\d\d info  seen name=web text="two words"\n$/);
  });

  it('shows a terminal’s commands, and does not give them', async () => {
    const { log, lines } = await logTo({ pretty: true });
    log.info({ reason: '\u001b[2J', name: 'a\u009b31mb\u202ec' }, 'seen');
    assert.match(lines.join(''), /reason=\\u001b\[2J name=a\\u009b31mb\\u202ec\n$/);
  });
});
