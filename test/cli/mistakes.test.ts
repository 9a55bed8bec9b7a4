import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { remendo, scratch } from './remendo.ts';

/** A kubeconfig for a server without TLS; the token is only there to be looked for in the output. */
function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'a-token-that-nobody-may-see' } }],
  });
}

/** A port of this machine that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Mistake {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly says: readonly (string | RegExp)[];
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'no kubeconfig': { args: ['scan'], says: ['[kubeconfig-missing]', 'hint: '] },
  'an unknown command, with a suggestion': { args: ['scam'], says: ["unknown command 'scam'", 'Did you mean scan?'] },
  'an unknown option, with a suggestion': {
    args: ['scan', '--snapshoot', '.'],
    says: ["unknown option '--snapshoot'", 'Did you mean --snapshot?'],
  },
  'an unknown format': { args: ['scan', '-o', 'yaml'], says: ['Allowed choices are text, json'] },
  '--repo without a path': { args: ['scan', '--repo', 'https://git.example/a.git'], says: ['write URL=PATH'] },
  '--repo with an empty path': { args: ['scan', '--repo', 'https://git.example/a.git='], says: ['write URL=PATH'] },
  'a snapshot folder that is not there': {
    args: ['scan', '--snapshot', 'nowhere'],
    says: ['nowhere', '[snapshot-missing]'],
  },
  'a snapshot file that is cut off': {
    args: ['scan', '--snapshot', 'case'],
    files: { 'case/pods.yaml': 'apiVersion: v1\nkind: List\nitems: [{kind: Pod\n' },
    says: [/case\/pods\.yaml:\d+:\d+: /, '[snapshot-invalid]', '^'],
  },
  'a configuration file that is not there': {
    args: ['scan', '-c', 'none.yaml'],
    says: ['none.yaml', '[config-missing]'],
  },
  'a key that is not one, with its place, the line and a suggestion': {
    args: ['scan'],
    files: { 'remendo.yaml': 'mode: observe\nverify:\n  soack: 10m\n' },
    says: ['remendo.yaml:3:3: ', '[config-invalid]', '3 |   soack: 10m\n  |   ^', 'did you mean soak?'],
  },
  'every mistake of a configuration at once': {
    args: ['scan', '-c', 'other.yaml'],
    files: { 'other.yaml': 'verify: {soak: 10}\nmemory: {ceiling: lots}\n' },
    says: ['other.yaml:1:10: ', 'other.yaml:2:10: '],
  },
  'a field path that cannot be read': {
    args: ['trace', 'Deployment/web', '--field', 'spec['],
    says: ['[bad-field-path]', 'hint: '],
  },
  'an object that cannot be read': { args: ['trace', 'web', '--field', 'spec'], says: ['[bad-object]', 'KIND/NAME'] },
  'two ways to say the value': {
    args: ['trace', 'Deployment/web', '--field', 'spec', '--set', '1', '--remove'],
    says: ["option '--set <value>' cannot be used with option '--remove'"],
  },
  'a pull request that is no address': {
    args: ['prove', '#7'],
    says: ['[bad-pull-request]', 'https://HOST/OWNER/NAME/pull/NUMBER'],
  },
  'an audit log that is not there': { args: ['audit', 'verify'], says: ['audit.jsonl', '[audit-missing]'] },
};

describe('mistakes on the command line end with 1 and say what to do', () => {
  for (const [name, { args, files = {}, says }] of Object.entries(MISTAKES)) {
    it(name, async () => {
      using folder = scratch();
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder.path, path, '..'), { recursive: true });
        writeFileSync(join(folder.path, path), text);
      }
      const { status, out, err } = await remendo(args, { directory: folder.path });
      assert.equal(status, 1);
      assert.equal(out, '');
      for (const words of says) assert.ok(typeof words === 'string' ? err.includes(words) : words.test(err), err);
      assert.doesNotMatch(err, /\n\s+at /, 'a stack trace is not for people');
    });
  }
});

describe('a cluster that does not answer', () => {
  it('is named where nobody listens', async () => {
    using folder = scratch();
    const server = `http://127.0.0.1:${await closedPort()}`;
    writeFileSync(join(folder.path, 'config'), kubeconfig(server));
    const { status, out, err } = await remendo(['scan'], { directory: folder.path, env: { KUBECONFIG: 'config' } });
    assert.deepEqual([status, out], [1, '']);
    assert.ok(err.includes(server) && err.includes('[cluster-unreachable]'), err);
    assert.doesNotMatch(err, /a-token-that-nobody-may-see|\n\s+at /);
  });

  it('is told from one that refuses the credentials', async () => {
    using folder = scratch();
    const server = createServer((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401, message: 'Unauthorized' }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    writeFileSync(join(folder.path, 'config'), kubeconfig(`http://127.0.0.1:${address.port}`));
    const { status, out, err } = await remendo(['scan'], { directory: folder.path, env: { KUBECONFIG: 'config' } });
    server.close();
    assert.deepEqual([status, out], [1, '']);
    assert.match(err, /\[cluster-unauthorized\]/);
    assert.ok(!err.includes('a-token-that-nobody-may-see'), err);
  });
});

describe('a pass that could open nothing', () => {
  it('ends with 1 where the mode is propose and there is no credential', async () => {
    using folder = scratch();
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: {}, items: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    writeFileSync(join(folder.path, 'config'), kubeconfig(`http://127.0.0.1:${address.port}`));
    const place = { directory: folder.path, env: { KUBECONFIG: 'config' } };
    const observed = await remendo(['run', '--once'], place);
    writeFileSync(join(folder.path, 'remendo.yaml'), 'mode: propose\n');
    const proposed = await remendo(['run', '--once'], place);
    server.close();
    assert.equal(observed.status, 0, observed.err);
    assert.equal(proposed.status, 1);
    assert.match(proposed.err, /\[credential-missing\]/);
    assert.match(proposed.out, /0 incidents/);
  });
});

describe('a scan that is stopped', () => {
  for (const output of ['text', 'json']) {
    it(`does not say that nothing fails (${output})`, async () => {
      using folder = scratch();
      const program = fileURLToPath(new URL('interrupted.ts', import.meta.url));
      const { status, out, err } = await remendo([output], { directory: folder.path, program });
      assert.deepEqual([status, out], [1, ''], err);
      assert.match(err, /\[stopped\]/);
    });
  }
});

describe('a folder that cannot be made', () => {
  it('ends the demo before it begins, and says how to name another', async () => {
    using folder = scratch();
    writeFileSync(join(folder.path, 'file'), '');
    const { status, err } = await remendo(['demo', '--directory', 'file/below'], { directory: folder.path });
    assert.equal(status, 1);
    assert.match(err, /\[folder-unwritable\]\nhint: .*--directory/);
    assert.doesNotMatch(err, /\n\s+at /);
  });
});
