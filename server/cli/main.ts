import { nodeIo } from './node-io';
import { runCli } from './run-cli';

// The exit status is set, not forced: output that is still in a pipe must get out.
void runCli(process.argv.slice(2), nodeIo()).then((status) => {
  process.exitCode = status;
});
