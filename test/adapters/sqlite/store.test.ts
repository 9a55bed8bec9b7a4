import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createStore } from '../../../src/adapters/sqlite/store.ts';
import type { Pattern } from '../../../src/domain/pattern.ts';
import { recordingLog, temporaryFolder, turnableClock } from './helpers.ts';

const pattern = (id: string, more: Partial<Pattern> = {}): Pattern => ({
  id,
  kind: 'Deployment',
  cause: 'memory/oom-killed',
  shape: ['containerType=main'],
  change: [{ kind: 'multiply', inContainer: true, field: 'resources.limits.memory', factor: 2 }],
  verified: 1,
  refuted: 0,
  rejected: 0,
  lastOutcomeAt: '2026-01-01T00:00:00Z',
  sources: [],
  ...more,
});

const open = async (file: string, more: { maxBytes?: number } = {}) => {
  const log = recordingLog();
  const clock = turnableClock();
  return { log, clock, store: await createStore({ file, log, clock, ...more }) };
};

describe('store', () => {
  it('keeps entries and patterns over a restart', async (test) => {
    const file = join(temporaryFolder(test), 'deep', 'cache.db');
    const first = await open(file);
    first.store.set('a', '1');
    first.store.set('a', '2');
    first.store.set('b', '1');
    first.store.delete('b');
    first.store.putPattern(pattern('p'));
    first.store.putPattern(
      pattern('p', {
        verified: 2,
        change: [{ kind: 'set', inContainer: false, field: 'x', from: null, value: { y: [1, null] } }],
      }),
    );
    first.store.close();
    const { store, log } = await open(file);
    assert.equal(store.get('a'), '2');
    assert.equal(store.get('b'), undefined);
    assert.deepEqual(store.patterns(), [
      pattern('p', {
        verified: 2,
        change: [{ kind: 'set', inContainer: false, field: 'x', from: null, value: { y: [1, null] } }],
      }),
    ]);
    assert.deepEqual(log.messages, []);
    store.close();
  });

  it('behaves as a map, for any keys and values', async () => {
    const { store } = await open(':memory:');
    const command = fc.record({ key: fc.string(), value: fc.option(fc.string()) });
    const model = new Map<string, string>();
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        for (const { key, value } of commands) {
          // SQLite texts end at a NUL and are UTF-8: neither occurs in our keys.
          if (/\0/.test(key + (value ?? '')) || !(key + (value ?? '')).isWellFormed()) continue;
          if (value === null) {
            store.delete(key);
            model.delete(key);
          } else {
            store.set(key, value);
            model.set(key, value);
          }
          assert.equal(store.get(key), model.get(key));
        }
      }),
    );
    store.close();
  });

  it('forgets an entry after its time, also when the clock went back before', async () => {
    const { store, clock } = await open(':memory:');
    store.set('a', '1', 60);
    clock.turn(-3600);
    assert.equal(store.get('a'), '1');
    clock.turn(3600 + 59);
    assert.equal(store.get('a'), '1');
    clock.turn(1);
    assert.equal(store.get('a'), undefined);
    store.close();
  });

  for (const [what, damage] of [
    ['is no database', (file: string) => writeFileSync(file, 'not a database, but long enough to look at'.repeat(200))],
    [
      'lost its middle',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0xff, 100, bytes.length - 100);
        writeFileSync(file, bytes);
      },
    ],
    [
      'has a newer schema',
      (file: string) => {
        const database = new DatabaseSync(file);
        database.exec('pragma user_version = 99');
        database.close();
      },
    ],
  ] as const) {
    it(`sets aside a file that ${what} and starts empty`, async (test) => {
      const file = join(temporaryFolder(test), 'cache.db');
      const before = await open(file);
      before.store.set('a', '1');
      before.store.close();
      damage(file);
      const { store, log } = await open(file);
      assert.equal(store.get('a'), undefined);
      store.set('a', '2');
      store.close();
      assert.ok(existsSync(`${file}.corrupt`));
      assert.deepEqual(log.messages, ['store set aside, starting empty']);
      const again = await open(file);
      assert.equal(again.store.get('a'), '2');
      again.store.close();
    });
  }

  it('goes on in memory when the file goes bad under it, and starts anew next time', async (test) => {
    const file = join(temporaryFolder(test), 'cache.db');
    const filled = await open(file);
    for (let i = 0; i < 500; i++) filled.store.set(`key-${1000 + i}`, 'x'.repeat(9000));
    filled.store.close();
    const { store, log } = await open(file);
    writeFileSync(file, Buffer.alloc(statSync(file).size, 0x5a));
    assert.equal(store.get('key-1000'), undefined);
    store.set('a', '1');
    assert.equal(store.get('a'), '1');
    store.close();
    assert.deepEqual(log.messages, ['store does not answer, using memory']);
    const again = await open(file);
    again.store.set('b', '1');
    assert.equal(again.store.get('b'), '1');
    again.store.close();
  });

  it('keeps in memory what a full disk does not take, and makes room by dropping what is over', async (test) => {
    const file = join(temporaryFolder(test), 'cache.db');
    const { store, log, clock } = await open(file, { maxBytes: 64 * 1024 });
    for (let i = 0; i < 30; i++) store.set(`key-${i}`, 'x'.repeat(4000), 60);
    for (let i = 0; i < 30; i++) assert.equal(store.get(`key-${i}`)?.length, 4000);
    store.putPattern(pattern('p', { sources: ['x'.repeat(100_000)] }));
    assert.deepEqual(
      store.patterns().map(({ id }) => id),
      ['p'],
    );
    store.delete('key-29');
    assert.equal(store.get('key-29'), undefined);
    assert.deepEqual(log.messages, ['store does not answer, using memory']);
    clock.turn(61);
    store.set('later', 'y'.repeat(4000));
    store.close();
    const again = await open(file);
    assert.equal(again.store.get('later')?.length, 4000);
    again.store.close();
  });

  it('goes on in memory where the file cannot be made', async (test) => {
    const folder = temporaryFolder(test);
    mkdirSync(join(folder, 'cache.db'));
    const { store, log } = await open(join(folder, 'cache.db'));
    store.set('a', '1');
    assert.equal(store.get('a'), '1');
    assert.deepEqual(log.messages, ['store cannot be opened, keeping it in memory']);
    store.close();
  });

  it('does not fail while another process holds the lock', async (test) => {
    const file = join(temporaryFolder(test), 'cache.db');
    const { store, log } = await open(file);
    store.set('a', '1');
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    store.set('a', '2');
    assert.equal(store.get('a'), '2');
    other.exec('rollback');
    other.close();
    store.set('a', '3');
    store.close();
    assert.deepEqual(log.messages, ['store does not answer, using memory']);
    const again = await open(file);
    assert.equal(again.store.get('a'), '3');
    again.store.close();
  });

  it('leaves out a stored pattern that it does not understand', async (test) => {
    const file = join(temporaryFolder(test), 'cache.db');
    const { store } = await open(file);
    store.putPattern(pattern('good'));
    const other = new DatabaseSync(file);
    other.exec(`insert into pattern values ('bad', '{"id":7}'), ('worse', '{')`);
    other.close();
    assert.deepEqual(
      store.patterns().map(({ id }) => id),
      ['good'],
    );
    store.close();
  });

  it('has everything that it acknowledged after the process is killed', async (test) => {
    const file = join(temporaryFolder(test), 'cache.db');
    const child = spawn(process.execPath, [join(import.meta.dirname, 'store-writer.ts'), file], {
      timeout: 120_000,
      killSignal: 'SIGKILL',
    });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += String(chunk);
      if (told.length > 2000) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
    assert.ok(last > 100);
    const { store, log } = await open(file);
    for (let i = 0; i <= last; i++) assert.equal(store.get(`key-${i}`), `value-${i}`);
    assert.deepEqual(log.messages, []);
    store.close();
  });
});
