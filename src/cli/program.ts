import { Command, InvalidArgumentError, Option } from 'commander';
import type { RepoOption } from './options.ts';
import { VERSION } from './version.ts';

function repoOption(text: string, previous: readonly RepoOption[] | undefined): readonly RepoOption[] {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1) {
    throw new InvalidArgumentError('write URL=PATH: the repoURL of the Applications, and a clone on this machine');
  }
  return [...(previous ?? []), { url: text.slice(0, at), path: text.slice(at + 1) }];
}

const output = (): Option =>
  new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text');
const repo = (): Option =>
  new Option(
    '--repo <URL=PATH>',
    'read a repository from a clone on this machine (may be given several times)',
  ).argParser(repoOption);

/** The command line. Commands load what they need when they run, so that `--help` answers at once. */
export function buildProgram(): Command {
  const program = new Command('remendo')
    .description(
      'Finds failing Kubernetes workloads, edits the exact field in Git that caused it, proves the edit and opens the pull request.',
    )
    .version(VERSION)
    .option('-c, --config <file>', 'configuration file (default: remendo.yaml where it exists)')
    .addOption(
      new Option('--log-level <level>', 'what is logged to standard error').choices([
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .showHelpAfterError('The --help of the command says what it takes.')
    .addHelpText('after', '\nExit status: 0 fine, 1 error; each command names its others in its own --help.');

  program
    .command('scan')
    .description('say what fails, why, where in Git, what would be changed and how far it is proven; writes nothing')
    .option('--snapshot <dir>', 'read the cluster from files, as kubectl get -o yaml prints them')
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(repo())
    .addOption(output())
    .addHelpText(
      'after',
      '\nExit status: 0 nothing fails, 1 error, 2 incidents, 3 incidents of which at least one has a proven fix.',
    )
    .action(async (options, command: Command) => {
      const { scan } = await import('./commands/scan.ts');
      process.exitCode = await scan({ ...command.optsWithGlobals(), ...options });
    });

  program
    .command('run')
    .description('watch the cluster, open pull requests and follow them after the merge')
    .option('--once', 'one full pass, then exit (for a scheduler)')
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(repo())
    .addOption(output())
    .action(async (options, command: Command) => {
      const { run } = await import('./commands/run.ts');
      process.exitCode = await run({ ...command.optsWithGlobals(), ...options });
    });

  program
    .command('prove')
    .description('run the proof of an open pull request again')
    .argument('<pull-request>', 'web address of the pull request')
    .option('--snapshot <dir>', 'read the cluster from files')
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(repo())
    .addOption(output())
    .addHelpText('after', '\nExit status: 0 proven, 1 error, 4 refused or incomplete.')
    .action(async (pullRequest: string, options, command: Command) => {
      const { prove } = await import('./commands/prove.ts');
      process.exitCode = await prove(pullRequest, { ...command.optsWithGlobals(), ...options });
    });

  program
    .command('trace')
    .description('say where in Git a field of a rendered object comes from, and edit it there')
    .argument('<kind/name>', 'such as Deployment/web')
    .requiredOption('--field <path>', 'spec.template.spec.containers[name=web].image, or a JSON Pointer')
    .option('-n, --namespace <name>', 'namespace of the rendered object (default: the destination of the Application)')
    .option('--app <file>', 'an Application manifest, instead of the cluster')
    .option('--snapshot <dir>', 'read the cluster from files')
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(new Option('--set <value>', 'the value it should have, as YAML').conflicts(['remove', 'operations']))
    .addOption(new Option('--remove', 'take the field out').conflicts(['set', 'operations']))
    .option('--operations <file>', 'RFC 6902 operations on the declared object, as JSON or YAML')
    .option(
      '--allow-shared',
      'let the edit also change other Applications, where no place changes this object alone; they are named',
    )
    .option('--write', 'write the edit into the clone that --repo names')
    .addOption(repo())
    .addOption(output())
    .addHelpText('after', '\nExit status: 0 found or proven, 1 error, 4 refused.')
    .action(async (object: string, options, command: Command) => {
      const { trace } = await import('./commands/trace.ts');
      process.exitCode = await trace(object, { ...command.optsWithGlobals(), ...options });
    });

  program
    .command('render')
    .description('print what Argo CD would apply for an Application')
    .requiredOption('--app <file>', 'an Application manifest')
    .addOption(repo())
    .addOption(output())
    .action(async (options, command: Command) => {
      const { render } = await import('./commands/render.ts');
      process.exitCode = await render({ ...command.optsWithGlobals(), ...options });
    });

  program
    .command('snapshot')
    .description(
      'write what scan needs from a cluster into files; values of Secrets and ConfigMaps never leave the cluster',
    )
    .argument('<dir>', 'a new or empty folder')
    .option('--context <name>', 'context of the kubeconfig')
    .action(async (directory: string, options, command: Command) => {
      const { snapshot } = await import('./commands/snapshot.ts');
      process.exitCode = await snapshot(directory, { ...command.optsWithGlobals(), ...options });
    });

  program
    .command('doctor')
    .description(
      'look at everything Remendo needs: cluster, rights, Argo CD, repositories, forge, programs, model, clocks; changes nothing',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(repo())
    .addOption(output())
    .addHelpText('after', '\nExit status: 0 no problem (there may be things that could not be checked), 1 problems.')
    .action(async (options, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts');
      process.exitCode = await doctor({ ...command.optsWithGlobals(), ...options });
    });

  program
    .command('init')
    .description('write a commented remendo.yaml from what is found in the cluster; never over a file that is there')
    .argument('[file]', 'where to write it (default: remendo.yaml)')
    .option('--context <name>', 'context of the kubeconfig')
    .action(async (file: string | undefined, options, command: Command) => {
      const { init } = await import('./commands/init.ts');
      process.exitCode = await init(file, { ...command.optsWithGlobals(), ...options });
    });

  program
    .command('demo')
    .description('the whole road on an embedded cluster, forge and model: no account, no cluster, no Docker')
    .option(
      '--directory <dir>',
      'where the repository and the pull requests are kept (default: a new temporary folder)',
    )
    .action(async (options, command: Command) => {
      const { demo } = await import('./commands/demo.ts');
      process.exitCode = await demo({ ...command.optsWithGlobals(), ...options });
    });

  const audit = program.command('audit').description('the log of every decision');
  audit
    .command('verify')
    .description('check the chain of the audit log')
    .argument('[file]', 'the log (default: audit.jsonl in the state directory)')
    .action(async (file: string | undefined, options, command: Command) => {
      const { verifyAudit } = await import('./commands/audit.ts');
      process.exitCode = await verifyAudit(file, { ...command.optsWithGlobals(), ...options });
    });
  return program;
}
