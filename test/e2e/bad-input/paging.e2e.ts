import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSystemClock } from '../../../src/adapters/clock/system-clock.ts';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import type { Connection } from '../../../src/adapters/kubernetes/connect.ts';
import { listKind } from '../../../src/adapters/kubernetes/list.ts';
import { KINDS } from '../../../src/domain/kubernetes/kinds.ts';
import { ok } from '../../../src/domain/result.ts';
import type { BareApiServer } from './bare-api-server.ts';
import { startBareApiServer } from './bare-api-server.ts';
import type { Bench } from './support.ts';
import { startBench } from './support.ts';

const NAMESPACE = 'paging';
let bench: Bench;
let bare: BareApiServer;

before(async () => {
  bench = startBench();
  // What is forgotten is forgotten for everybody: not on the shared cluster.
  bare = await startBareApiServer(bench);
  const { admin } = bare;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await admin.apply(`/api/v1/namespaces/${NAMESPACE}`, namespace);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE } };
    await admin.apply(`/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`, object);
  }
  await bare.forget();
});
after(() => bench.close());

test('a page of a list that has expired: the list begins anew, and no half of it counts', () =>
  bench.row('list expires between two pages', 'begins anew, complete', async () => {
    const connected = await connect({ env: {}, kubeconfig: bare.kubeconfig });
    assert.ok(connected.ok);
    bench.later(() => connected.value.close());
    const expired: string[] = [];
    let aged = false;
    /** Asks for pages of two, and makes the token of the first page one of long ago. */
    const small: Connection = {
      ...connected.value,
      async request(asked) {
        const { limit, continue: token } = asked.query ?? {};
        const query = { ...asked.query, ...(limit === undefined ? {} : { limit: '2' }) };
        if (token === undefined || aged) return connected.value.request({ ...asked, query });
        aged = true;
        const known = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
        const old = Buffer.from(JSON.stringify({ ...known, rv: 1 })).toString('base64url');
        const answer = await connected.value.request({ ...asked, query: { ...query, continue: old } });
        expired.push(answer.ok ? String(answer.value.status) : answer.error.message);
        return answer.ok ? ok(answer.value) : answer;
      },
    };
    const names: string[] = [];
    let begun = 0;
    const listed = await listKind(small, KINDS.ConfigMap, {
      clock: createSystemClock(),
      namespace: NAMESPACE,
      begin() {
        begun++;
        names.length = 0;
      },
      item: ({ metadata }) => names.push(Object(metadata).name),
    });
    assert.deepEqual(expired, ['410'], 'the real server calls such a token expired');
    assert.ok(listed.ok, listed.ok ? '' : listed.error.message);
    assert.equal(begun, 2);
    assert.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
  }));
