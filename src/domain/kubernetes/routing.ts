import { z } from 'zod';
import { ObjectMeta } from './meta.ts';

const Backend = z.object({
  service: z
    .object({
      name: z.string(),
      port: z.object({ name: z.string().optional(), number: z.number().optional() }).optional(),
    })
    .optional(),
});

/** networking.k8s.io/v1 Ingress. A backend that is another resource than a Service is empty or left out. */
export const Ingress = z.object({
  metadata: ObjectMeta,
  spec: z
    .object({
      ingressClassName: z.string().optional(),
      defaultBackend: Backend.optional(),
      rules: z
        .array(
          z.object({
            host: z.string().optional(),
            http: z
              .object({
                paths: z.array(z.object({ path: z.string().optional(), backend: Backend.optional() })).nullish(),
              })
              .optional(),
          }),
        )
        .nullish(),
    })
    .optional(),
});
export type Ingress = z.infer<typeof Ingress>;

/** networking.k8s.io/v1 IngressClass. */
export const IngressClass = z.object({
  metadata: ObjectMeta,
  spec: z.object({ controller: z.string().optional() }).optional(),
});
export type IngressClass = z.infer<typeof IngressClass>;
