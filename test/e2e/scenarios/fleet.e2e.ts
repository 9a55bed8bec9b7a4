import { after, before, describe, test } from 'node:test';
import { deployment, lines } from './manifests.ts';
import { mend, works } from './mend.ts';
import type { World } from './world.ts';
import { startWorld } from './world.ts';

/** One running Remendo, one Argo CD, and many teams that break things at the same time. */
let world: World;
let host = '';
before(async () => {
  world = await startWorld();
  host = world.cluster.registry;
  for (const tag of ['1.3.0', '1.4.0', '1.4.1']) await world.cluster.images.push('shop/front', tag);
  await world.cluster.images.push('shop/app', '1');
  world.watch();
});
after(() => world.close());

const IMAGE = (): string => `${host}/shop/app:1`;

describe('what one merged pull request mends', { concurrency: 5 }, () => {
  test('a tag that the registry does not have', () =>
    world.scenario('tag typo', 'verified', async () => {
      const file = deployment('front', `${host}/shop/front:1.4.l`);
      const team = await world.team('front', { 'app/front.yaml': file }, { private: true });
      await team.deploy();
      await mend(world, team, {
        cause: /^image\/not-found$/,
        file: 'app/front.yaml',
        from: '1.4.l',
        to: '1.4.1',
        by: 'merge',
      });
    }));

  test('a key that the ConfigMap does not have', () =>
    world.scenario('missing ConfigMap key', 'verified', async () => {
      const settings =
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  LOG_LEVEL: info\n  REGION: north\n';
      const container = lines(
        'env:',
        '- name: LEVEL',
        '  valueFrom:',
        '    configMapKeyRef: {name: settings, key: LOG_LEVLE}',
      );
      const team = await world.team('catalog', {
        'app/settings.yaml': settings,
        'app/catalog.yaml': deployment('catalog', IMAGE(), container),
      });
      await team.deploy();
      await mend(world, team, {
        cause: /^config\//,
        file: 'app/catalog.yaml',
        from: 'LOG_LEVLE',
        to: 'LOG_LEVEL',
        by: 'squash',
      });
    }));

  test('a probe of a port that nobody listens on', () =>
    world.scenario('wrong probe port', 'verified', async () => {
      const container = lines(
        'env: [{name: PORT, value: "8080"}]',
        'ports:',
        '- {name: http, containerPort: 8080}',
        'readinessProbe:',
        '  httpGet: {path: /healthz, port: 8081}',
        '  periodSeconds: 1',
      );
      const team = await world.team('search', { 'app/search.yaml': deployment('search', IMAGE(), container) });
      await team.deploy();
      await mend(world, team, {
        cause: /^(probe|readiness)/,
        file: 'app/search.yaml',
        from: 'port: 8081',
        to: 'port: 8080',
        by: 'rebase',
      });
    }));

  test('a request that no node can hold', () =>
    world.scenario('request larger than the node', 'verified', async () => {
      const file = (memory: string): string =>
        deployment('reports', IMAGE(), lines('resources:', `  requests: {memory: ${memory}}`));
      const team = await world.team('reports', { 'app/reports.yaml': file('64Mi') });
      await works(world, team);
      await team.push({ 'app/reports.yaml': file('640Gi') }, 'reports: more memory');
      await mend(world, team, {
        cause: /^scheduling\/insufficient/,
        file: 'app/reports.yaml',
        from: '640Gi',
        to: '64Mi',
        by: 'merge',
      });
    }));

  test('a Service that selects nothing', () =>
    world.scenario('Service selector', 'verified', async () => {
      const service =
        'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec:\n  selector: {app: crat}\n  ports: [{port: 80, targetPort: 8080}]\n';
      const container = lines('env: [{name: PORT, value: "8080"}]', 'ports: [{containerPort: 8080}]');
      const team = await world.team('cart', {
        'app/cart.yaml': deployment('cart', IMAGE(), container),
        'app/service.yaml': service,
      });
      await team.deploy();
      await mend(world, team, {
        cause: /^service\//,
        file: 'app/service.yaml',
        from: 'crat',
        to: 'cart',
        by: 'squash',
      });
    }));

  test('pods that Pod Security refuses', () =>
    world.scenario('PodSecurity refusal', 'verified', async () => {
      await world.namespace('vault', { 'pod-security.kubernetes.io/enforce': 'restricted' });
      const secure = (escalation: string): string =>
        lines(
          'securityContext:',
          `  allowPrivilegeEscalation: ${escalation}`,
          '  runAsNonRoot: true',
          '  runAsUser: 1000',
          '  capabilities: {drop: [ALL]}',
          '  seccompProfile: {type: RuntimeDefault}',
        );
      const team = await world.team('vault', { 'app/vault.yaml': deployment('vault', IMAGE(), secure('false')) });
      await works(world, team);
      await team.push({ 'app/vault.yaml': deployment('vault', IMAGE(), secure('true')) }, 'vault: needs more');
      await mend(world, team, {
        cause: /^replicas\/pod-security$/,
        file: 'app/vault.yaml',
        from: 'Escalation: true',
        to: 'Escalation: false',
        by: 'rebase',
      });
    }));

  test('pods that the quota refuses', () =>
    world.scenario('quota refusal', 'verified', async () => {
      await world.namespace('ledger');
      await world.cluster.admin.apply('/api/v1/namespaces/ledger/resourcequotas/team', {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'team', namespace: 'ledger' },
        spec: { hard: { 'limits.memory': '256Mi' } },
      });
      const file = (memory: string): string =>
        deployment('ledger', IMAGE(), lines('resources:', `  limits: {memory: ${memory}}`));
      const team = await world.team('ledger', { 'app/ledger.yaml': file('64Mi') });
      await works(world, team);
      await team.push({ 'app/ledger.yaml': file('512Mi') }, 'ledger: more memory');
      await mend(world, team, {
        cause: /^replicas\/quota$/,
        file: 'app/ledger.yaml',
        from: '512Mi',
        to: '64Mi',
        by: 'merge',
      });
    }));

  test('an image tag that a Kustomization sets', () =>
    world.scenario('Kustomize application', 'verified', async () => {
      const team = await world.team('mailer', {
        'base/kustomization.yaml': 'resources: [mailer.yaml]\n',
        'base/mailer.yaml': deployment('mailer', 'shop/front'),
        'overlays/live/kustomization.yaml': `resources: [../../base]\nimages:\n- name: shop/front\n  newName: ${host}/shop/front\n  newTag: 1.4.l  # by hand\n`,
      });
      await team.deploy({ source: { path: 'overlays/live' } });
      await mend(world, team, {
        cause: /^image\/not-found$/,
        file: 'overlays/live/kustomization.yaml',
        from: 'newTag: 1.4.l',
        to: 'newTag: 1.4.1',
        by: 'squash',
      });
    }));

  test('a memory limit that a chart takes from its values', () =>
    world.scenario('Helm application', 'verified', async () => {
      const team = await world.team('worker', {
        'chart/Chart.yaml': 'apiVersion: v2\nname: worker\nversion: 0.1.0\n',
        'chart/values.yaml': `image: ${IMAGE()}\nmemory: 256Mi\n`,
        'chart/values-live.yaml': 'memory: 32Mi  # measured in spring\n',
        'chart/templates/deployment.yaml': deployment(
          'worker',
          '{{ .Values.image }}',
          lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: {{ .Values.memory }}}}'),
        ),
      });
      await team.deploy({ source: { path: 'chart', helm: { valueFiles: ['values-live.yaml'] } } });
      await mend(world, team, {
        cause: /memory|oom/,
        file: 'chart/values-live.yaml',
        from: '32Mi',
        to: '64Mi',
        by: 'rebase',
      });
    }));

  test('out of memory', () =>
    world.scenario('out of memory', 'verified', async () => {
      const container = lines('env: [{name: ALLOCATE_MIB, value: "40"}]', 'resources: {limits: {memory: 32Mi}}');
      const team = await world.team('pricing', { 'app/pricing.yaml': deployment('pricing', IMAGE(), container) });
      await team.deploy();
      await mend(world, team, { cause: /memory|oom/, file: 'app/pricing.yaml', from: '32Mi', to: '64Mi', by: 'merge' });
    }));
});
