import type { Behaviour, Behaviours } from '../sandbox/cluster/kubelet/behaviour.ts';

const MIB = 1024 ** 2;

/** How the images of the demo behave, by repository. */
export function behaviours(registry: string): Behaviours {
  const images: Readonly<Record<string, Behaviour>> = {
    'shop/orders': { memoryNeeded: 100 * MIB, log: ['reading the catalogue'] },
    'shop/front': { tags: ['1.4.0', '1.4.1'] },
    'shop/mailer': {},
    'shop/catalog': { listens: [8080] },
    'shop/pricing': { flags: ['--port', '--currency'], log: ['pricing 2.4.1 starting'] },
    'shop/search': { listens: [8080], healthPaths: ['/healthz'] },
    'shop/reports': {
      script: ({ container }) =>
        (container.image ?? '').endsWith(':1.0.0')
          ? { code: 1, afterSeconds: 0.3, reason: 'Error', log: ['reports 1.0.0', 'panic: index out of range'] }
          : undefined,
    },
    'shop/worker': { memoryNeeded: 300 * MIB },
    'shop/ledger': { listens: [8080], startSeconds: 4 },
  };
  return new Map(Object.entries(images).map(([name, behaviour]) => [`${registry}/${name}`, behaviour]));
}

/** What the registry has. */
export function registryTags(): Map<string, Set<string>> {
  return new Map(
    Object.entries({
      'shop/orders': ['2.0.0', '2.0.1'],
      'shop/front': ['1.4.0', '1.4.1'],
      'shop/mailer': ['1.0.0'],
      'shop/catalog': ['3.1.0'],
      'shop/pricing': ['2.4.1'],
      'shop/search': ['5.0.2'],
      'shop/reports': ['0.9.0', '1.0.0'],
      'shop/worker': ['1.1.0'],
      'shop/ledger': ['1.0.0'],
    }).map(([name, tags]) => [name, new Set(tags)]),
  );
}
