import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { CronJob } from '../../../../src/domain/kubernetes/workload.ts';
import { firstRunAfter } from '../../../../src/stages/propose/history/schedule.ts';

const HOUR = 3_600_000;

function spec(schedule: string, timeZone?: string): CronJob['spec'] {
  const jobTemplate = { spec: { template: { spec: { containers: [] } } } };
  return { schedule, jobTemplate, ...(timeZone === undefined ? {} : { timeZone }) };
}

function first(schedule: string, after: string, before: string, timeZone?: string): string | undefined {
  const at = firstRunAfter(spec(schedule, timeZone), Date.parse(after), Date.parse(before));
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
}

describe('when a CronJob is due', () => {
  it('finds the first run of a daily schedule, and none where the time is up before', () => {
    assert.equal(first('0 2 * * *', '2026-11-19T02:01:10Z', '2026-11-20T10:00:00Z'), '2026-11-20T02:00');
    assert.equal(first('0 2 * * *', '2026-11-20T02:01:10Z', '2026-11-20T10:00:00Z'), undefined);
  });

  it('does not count the minute in which the last run ended', () => {
    assert.equal(first('* * * * *', '2026-11-20T02:01:00Z', '2026-11-20T02:02:00Z'), undefined);
    assert.equal(first('* * * * *', '2026-11-20T02:01:00Z', '2026-11-20T02:02:01Z'), '2026-11-20T02:02');
  });

  it('reads steps, ranges, lists, names and macros', () => {
    assert.equal(first('*/15 8-9 * * *', '2026-11-20T09:46:00Z', '2026-11-21T12:00:00Z'), '2026-11-21T08:00');
    assert.equal(first('5,35 * * * *', '2026-11-20T09:06:00Z', '2026-11-20T12:00:00Z'), '2026-11-20T09:35');
    assert.equal(first('10/20 * * * *', '2026-11-20T09:51:00Z', '2026-11-20T12:00:00Z'), '2026-11-20T10:10');
    assert.equal(first('0 3 * nov mon-fri', '2026-11-20T03:30:00Z', '2026-11-24T00:00:00Z'), '2026-11-23T03:00');
    assert.equal(first('0 3 * * 7', '2026-11-20T03:30:00Z', '2026-11-24T00:00:00Z'), '2026-11-22T03:00');
    assert.equal(first('@hourly', '2026-11-20T03:30:00Z', '2026-11-24T00:00:00Z'), '2026-11-20T04:00');
  });

  it('takes either day where both are restricted, as cron does', () => {
    assert.equal(first('0 0 1 * mon', '2026-11-20T03:30:00Z', '2026-12-24T00:00:00Z'), '2026-11-23T00:00');
    assert.equal(first('0 0 21 * mon', '2026-11-20T03:30:00Z', '2026-12-24T00:00:00Z'), '2026-11-21T00:00');
    assert.equal(first('0 0 */2 * mon', '2026-11-20T03:30:00Z', '2026-12-24T00:00:00Z'), '2026-11-23T00:00');
    assert.equal(first('0 0 */2 * tue', '2026-11-20T03:30:00Z', '2026-11-30T00:00:00Z'), undefined);
  });

  it('counts in the zone that the CronJob names', () => {
    const [after, before] = ['2026-11-20T00:30:00Z', '2026-11-20T12:00:00Z'];
    assert.equal(first('0 2 * * *', after, before, 'Europe/Berlin'), '2026-11-20T01:00');
    assert.equal(first('0 2 * * *', after, before, 'No/Where'), undefined);
  });

  it('does not know what it cannot read', () => {
    for (const text of [
      '@every 1h',
      '',
      '0 2 * *',
      '61 * * * *',
      '0 2 * * * *',
      '5-1 * * * *',
      '*/0 * * * *',
      'L * * * *',
    ]) {
      assert.equal(first(text, '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'), undefined, text);
    }
  });

  it('is always after the one time and before the other, on the minute and hour that are asked for', () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const time = fc.integer({ min: 0, max: 20_000 * 60_000 }).map((offset) => start + offset);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }), time, (minute, hour, after) => {
        const before = after + 25 * HOUR;
        const at = firstRunAfter(spec(`${minute} ${hour} * * *`), after, before);
        assert.ok(at !== undefined && at > after && at < before, String(at));
        const found = new Date(at);
        assert.deepEqual([found.getUTCMinutes(), found.getUTCHours()], [minute, hour]);
      }),
    );
  });
});
