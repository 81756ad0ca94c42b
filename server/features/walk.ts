import { readyToAsk, walkFile } from '../asked-walk';
import type { WalkParams, WalkResponse } from '../protocol';
import { walkRequest } from '../protocol';
import type { Feature } from './feature';

/** Where an address goes through a file's tables, or a trace's at a line, level by level. */
export const walk: Feature = {
  capabilities: {},
  register({ connection, view, pause, safely }) {
    connection.onRequest(
      walkRequest,
      safely<WalkParams, WalkResponse>(
        'walk',
        { problem: 'The walk failed; see the log.' },
        async (params, token) => {
          const file = await view(params.uri);
          if (!file) return { problem: 'The file is not open.' };
          const ready = await readyToAsk(file, params, { connection, pause }, token);
          return ready ? walkFile(file, params) : { problem: 'The file was edited meanwhile.' };
        },
      ),
    );
  },
};
