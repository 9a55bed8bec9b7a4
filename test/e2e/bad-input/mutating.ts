import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { serveTls } from './support.ts';

/** RFC 6902, with the paths of the object that the webhook is shown. */
export type Patch = readonly { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }[];

/** A mutating webhook, as policies, service meshes and registry mirrors are. */
export interface Mutation {
  readonly name: string;
  readonly namespace: string;
  readonly kind: 'pods' | 'deployments';
  /** What it makes of an object; throws: the webhook answers with an error. */
  readonly patch: (object: Shown, dryRun: boolean) => Patch;
  readonly sideEffects?: 'None' | 'NoneOnDryRun';
}

const Shown = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
});
export type Shown = z.infer<typeof Shown>;

const Review = z.object({
  request: z.object({ uid: z.string(), object: Shown.nullable(), dryRun: z.boolean().optional() }),
});

const PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/** Starts the webhook on this machine, and tells the API server to ask it. Taken away at the end. */
export async function install(
  { cluster, later }: { readonly cluster: Cluster; readonly later: (undo: () => unknown) => void },
  { name, namespace, kind, patch, sideEffects = 'None' }: Mutation,
): Promise<void> {
  const url = await serveTls({ cluster, later }, (request, response) => void answer(request, response, patch));
  const apps = kind === 'deployments';
  await cluster.admin.apply(`${PATH}/${name}`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects,
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        reinvocationPolicy: 'Never',
        objectSelector: {},
        timeoutSeconds: 5,
        clientConfig: { url: `${url}/mutate`, caBundle: readFileSync(cluster.ca).toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [
          {
            apiGroups: [apps ? 'apps' : ''],
            apiVersions: ['v1'],
            resources: [kind],
            operations: apps ? ['CREATE', 'UPDATE'] : ['CREATE'],
            scope: 'Namespaced',
          },
        ],
      },
    ],
  });
  later(() => cluster.admin.send('DELETE', `${PATH}/${name}`));
}

async function answer(request: IncomingMessage, response: ServerResponse, patch: Mutation['patch']): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { uid, object, dryRun = false } = Review.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).request;
  try {
    const made = object === null ? [] : patch(object, dryRun);
    const text = Buffer.from(JSON.stringify(made)).toString('base64');
    const body = { uid, allowed: true, patchType: 'JSONPatch', patch: text };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: body }));
  } catch (error) {
    response.writeHead(500);
    response.end(String(error));
  }
}
