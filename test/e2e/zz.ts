import { buildBinaries } from './cluster/binaries.ts';
const b = await buildBinaries(console.log, AbortSignal.timeout(400_000));
console.log(b.gitea, b.files('gitea'), b.files('argocd'));
