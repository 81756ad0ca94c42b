import {
  type ScenarioFromParams,
  scenarioFromRequest,
  type ScenarioFromResponse,
} from '../protocol';
import { scenarioOfFile } from '../scenario/scenario-of-file';
import { traceReplayed } from '../trace/replayed-trace';
import type { Feature } from './feature';

/** "Simulate from Here": a file's tables as a scenario. */
export const scenarioFrom: Feature = {
  capabilities: {},
  register({ connection, view, pause, safely }) {
    connection.onRequest(
      scenarioFromRequest,
      safely<ScenarioFromParams, ScenarioFromResponse>(
        'scenario from a file',
        { problem: 'The tables could not be read; see the log.' },
        async ({ uri, line = null }, token) => {
          const file = await view(uri);
          if (!file) return { problem: 'The file is not open.' };
          const ready = line === null || (await traceReplayed(file, { connection, pause }, token));
          return ready ? scenarioOfFile(file, line) : { problem: 'The file was edited meanwhile.' };
        },
      ),
    );
  },
};
