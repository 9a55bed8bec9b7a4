import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readApplications } from '../../app/applications-file.ts';
import { buildApp, buildBasics } from '../../app/app.ts';
import { NO_DRY_RUN, NO_REGISTRY, snapshotOf } from '../../app/offline.ts';
import { createHide } from '../../app/hide-secrets.ts';
import type { Hide } from '../../app/hide-secrets.ts';
import { readOperations } from '../../app/operations-file.ts';
import { setField } from '../../app/set-field.ts';
import { createSourcesOf } from '../../app/sources.ts';
import type { TraceDependencies, TraceProblem, Traced } from '../../app/trace.ts';
import { findObject, trace as traceField } from '../../app/trace.ts';
import type { TraceOut } from '../../app/trace-contract.ts';
import type { Config } from '../../config/config.ts';
import type { Operation } from '../../domain/change.ts';
import type { FieldPath } from '../../domain/field-path.ts';
import { formatFieldPath, getField, parseFieldPath } from '../../domain/field-path.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Problem } from '../../domain/problem.ts';
import { problem } from '../../domain/problem.ts';
import type { Redact } from '../../domain/redact.ts';
import type { Result } from '../../domain/result.ts';
import { err, ok } from '../../domain/result.ts';
import { readDocuments } from '../../domain/yaml/read.ts';
import type { GlobalOptions, RepoOption } from '../options.ts';
import { createTerminal } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { printTrace } from '../trace-text.ts';
import { configFor, printProblem, repositoriesOf } from './shared.ts';

/** Options of `remendo trace`. */
export interface TraceOptions extends GlobalOptions {
  readonly field: string;
  readonly namespace?: string;
  readonly app?: string;
  readonly snapshot?: string;
  readonly context?: string;
  readonly set?: string;
  readonly remove?: boolean;
  readonly operations?: string;
  readonly allowShared?: boolean;
  readonly write?: boolean;
  readonly repo?: readonly RepoOption[];
  readonly output: 'text' | 'json';
}

/** `remendo trace`: 0 found or proven, 4 refused, 1 error. */
export async function trace(object: string, options: TraceOptions): Promise<number> {
  const terminal = createTerminal();
  const started = performance.now();
  const loaded = configFor(options, terminal, true);
  const config = loaded && options.allowShared === true ? allowingShared(loaded) : loaded;
  const [kind, name, ...rest] = object.split('/');
  const path = parseFieldPath(options.field);
  if (!config) return 1;
  if (!kind || !name || rest.length > 0) {
    return fail(
      problem('bad-object', `cannot read the object: ${object}`, { hint: 'write KIND/NAME, such as Deployment/web' }),
      terminal,
    );
  }
  if (!path.ok) return fail(path.error, terminal);
  const opened = await open(config, options);
  if (!opened.ok) return fail(opened.error, terminal);
  const { dependencies, redact, close } = opened.value;
  try {
    const { Application: applications } = dependencies.snapshot.objects;
    const located = await findObject({ kind, name, namespace: options.namespace }, applications, dependencies.sources);
    if (!located.ok) return refuse(located.error, options, terminal, createHide(redact, []));
    const { declared, location, rendered } = located.value;
    const operations = operationsOf(options, declared.object, path.value);
    if (!operations.ok) return fail(operations.error, terminal);
    const traced = await traceField(dependencies, located.value, path.value, operations.value);
    const wanted = declared.ref.kind === 'Secret' ? textsIn(operations.value ?? []) : [];
    const hide = createHide(redact, rendered.objects, wanted);
    if (!traced.ok) return refuse(traced.error, options, terminal, hide);
    const shown = hide.value(declared.ref.kind, path.value, getField(declared.object, path.value) ?? null);
    // A value that a secret key feeds is secret too, whatever the field is called.
    const source = parseFieldPath(traced.value.origin?.path.split(' > ').at(-1) ?? '');
    const value = source.ok ? hide.value('', source.value, shown) : shown;
    const spent = { renders: dependencies.sources.renders(), milliseconds: Math.round(performance.now() - started) };
    const result = outputOf(
      traced.value,
      path.value,
      value,
      `${location.application.namespace}/${location.application.name}`,
      spent,
      (diff) => hide.diff(declared.ref.kind, diff),
      hide.text,
    );
    if (options.output === 'json') terminal.out(JSON.stringify(result, null, 2));
    else printTrace(result, terminal);
    if (traced.value.proof?.verdict === 'refused') return 4;
    return options.write === true && traced.value.changeSet ? write(traced.value, options, terminal) : 0;
  } finally {
    await close();
  }
}

function allowingShared(config: Config): Config {
  const { policy } = config;
  return { ...config, policy: { ...policy, guardrails: { ...policy.guardrails, allowShared: true } } };
}

interface Opened {
  readonly dependencies: TraceDependencies;
  readonly redact: Redact;
  readonly close: () => Promise<void>;
}

