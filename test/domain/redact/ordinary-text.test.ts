import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createRedactor } from '../../../src/domain/redact.ts';

const redact = createRedactor(['a-known-value']);
const digest = '3b8c87667741'.repeat(6).slice(0, 64);

const ORDINARY: Readonly<Record<string, string>> = {
  'image with a digest': `image: registry.example.com/team/web@sha256:${digest}`,
  'image id in a status': `imageID: docker-pullable://registry.example.com/web@sha256:${digest}`,
  'pulled event': `Successfully pulled image "127.0.0.1:5000/orders/web:3" in 1.2s (1.2s including waiting). Image size: 2310401 bytes.`,
  metadata: 'resourceVersion: "1107"\nuid: 3b8c8766-7741-4abf-b031-5257642ed95c\ngeneration: 2',
  'pod name': 'orders-api-7d96657cfb-dskjx in namespace orders',
  'Git revision': 'syncedRevision: 4f5b1c9d8e7a6f5b4c3d2e1f0a9b8c7d6e5f4a3b',
  address: 'dial tcp 10.244.0.17:5432: connect: connection refused',
  host: 'lookup orders-db.orders.svc.cluster.local on 10.96.0.10:53: no such host',
  URL: 'GET https://api.example.com:8443/v1/items?page=2&size=10 503',
  'URL with a scope': 'http://registry.example.com:4873/@scope/package',
  'SSH remote': 'git@git.example.com:team/repo.git and ssh://git@git.example.com/team/repo.git',
  'secret reference': 'env:\n- name: PASSWORD\n  valueFrom: {secretKeyRef: {name: mailer, key: SMTP_PASWORD}}',
  'secret reference, block':
    '- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: mailer\n      key: SMTP_PASSWORD\n',
  'secret volume':
    'volumes:\n- name: creds\n  secret:\n    secretName: mailer\n    items:\n    - key: tls.key\n      path: tls.key',
  'token volume': 'projected:\n  sources:\n  - serviceAccountToken:\n      expirationSeconds: 3607\n      path: token',
  'pull secrets': 'imagePullSecrets:\n- name: regcred\nautomountServiceAccountToken: false',
  'pull secrets of a chart': 'imagePullSecrets: [{name: regcred}]\nexistingSecret: mailer-credentials',
  RBAC: 'resources: ["secrets", "configmaps"]\nverbs: [get]',
  'missing key': `Error: couldn't find key SMTP_PASWORD in Secret orders/mailer`,
  'missing secret': 'MountVolume.SetUp failed for volume "tls" : secret "mailer-tls" not found',
  'missing reference': 'references non-existent secret key: SMTP_PASWORD',
  toleration: 'tolerations:\n- key: node-role.kubernetes.io/control-plane\n  operator: Exists',
  affinity: 'topologyKey: topology.kubernetes.io/zone\nsessionAffinity: ClientIP',
  'variables by reference': 'args: ["--password=$(DB_PASSWORD)", "--token=${TOKEN}"]',
  template: 'password: {{ .Values.password | quote }}',
  'token file': 'bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token\ntoken: /etc/app/token',
  'token counts': 'max_tokens: 4096\ntokens=120 tokenTTL: 3600s',
  'failure in words': 'password authentication failed for user "app"',
  'failure in words, colon': 'token: invalid\npassword: required',
  'basic words': 'basic authentication is disabled; bearer authentication too',
  'path of a volume': '/var/lib/kubelet/pods/3b8c8766-7741-4abf-b031-5257642ed95c/volumes/kubernetes.io~secret/mailer',
  'stack trace': 'at com.example.security.TokenService.validateTokenSignature(TokenService.java:128)',
  'container id': `containerd://${digest}`,
  limits: 'resources: {limits: {memory: 256Mi, cpu: 500m}}',
  'secret name with a hash': 'secret "mailer-settings-6f426thc74" is used by deployment orders-api',
  'LLM settings': 'callsPerHour: 20\ndollarsPerDay: 5',
};

describe('what stays', () => {
  for (const [name, text] of Object.entries(ORDINARY)) {
    it(name, () => assert.equal(redact(text), text));
  }
});

describe('what stays: files of a real repository, objects and events of its cluster', () => {
  const folder = join(import.meta.dirname, '../../../fixtures/redact/orders');
  for (const file of readdirSync(folder)) {
    it(file, () => {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.equal(redact(text), text);
    });
  }
});
