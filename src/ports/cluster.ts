import type { JsonObject } from '../domain/json.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { Problem } from '../domain/problem.ts';
import type { Result } from '../domain/result.ts';
import type { ApplicationRef } from '../domain/source.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** Which log is wanted, and how much of it. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The container's run before the current one. */
  readonly previous: boolean;
  readonly tailLines: number;
}

/** Reads a cluster, or files that stand for one. Nothing here can write. */
export interface ClusterReader {
  /**
   * The cluster now. Kinds that cannot be read are in `blind`; an error means that nothing could be read at all.
   * Error codes: `kubeconfig-missing`, `kubeconfig-invalid`, `cluster-unreachable`, `cluster-unauthorized`,
   * `snapshot-missing`, `snapshot-invalid`.
   */
  snapshot(signal?: AbortSignal): Promise<Result<Snapshot, Problem>>;
  /** Log text, at most 64 KiB from the end. Error codes: `log-unavailable`, `cluster-unreachable`, `forbidden`. */
  logs(request: LogRequest, signal?: AbortSignal): Promise<Result<string, Problem>>;
  /** Calls `changed` after objects changed, until aborted; several changes close together are one call. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
  /** Frees connections. */
  close(): Promise<void>;
}

/** What the API server said to a request that it checked and did not carry out. */
export type DryRunAnswer =
  | {
      readonly kind: 'accepted';
      readonly object: JsonObject;
      readonly warnings: readonly string[];
      /** Who asked the API server, where Remendo did not do it itself. */
      readonly askedBy?: 'Argo CD';
    }
  /** Refused by validation, admission, quota or a policy: the text is the server's own. */
  | {
      readonly kind: 'refused';
      /** The HTTP status; absent where another asked, who passes on the words alone. */
      readonly status?: number;
      readonly message: string;
      readonly warnings: readonly string[];
      readonly askedBy?: 'Argo CD';
    }
  /** The server could not be asked: no right to dry-run, a webhook without dry-run support, no connection, offline. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Whose object is asked about, and when the question is given up. */
export interface Asking {
  /** The Application that applies the object; without it Argo CD cannot be asked. */
  readonly application?: ApplicationRef | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the API server, without changing anything (`dryRun=All`). */
export interface DryRun {
  /** Server-side apply, field manager `argocd-controller`, force, `fieldValidation=Strict`. */
  apply(object: JsonObject, ref: ObjectRef, asking?: Asking): Promise<DryRunAnswer>;
  /** Creates (in dry-run) an object such as a Pod, so that admission that looks at pods is asked. */
  create(object: JsonObject, ref: ObjectRef, signal?: AbortSignal): Promise<DryRunAnswer>;
}
