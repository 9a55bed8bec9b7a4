import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillGoTemplate } from '../../../src/stages/locate/go-template.ts';

const PARAMETERS = {
  name: 'Web App',
  env: 'PROD',
  replicas: 3,
  empty: '',
  limits: { memory: '64Mi' },
  path: { path: 'apps/web', segments: ['apps', 'web'] },
};

const filled = (text: string): string | undefined => fillGoTemplate(text, PARAMETERS);

test('fields, positions and literals', () => {
  assert.equal(filled('{{ .limits.memory }}'), '64Mi');
  assert.equal(filled('{{.path.path}}/overlays/{{.env}}-{{ .replicas }}'), 'apps/web/overlays/PROD-3');
  assert.equal(filled('{{ index .path.segments 1 }}'), 'web');
  assert.equal(filled('{{ index .limits "memory" }}'), '64Mi');
  assert.equal(filled('{{ index (splitList "/" .path.path) 0 }}'), 'apps');
  assert.equal(filled('no action }} here'), 'no action }} here');
});

test('pipelines and functions', () => {
  assert.equal(filled('{{ .env | lower }}'), 'prod');
  assert.equal(filled('{{ lower .env | trimPrefix "pr" | upper }}'), 'OD');
  assert.equal(filled('{{ .path.path | replace "/" "-" }}'), 'apps-web');
  assert.equal(filled('{{ normalize .name }}'), 'web-app');
  assert.equal(filled('{{ default "128Mi" .memory }}'), '128Mi');
  assert.equal(filled('{{ .empty | default "x" | quote }}'), '"x"');
  assert.equal(filled('{{ printf "%s-%d" .env .replicas }}'), 'PROD-3');
  assert.equal(filled('{{ .path.segments | last | trunc 2 }}'), 'we');
  assert.equal(filled('{{ splitList "/" .path.path | join "." }}'), 'apps.web');
});

test('dashes take the blanks outside with them', () => {
  assert.equal(filled('a  {{- .env -}}  b'), 'aPRODb');
  assert.equal(filled('a  {{ .env }}  b'), 'a  PROD  b');
  assert.equal(filled('a  {{- " " }}{{ .env -}}\n b'), 'a PRODb');
});

test('what is not understood gives nothing', () => {
  for (const text of [
    '{{ .gone }}',
    '{{ .limits }}',
    '{{ if .env }}a{{ end }}',
    '{{ range .path.segments }}x{{ end }}',
    '{{ toYaml .limits }}',
    '{{ (.env }}',
    '{{ lower .replicas }}',
    '{{ index .path.segments 7 }}',
    '{{ printf "%s" .env .name }}',
    '{{ "open }}',
    '{{ }}',
  ]) {
    assert.equal(filled(text), undefined, text);
  }
});
