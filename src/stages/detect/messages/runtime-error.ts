/** Why a container's process could not be started. */
export type StartFailure = 'command-not-found' | 'not-executable' | 'architecture' | 'out-of-memory' | 'other';

/**
 * Reads what runc says through containerd, CRI-O or Docker: `exec: "x": executable file not found in $PATH`,
 * `exec: "/x": permission denied`, `exec /x: exec format error`. A mount that fails is `other`: it is not the command. A limit
 * in which not even runc's own process fits is `out-of-memory`.
 */
export function parseStartFailure(message: string): StartFailure {
  if (tellsTinyMemory(message)) return 'out-of-memory';
  if (/exec format error/.test(message)) return 'architecture';
  if (/error mounting|subPath|failed to mount/.test(message)) return 'other';
  if (/executable file not found|exec: .*no such file or directory|: not found in \$PATH/.test(message)) {
    return 'command-not-found';
  }
  return /exec: .*(?:permission denied|is a directory)/.test(message) ? 'not-executable' : 'other';
}

/** True where the runtime could not set a container or a pod's sandbox up in the memory that its limit gives it. */
export function tellsTinyMemory(message: string): boolean {
  return /OOM-killed \(memory limit too low\?\)|minimum memory limit allowed/i.test(message);
}

/** True where a termination message (the end of a log) is the loader's word for a binary of another architecture. */
export function tellsWrongArchitecture(message: string): boolean {
  return /^(?:standard_init_linux\.go:\d+: )?exec (?:user process caused.*|\/?\S+: )exec format error/m.test(message);
}

/**
 * True where the runtime failed for what the node lacks and not for what the container asks: time, disk, files, or the name
 * of a container that an earlier attempt has not let go (containerd pkg/cri, CRI-O server: `name is reserved`).
 */
export function tellsNodeTrouble(message: string): boolean {
  return /context deadline exceeded|is reserved for|no space left on device|disk quota exceeded|too many open files|input\/output error|transport is closing|error while dialing|TransientFailure/i.test(
    message,
  );
}
