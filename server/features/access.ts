import { accessChoices, accessFile } from '../access-reply';
import { readyToAsk } from '../asked-walk';
import {
  type AccessChoices,
  type AccessChoicesParams,
  accessChoicesRequest,
  type AccessParams,
  accessRequest,
  type AccessResponse,
} from '../protocol';
import type { Feature } from './feature';

/** Would this access fault, and with what? */
export const access: Feature = {
  capabilities: {},
  register({ connection, view, pause, safely }) {
    const surroundings = { connection, pause };
    connection.onRequest(
      accessChoicesRequest,
      safely<AccessChoicesParams, AccessChoices>(
        'access choices',
        { format: null, options: [] },
        async (params, token) => {
          const file = await view(params.uri);
          const ready = file && (await readyToAsk(file, params, surroundings, token));
          return ready ? accessChoices(file, params) : { format: null, options: [] };
        },
      ),
    );
    connection.onRequest(
      accessRequest,
      safely<AccessParams, AccessResponse>(
        'access',
        { problem: 'The question failed; see the log.' },
        async (params, token) => {
          const file = await view(params.uri);
          if (!file) return { problem: 'The file is not open.' };
          const ready = await readyToAsk(file, params, surroundings, token);
          return ready ? accessFile(file, params) : { problem: 'The file was edited meanwhile.' };
        },
      ),
    );
  },
};
