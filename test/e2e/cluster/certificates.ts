import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of one identity. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: Certificate;
  readonly server: Certificate;
  /** Signs and checks ServiceAccount tokens. */
  readonly serviceAccount: Certificate;
  /** By the name of the identity. */
  readonly clients: Readonly<Record<'admin' | 'controllers' | 'scheduler' | 'node' | 'kubelet-client', Certificate>>;
}

/** Makes a certificate authority and what it signs, with openssl. `nodeName` and `addresses` go into the certificates. */
export function makeCertificates(directory: string, nodeName: string, addresses: readonly string[]): Certificates {
  const folder = join(directory, 'pki');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const files = (name: string): Certificate => ({
    cert: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  const newKey = (file: string): void => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file);

  const ca = files('ca');
  newKey(ca.key);
  openssl('req', '-x509', '-new', '-key', ca.key, '-days', '2', '-subj', '/CN=remendo-e2e-ca', '-out', ca.cert);

  function sign(name: string, subject: string, extensions: string): Certificate {
    const made = files(name);
    const [request, more] = [join(folder, `${name}.csr`), join(folder, `${name}.ext`)];
    newKey(made.key);
    writeFileSync(more, extensions);
    openssl('req', '-new', '-key', made.key, '-subj', subject, '-out', request);
    const by = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', request, ...by, '-extfile', more, '-out', made.cert);
    return made;
  }
  const client = (name: string, subject: string): Certificate => sign(name, subject, 'extendedKeyUsage=clientAuth\n');
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', nodeName];
  const alternatives = [...names.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)];
  return {
    ca,
    server: sign(
      'server',
      '/CN=kube-apiserver',
      `extendedKeyUsage=serverAuth\nsubjectAltName=${alternatives.join(',')}\n`,
    ),
    serviceAccount: client('service-account', '/CN=service-accounts'),
    clients: {
      admin: client('admin', '/O=system:masters/CN=admin'),
      controllers: client('controllers', '/CN=system:kube-controller-manager'),
      scheduler: client('scheduler', '/CN=system:kube-scheduler'),
      node: client('node', `/O=system:nodes/CN=system:node:${nodeName}`),
      'kubelet-client': client('kubelet-client', '/O=system:masters/CN=kube-apiserver-kubelet-client'),
    },
  };
}

/** A kubeconfig that names certificate files. */
export function writeKubeconfig(file: string, server: string, ca: Certificate, client: Certificate): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority': ca.cert } }],
    users: [{ name: 'e2e', user: { 'client-certificate': client.cert, 'client-key': client.key } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}
