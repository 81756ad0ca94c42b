import {
  LSPErrorCodes,
  type PrepareRenameParams,
  type RenameParams,
  ResponseError,
} from 'vscode-languageserver';

import type { Feature } from './feature';

/** Why nothing in a dump can be renamed: said instead of nothing when somebody tries. */
const refusal =
  'What stands here is what a machine held: an address is no name that could be changed in every place.';

/** Rename, refused with a sentence. */
export const rename: Feature = {
  capabilities: { renameProvider: { prepareProvider: true } },
  register({ connection, safely }) {
    const refuse = () => new ResponseError<never>(LSPErrorCodes.RequestFailed, refusal);
    connection.onPrepareRename(
      safely<PrepareRenameParams, ResponseError<never> | null>('prepareRename', null, refuse),
    );
    connection.onRenameRequest(
      safely<RenameParams, ResponseError<never> | null>('rename', null, refuse),
    );
  },
};
