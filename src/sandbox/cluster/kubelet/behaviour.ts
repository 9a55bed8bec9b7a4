import type { Container, Pod } from '../objects.ts';

/** How containers of one image behave. Everything absent means "no trouble here". */
export interface Behaviour {
  /** Tags that can be pulled; all when absent. */
  readonly tags?: readonly string[];
  /** Why every pull fails, whatever the tag. */
  readonly pullFails?: 'unauthorized' | 'rate-limited' | 'unreachable';
  /** Bytes: a container with a smaller memory limit is OOMKilled. */
  readonly memoryNeeded?: number;
  /** Ports that answer once the container is up; the declared container ports when absent. */
  readonly listens?: readonly number[];
  /** Paths that answer 200, others 404; all answer 200 when absent. */
  readonly healthPaths?: readonly string[];
  /** Environment variables without which it exits 1. */
  readonly requiresEnv?: readonly string[];
  /** Flags that it knows (`--port`); another one makes it print its usage and exit 2. */
  readonly flags?: readonly string[];
  /** Programs that the image holds; a command that is none of them cannot be started. */
  readonly executables?: readonly string[];
  /** Ends by itself with this code. Tasks (init containers, Jobs) end with 0 when absent, others run on. */
  readonly exit?: number;
  /** The image's own user is root, or a name that the kubelet cannot check. */
  readonly user?: 'root' | 'numeric' | 'named';
  /** Seconds between the start and the first answer on its ports. */
  readonly startSeconds?: number;
  /** Lines it prints when it starts. */
  readonly log?: readonly string[];
  /** Works at first and exits 1 after this many seconds. */
  readonly failsAfterSeconds?: number;
  /** Decides about one run, for what the fields above cannot say; undefined leaves it to them. */
  readonly script?: (run: ContainerRun) => Exit | undefined;
}

/** One run of a container, as a behaviour is asked about it. */
export interface ContainerRun {
  readonly pod: Pod;
  readonly container: Container;
  /** The resolved environment. */
  readonly env: Readonly<Record<string, string>>;
  /** How often this container was started before. */
  readonly restarts: number;
}

/** How and when a run ends. */
export interface Exit {
  readonly code: number;
  readonly afterSeconds: number;
  readonly reason?: 'Completed' | 'Error' | 'OOMKilled' | 'StartError';
  readonly message?: string;
  readonly log?: readonly string[];
}

/** By image repository as manifests write it, without tag and digest (`registry.example/shop/web`). */
export type Behaviours = ReadonlyMap<string, Behaviour>;

/** An image as a container names it, in parts. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

const REFERENCE =
  /^([a-z0-9][a-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::([\w][\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/;

/** Splits an image reference; undefined where it is none. */
export function parseImage(image: string): ImageName | undefined {
  const match = REFERENCE.exec(image);
  if (!match) return undefined;
  const [, , tag, digest] = match;
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, (end) => (tag === undefined ? end : ''));
  return { repository, tag: tag ?? 'latest', ...(digest === undefined ? {} : { digest }) };
}
