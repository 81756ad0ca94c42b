import { startNodeServer } from '../node-server';
import type { Command } from './command';

/** `pagewalk lsp`: the language server, for any editor that speaks the protocol. */
export const lspCommand: Command = {
  name: 'lsp',
  usage: '[--stdio | --node-ipc | --socket=PORT | --pipe=NAME]',
  summary: 'the language server, for Neovim, Emacs, Helix and others',
  help: `
Speaks the language server protocol, on standard input and output unless another transport is named.
`,
  run(args) {
    startNodeServer(args);
    // The process goes on until the client says exit or goes away.
    return Promise.resolve(0);
  },
};