/** The Applications of a file, or those of the cluster (or of the snapshot folder). */
async function open(config: Config, options: TraceOptions): Promise<Result<Opened, Problem>> {
  const repositories = repositoriesOf(options.repo);
  const { policy } = config;
  if (options.app !== undefined) {
    const applications = readApplications(options.app);
    if (!applications.ok) return applications;
    const { git, log, clock, redact } = await buildBasics(config, { env: process.env, repositories });
    const snapshot = snapshotOf(applications.value, clock.now());
    const sources = createSourcesOf(git, config, log)(snapshot);
    const dependencies = { sources, snapshot, dryRun: NO_DRY_RUN, registry: NO_REGISTRY, policy };
    return ok({ dependencies, redact, close: async () => undefined });
  }
  const { snapshot: folder, context } = options;
  const app = await buildApp(config, { env: process.env, repositories, snapshot: folder, context, persistent: false });
  if (!app.ok) return app;
  const { ports, redact } = app.value;
  const close = (): Promise<void> => app.value.close();
  const snapshot = await ports.cluster.snapshot();
  if (!snapshot.ok) return snapshot;
  const { dryRun, registry } = ports;
  const dependencies = { sources: ports.sourcesOf(snapshot.value), snapshot: snapshot.value, dryRun, registry, policy };
  return ok({ dependencies, redact, close });
}

function operationsOf(
  { set, remove, operations }: TraceOptions,
  declared: JsonObject,
  path: FieldPath,
): Result<readonly Operation[] | undefined, Problem> {
  if (operations !== undefined) return readOperations(operations, declared);
  if (remove === true) return ok([{ op: 'remove', path }]);
  if (set === undefined) return ok(undefined);
  const documents = readDocuments(set, '--set');
  if (!documents.ok) return documents;
  const [document] = documents.value;
  if (!document) return err(problem('bad-value', '--set is empty', { hint: 'write null, "" or a YAML value' }));
  return ok([setField(declared, path, document.value)]);
}

function outputOf(
  { origin, changeSet, proof }: Traced,
  path: FieldPath,
  value: Extract<TraceOut, { field: string }>['value'],
  application: string,
  spent: { renders: number; milliseconds: number },
  hideDiff: Redact,
  hideText: Redact,
): TraceOut {
  return {
    field: formatFieldPath(path),
    value,
    origin: origin
      ? {
          repoURL: origin.repoURL,
          file: origin.file,
          line: origin.line,
          column: origin.column,
          path: origin.path,
          via: origin.via,
        }
      : null,
    feeds: (origin?.feeds ?? []).map((fed) => ({
      application: `${fed.application.namespace}/${fed.application.name}`.replace(/^\//, '') || application,
      object: { ...fed.object },
      field: fed.field,
    })),
    ...(changeSet
      ? { edit: { files: changeSet.files.map(({ path: file, diff }) => ({ path: file, diff: hideDiff(diff) })) } }
      : {}),
    ...(proof
      ? {
          proof: {
            verdict: proof.verdict,
            checks: proof.checks.map((check) => ({ ...check, detail: hideText(check.detail) })),
          },
        }
      : {}),
    ...spent,
  };
}

/** Writes the proven edit into the clone that `--repo` names. */
function write({ changeSet }: Traced, { repo }: TraceOptions, terminal: Terminal): number {
  const clone = repo?.find(({ url }) => url === changeSet?.repoURL);
  if (!changeSet || !clone) {
    const hint = 'give --repo URL=PATH for the repository that the edit is in';
    return fail(problem('nowhere-to-write', `no clone of ${changeSet?.repoURL} was named`, { hint }), terminal);
  }
  for (const { path, before } of changeSet.files) {
    const file = join(clone.path, path);
    if (textOf(file) === before.replaceAll('\r\n', '\n')) continue;
    const hint = 'the edit is for the commit: commit or put away what is changed there, and ask again';
    return fail(problem('file-changed', 'it is not as the commit has it', { place: { file }, hint }), terminal);
  }
  for (const { path, after } of changeSet.files) {
    const file = join(clone.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, after);
    terminal.err(`wrote ${file}`);
  }
  return 0;
}

/** A file's text, with the line ends that Git may have changed; the empty text where there is none. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? '' : undefined;
  }
}

/** What keeps a question from being asked at all, unlike what an answer refuses. */
const ERRORS = new Set([
  'binary-missing',
  'repository-missing',
  'repository-unreachable',
  'repository-unauthorized',
  'repository-corrupt',
  'render-timeout',
]);

function refuse(error: TraceProblem, { output }: TraceOptions, terminal: Terminal, { text }: Hide): number {
  const tried = (error.tried ?? []).map(({ place, why }) => ({ place: text(place), why: text(why) }));
  const reason = text(error.message);
  const hint = error.hint === undefined ? {} : { hint: text(error.hint) };
  const result: TraceOut = { refused: { code: error.code, reason, ...hint, tried } };
  const status = ERRORS.has(error.code) ? 1 : 4;
  if (output === 'json') terminal.out(JSON.stringify(result, null, 2));
  if (output !== 'json' || status === 1) {
    const { excerpt: _excerpt, ...plain } = error;
    printProblem({ ...plain, message: reason, ...hint }, terminal);
    for (const { place, why } of tried) terminal.err(`  tried ${place}: ${why}`);
  }
  return status;
}

/** The texts that operations write. */
function textsIn(operations: readonly Operation[]): readonly string[] {
  const inside = (value: JsonValue): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(inside)
        : [];
  return operations.flatMap((operation) => ('value' in operation ? inside(operation.value) : []));
}

function fail(error: Problem, terminal: Terminal): number {
  printProblem(error, terminal);
  return 1;
}
