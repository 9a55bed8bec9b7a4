import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unsupportedNode } from '../../src/cli/node-version.ts';
import { remendo, scratch } from './remendo.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe('the program', () => {
  it('names every command in its help', async () => {
    using folder = scratch();
    const { status, out } = await remendo(['--help'], { directory: folder.path });
    assert.equal(status, 0);
    for (const command of ['scan', 'run', 'prove', 'trace', 'render', 'snapshot', 'doctor', 'init', 'demo', 'audit']) {
      assert.match(out, new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual([status, err], [0, '']);
  });

  it('knows which Node.js it can run on', () => {
    for (const version of ['22.19.0', '22.20.1', '24.0.0', '26.10.0'])
      assert.equal(unsupportedNode(version), undefined);
    for (const version of ['22.18.9', '20.20.2', '18.0.0'])
      assert.match(unsupportedNode(version) ?? '', /22\.19 or later; this is/);
  });
});
