import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SandboxRegistry } from '../../../src/sandbox/registry/registry.ts';
import { startRegistry } from '../../../src/sandbox/registry/registry.ts';

describe('sandbox registry', () => {
  const repositories = new Map([['team/app', new Set(['b', 'a', 'c'])]]);
  let registry: SandboxRegistry;
  const get = (path: string, method = 'GET'): Promise<Response> => fetch(`http://${registry.host}${path}`, { method });
  before(async () => {
    registry = await startRegistry({ repositories });
  });
  after(() => registry.close());

  it('speaks version 2 of the API', async () => {
    assert.equal((await get('/v2/')).status, 200);
  });

  it('lists tags in order, in pages that name the next one', async () => {
    const page = await get('/v2/team/app/tags/list?n=2');
    assert.deepEqual(await page.json(), { name: 'team/app', tags: ['a', 'b'] });
    assert.equal(page.headers.get('link'), '</v2/team/app/tags/list?n=2&last=b>; rel="next"');
    const last = await get('/v2/team/app/tags/list?n=2&last=b');
    assert.deepEqual(await last.json(), { name: 'team/app', tags: ['c'] });
    assert.equal(last.headers.get('link'), null);
  });

  it('answers HEAD of a manifest with its digest and no body', async () => {
    const answer = await get('/v2/team/app/manifests/a', 'HEAD');
    assert.equal(answer.status, 200);
    const digest = answer.headers.get('docker-content-digest') ?? '';
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(await answer.text(), '');
    assert.equal((await get(`/v2/team/app/manifests/${digest}`)).status, 200);
  });

  it('names what it does not know', async () => {
    for (const [path, code] of [
      ['/v2/team/app/manifests/z', 'MANIFEST_UNKNOWN'],
      ['/v2/team/none/tags/list', 'NAME_UNKNOWN'],
    ] as const) {
      const answer = await get(path);
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), new RegExp(code));
    }
  });

  it('serves what was added while it runs', async () => {
    repositories.get('team/app')?.add('d');
    assert.equal((await get('/v2/team/app/manifests/d')).status, 200);
    repositories.get('team/app')?.delete('d');
  });
});
