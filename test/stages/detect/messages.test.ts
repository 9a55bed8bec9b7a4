import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseRefusal } from '../../../src/stages/detect/messages/admission.ts';
import { parsePullFailure, pullDetail } from '../../../src/stages/detect/messages/image-pull.ts';
import { failedVolume, parseMissing } from '../../../src/stages/detect/messages/missing-reference.ts';
import { parseProbeResult } from '../../../src/stages/detect/messages/probe-result.ts';
import {
  parseStartFailure,
  tellsNodeTrouble,
  tellsWrongArchitecture,
} from '../../../src/stages/detect/messages/runtime-error.ts';
import { insufficientResource, obstacleOf, parseUnschedulable } from '../../../src/stages/detect/messages/scheduler.ts';

describe('grammars of messages', () => {
  it('reads scheduler texts and cuts what is about preemption', () => {
    const text =
      "0/7 nodes are available: 1 Insufficient example.com/gpu, 2 node(s) had untolerated taint {dedicated: a, 3 b}, 4 node(s) didn't match pod topology spread constraints (missing required label). no new claims to deallocate, preemption: 0/7 nodes are available: 7 Preemption is not helpful for scheduling.";
    const { reasons } = parseUnschedulable(text);
    assert.equal(reasons[0]?.reason, 'Insufficient example.com/gpu');
    assert.equal(insufficientResource(reasons[0]?.reason ?? ''), 'example.com/gpu');
    assert.equal(obstacleOf(reasons.at(-1)?.reason ?? ''), 'pod-affinity');
    assert.ok(reasons.every(({ reason }) => !reason.includes('Preemption')));
  });

  it('keeps unknown scheduler texts verbatim', () => {
    assert.deepEqual(parseUnschedulable('no nodes available to schedule pods').reasons, [
      { nodes: 0, reason: 'no nodes available to schedule pods' },
    ]);
    assert.deepEqual(parseUnschedulable('').reasons, []);
    assert.equal(obstacleOf('something new'), 'other');
  });

  it('tells the pull failures of many runtimes apart', () => {
    const texts: readonly [string, string][] = [
      ['Error response from daemon: manifest for web:9 not found: manifest unknown', 'not-found'],
      [
        'rpc error: code = Unknown desc = reading manifest 9 in quay.io/a/b: name unknown: repository not found',
        'not-found',
      ],
      [
        'rpc error: code = Unknown desc = unable to retrieve auth token: invalid username/password: unauthorized',
        'unauthorized',
      ],
      [
        'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource (or it may not exist)',
        'unauthorized',
      ],
      ['no basic auth credentials', 'unauthorized'],
      ['toomanyrequests: Rate exceeded', 'rate-limited'],
      ['dial tcp 10.0.0.1:5000: connect: connection refused', 'network'],
      ['dial tcp 10.0.0.1:5000: i/o timeout', 'network'],
      ['http: server gave HTTP response to HTTPS client', 'tls'],
      ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'platform'],
      ['unheard of', 'other'],
    ];
    for (const [text, expected] of texts) assert.equal(parsePullFailure(text), expected, text);
  });

  it('tells what the node lacks from what the container asks', () => {
    const node = [
      'failed to reserve container name "a_b_0": name "a_b_0" is reserved for "9f3c"',
      'context deadline exceeded',
      'runc create failed: mkdir /run/containerd/x: no space left on device: unknown',
    ];
    const own = [
      'failed to generate spec: no command specified',
      'error mounting "/x" to rootfs: not a directory: unknown',
      'create mountpoint for /data mount: read-only file system: unknown',
    ];
    for (const text of node) assert.equal(tellsNodeTrouble(text), true, text);
    for (const text of own) assert.equal(tellsNodeTrouble(text), false, text);
  });

  it('tells a webhook that refuses from one that cannot be asked', () => {
    const denied = parseRefusal('admission webhook "a.example" denied the request: no label team');
    const down = parseRefusal('Internal error occurred: failed calling webhook "a.example": connection refused');
    assert.deepEqual([denied.by, denied.name, denied.unasked], ['webhook', 'a.example', undefined]);
    assert.deepEqual([down.by, down.name, down.unasked], ['webhook', 'a.example', true]);
  });

  it('is not misled by words inside an image reference', () => {
    const word = fc.constantFrom('unauthorized', 'toomanyrequests', '403', 'denied', 'x509', 'network', 'eof');
    fc.assert(
      fc.property(word, word, word, (host, name, tag) => {
        const image = `${host}.example/${name}/web:${tag}`;
        const text = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
        assert.equal(parsePullFailure(text), 'not-found');
      }),
    );
  });

  it('finds the detail of a back-off only where there is one', () => {
    assert.equal(pullDetail('Back-off pulling image "a:1": ErrImagePull: a:1: not found'), 'a:1: not found');
    assert.equal(pullDetail('Back-off pulling image "a:1"'), undefined);
  });

  it('reads what the kubelet misses', () => {
    assert.deepEqual(parseMissing('configmap "a.b" not found'), { kind: 'ConfigMap', name: 'a.b' });
    assert.deepEqual(parseMissing("couldn't find key a.b/c in Secret shop/db"), {
      kind: 'Secret',
      name: 'db',
      key: 'a.b/c',
    });
    assert.deepEqual(parseMissing('references non-existent secret key: tls.crt'), { kind: 'Secret', key: 'tls.crt' });
    assert.equal(parseMissing('failed to sync configmap cache: timed out waiting for the condition'), undefined);
    assert.equal(failedVolume('MountVolume.SetUp failed for volume "tls" : secret "x" not found'), 'tls');
  });

  it('reads probe results', () => {
    const texts: readonly [string, unknown][] = [
      [
        'Readiness probe failed: HTTP probe failed with statuscode: 503',
        { type: 'readiness', failure: 'http-status', statusCode: 503 },
      ],
      [
        'Liveness probe failed: dial tcp 10.0.0.1:1: connect: connection refused',
        { type: 'liveness', failure: 'refused' },
      ],
      ['Startup probe failed: command "sleep 9" timed out', { type: 'startup', failure: 'timeout' }],
      ['Readiness probe failed: ', { type: 'readiness', failure: 'exec' }],
      [
        'Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "1": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
        { type: 'liveness', failure: 'exec', errored: true },
      ],
      [
        'Readiness probe errored: rpc error: code = NotFound desc = container is not created or running',
        { type: 'readiness', failure: 'other', errored: true },
      ],
    ];
    for (const [text, expected] of texts) assert.deepEqual(parseProbeResult(text), expected, text);
    assert.equal(parseProbeResult('Container web failed liveness probe, will be restarted'), undefined);
  });

  it('tells a missing command from a failed mount', () => {
    assert.equal(parseStartFailure('exec: "a": executable file not found in $PATH: unknown'), 'command-not-found');
    assert.equal(parseStartFailure('exec: "/a": is a directory: unknown'), 'not-executable');
    assert.equal(parseStartFailure('exec /a: exec format error'), 'architecture');
    assert.equal(parseStartFailure('error mounting "/x" to rootfs at "/y": no such file or directory'), 'other');
    assert.equal(tellsWrongArchitecture('the log speaks of an exec format error in passing'), false);
  });

  it('reads refusals, and says other where it cannot', () => {
    assert.equal(parseRefusal('pods "x" is forbidden: something new').by, 'other');
    assert.deepEqual(parseRefusal('pods "x" is forbidden: no PriorityClass with name high was found').missing, {
      kind: 'PriorityClass',
      name: 'high',
      field: 'priorityClassName',
    });
    const unset = parseRefusal(
      'pods "x" is forbidden: minimum memory usage per Container is 64Mi.  No request is specified',
    );
    assert.deepEqual(unset.resources, [{ resource: 'requests.memory', limited: '64Mi', bound: 'min' }]);
    const pod = parseRefusal('pods "x" is forbidden: maximum cpu usage per Pod is 2, but limit is 4');
    assert.deepEqual(pod.resources, [{ resource: 'limits.cpu', requested: '4', limited: '2', bound: 'max' }]);
    const old = parseRefusal('pods "x" is forbidden: failed quota: q: must specify limits.cpu,limits.memory');
    assert.deepEqual(old.resources, [{ resource: 'limits.cpu' }, { resource: 'limits.memory' }]);
  });

  it('never throws, whatever a cluster says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseUnschedulable(text);
        parsePullFailure(text);
        parseMissing(text);
        parseProbeResult(text);
        parseStartFailure(text);
        parseRefusal(text);
      }),
    );
  });
});
