import { accessChoices, accessFile } from '../access-reply';
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
  register({ connection, view, safely }) {
    connection.onRequest(
      accessChoicesRequest,
      safely<AccessChoicesParams, AccessChoices>(
        'access choices',
        { format: null, options: [] },
        async (params) => {
          const file = await view(params.uri);
          return file ? accessChoices(file, params) : { format: null, options: [] };
        },
      ),
    );
    connection.onRequest(
      accessRequest,
      safely<AccessParams, AccessResponse>(
        'access',
        { problem: 'The question failed; see the log.' },
        async (params) => {
          const file = await view(params.uri);
          return file ? accessFile(file, params) : { problem: 'The file is not open.' };
        },
      ),
    );
  },
};
