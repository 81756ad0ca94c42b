import { walkFile } from '../asked-walk';
import type { WalkParams, WalkResponse } from '../protocol';
import { walkRequest } from '../protocol';
import type { Feature } from './feature';

/** Where an address goes through a file's tables, or a trace's at a line, level by level. */
export const walk: Feature = {
  capabilities: {},
  register({ connection, view, safely }) {
    connection.onRequest(
      walkRequest,
      safely<WalkParams, WalkResponse>(
        'walk',
        { problem: 'The walk failed; see the log.' },
        async (params) => {
          const file = await view(params.uri);
          return file ? walkFile(file, params) : { problem: 'The file is not open.' };
        },
      ),
    );
  },
};
