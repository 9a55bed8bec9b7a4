import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGiteaForges } from '../../../src/adapters/gitea/gitea.ts';
import { apiUrlOf, rootOf } from '../../../src/adapters/gitea/hosts.ts';
import { createTestLog, value } from '../github/client.ts';
import { answering, serve } from './server.ts';

const options = { token: 'none', log: createTestLog(), throttle: false };

test('a forge is found by host, once for each repository, also by its address of SSH', async (t) => {
  const { url, asked } = await serve(
    t,
    answering(() => undefined),
  );
  const { host, hostname } = new URL(url);
  const forgeOf = createGiteaForges({ ...options, host: host.toUpperCase(), apiUrl: `${url}/api/v1/` });
  const forge = forgeOf(`http://${host}/shop/web.git`);
  assert.ok(forge && forge === forgeOf(`http://${host}/Shop/Web`) && forge === forgeOf(`git@${hostname}:shop/web`));
  assert.equal(value(await forge.reader.repository()).defaultBranch, 'main');
  assert.ok(asked.some(({ path }) => path === '/repos/shop/web'));
  for (const other of [`http://${hostname}:1/shop/web`, 'https://github.com/shop/web', 'git@elsewhere:shop/web', 'x']) {
    assert.equal(forgeOf(other), undefined, other);
  }
});

test('a server below a path is spoken to there', () => {
  assert.equal(apiUrlOf('git.example.com'), 'https://git.example.com/api/v1');
  assert.deepEqual(
    ['https://git.example.com/gitea/api/v1', 'https://git.example.com/api/v1/', 'https://git.example.com/x'].map(
      rootOf,
    ),
    ['/gitea', '', '/x'],
  );
  const forgeOf = createGiteaForges({
    ...options,
    host: 'git.example.com',
    apiUrl: 'https://git.example.com/gitea/api/v1',
  });
  assert.ok(forgeOf('https://git.example.com/gitea/shop/web.git'));
  assert.equal(forgeOf('https://git.example.com/gitea/web.git'), undefined);
});
