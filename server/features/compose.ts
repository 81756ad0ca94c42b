import { fileAssumptions } from '../assumptions';
import { composeEntry, composeFormats } from '../compose';
import {
  type ComposeChoices,
  composeChoicesRequest,
  type ComposeChoicesParams,
  type ComposeParams,
  composeRequest,
  type ComposeResponse,
} from '../protocol';
import type { Feature } from './feature';

/** An entry from its fields: the way back from a decode. */
export const compose: Feature = {
  capabilities: {},
  register({ connection, settings, view, safely }) {
    const cpuFor = async (uri: string | null) => {
      const file = uri === null ? undefined : await view(uri);
      return file?.cpu ?? (await settings(uri)).cpu;
    };
    connection.onRequest(
      composeChoicesRequest,
      safely<ComposeChoicesParams, ComposeChoices>(
        'compose choices',
        { formats: [], format: null, kernel: null },
        async ({ uri }) => {
          const file = uri === null ? undefined : await view(uri);
          const formats = composeFormats(await cpuFor(uri));
          if (file) {
            const { format } = fileAssumptions(file);
            return { formats, format, kernel: file.hints.layout ?? file.hints.kernel ?? null };
          }
          const { format, kernel, layout } = await settings(uri);
          return { formats, format: format ?? null, kernel: layout ?? kernel ?? null };
        },
      ),
    );
    connection.onRequest(
      composeRequest,
      safely<ComposeParams, ComposeResponse>(
        'compose',
        { problem: 'Composing failed; see the log.' },
        async (params) => composeEntry(params, await cpuFor(params.uri)),
      ),
    );
  },
};
