import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { benchPod } from './pods.ts';

// An API server that holds N pods and nothing else; prints its port. Runs in a process of its own.
const [count = '1000'] = process.argv.slice(2);
const total = Number(count);
const texts = Array.from({ length: 500 }, (_, index) => JSON.stringify(benchPod(index)));

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  response.setHeader('Content-Type', 'application/json');
  if (pathname !== '/api/v1/pods') {
    response.end('{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}');
    return;
  }
  const start = Number(searchParams.get('continue') ?? 0);
  const end = Math.min(total, start + Number(searchParams.get('limit') ?? total));
  const token = end < total ? `,"continue":"${end}"` : '';
  response.write(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"${token}},"items":[`);
  for (let index = start; index < end; index++) {
    // Names differ from pod to pod; making each text anew would measure the server.
    const text = (texts[index % texts.length] ?? '').replace(/"name":"web-/, `"name":"pod-${index}-`);
    response.write(index === start ? text : `,${text}`);
  }
  response.end(']}');
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
