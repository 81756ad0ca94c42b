import { describeError } from '../safe-handler';
import { version } from '../version';
import { type CliIo, CliProblem, type Command, type ExitStatus } from './command';
import { commands } from './commands';

/**
 * The whole command line: finds the command, prints help, turns problems into one line on standard
 * error and an exit status.
 * @param args what follows `pagewalk`
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitStatus> {
  const [first, ...rest] = args;
  if (first === '--version' || first === '-V') {
    await io.write(`pagewalk ${version}\n`);
    return 0;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const command = commands.find((candidate) => candidate.name === rest[0]);
    await io.write(command ? commandHelp(command) : generalHelp());
    return first === undefined ? 2 : 0;
  }
  const command = commands.find((candidate) => candidate.name === first);
  if (!command) {
    io.complain(`pagewalk: there is no command '${first}'; pagewalk --help lists them`);
    return 2;
  }
  const options = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined);
  if (options.includes('--help') || options.includes('-h')) {
    await io.write(commandHelp(command));
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    if (!(error instanceof CliProblem)) {
      io.complain(`pagewalk ${command.name}: this is a fault of pagewalk: ${describeError(error)}`);
      return 1;
    }
    const hint = error.status === 2 ? ` (pagewalk ${command.name} --help)` : '';
    io.complain(`pagewalk ${command.name}: ${error.message}${hint}`);
    return error.status;
  }
}

function generalHelp(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const list = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    'pagewalk: decodes and walks paging structures',
    '',
    'Usage: pagewalk COMMAND [arguments] [--json]',
    '',
    ...list,
    '',
    'pagewalk COMMAND --help says more. Exit status: 0 done, 1 bad input, 2 wrong usage.',
    '',
  ].join('\n');
}

function commandHelp(command: Command): string {
  return `pagewalk ${command.name}: ${command.summary}\n\nUsage: pagewalk ${command.name} ${command.usage}\n\n${command.help.trim()}\n`;
}
