import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../../src/sandbox/github/server.ts';
import { createContract } from './contract.ts';

const LABEL = {
  id: 1,
  node_id: 'x',
  url: 'http://localhost/l',
  name: 'a',
  color: 'ffffff',
  default: false,
  description: null,
};

function problems(exchange: Partial<Exchange>): string {
  const contract = createContract();
  const headers = new Headers();
  contract.check({
    method: 'GET',
    path: '/repos/a/b/labels/a',
    status: 200,
    request: '',
    response: '',
    headers,
    ...exchange,
  });
  try {
    contract.verify();
  } catch (error) {
    return String(error);
  }
  return '';
}

void test('an answer as GitHub describes it is right', () => {
  assert.equal(problems({ response: JSON.stringify(LABEL) }), '');
});

void test('a missing field, a wrong type, status, operation or request is noticed', () => {
  const { color: _, ...without } = LABEL;
  assert.match(problems({ response: JSON.stringify(without) }), /required property 'color'/);
  assert.match(problems({ response: JSON.stringify({ ...LABEL, id: 'one' }) }), /\/id must be integer/);
  assert.match(problems({ status: 201, response: JSON.stringify(LABEL) }), /does not answer so/);
  assert.match(problems({ path: '/repos/a/b/nothing' }), /no such operation/);
  const post = { method: 'POST', path: '/repos/a/b/labels', status: 201, response: JSON.stringify(LABEL) };
  assert.match(problems({ ...post, request: '{"color":"ffffff"}' }), /required property 'name'/);
});
