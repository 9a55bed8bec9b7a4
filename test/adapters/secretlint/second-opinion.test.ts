import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createSecondOpinion } from '../../../src/adapters/secretlint/second-opinion.ts';

const secondOpinion = createSecondOpinion();
const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

describe('second opinion', () => {
  it('hides what secretlint finds, and nothing beside it', async () => {
    assert.equal(
      await secondOpinion(`before ${token} between ${token} after`),
      'before [redacted] between [redacted] after',
    );
  });

  it('leaves ordinary manifests and logs as they are', async () => {
    const folder = join(import.meta.dirname, '../../../fixtures/redact/orders');
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.equal(await secondOpinion(text), text, file);
    }
  });

  it('leaves what was hidden before', async () => {
    const text = 'url: postgres://[redacted]@db:5432/orders\ntoken: [redacted]\n';
    assert.equal(await secondOpinion(text), text);
  });
});
