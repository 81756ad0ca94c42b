import { formatWord, subjectOf } from '../../src-core/index';
import {
  type TraceDifferenceParams,
  traceDifferenceRequest,
  type TraceDifferenceResponse,
  type TraceLine,
  type TraceLineReply,
  traceLineRequest,
  traceTablesRequest,
  type TraceTablesResponse,
} from '../protocol';
import { differenceBetween } from '../trace/difference';
import { traceReplayed } from '../trace/replayed-trace';
import { tableText } from '../trace/table-text';
import { momentOf } from '../trace/tables-as-of';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

const notOpen = { problem: 'The file is not open.' };
const edited = { problem: 'The file was edited meanwhile.' };

/** KVM's tables as of a line of a trace, and what differs between two lines. */
export const traceTime: Feature = {
  capabilities: {},
  register({ connection, view, pause, safely }) {
    const surroundings = { connection, pause };
    connection.onRequest(
      traceLineRequest,
      safely<TraceLine, TraceLineReply>('trace line', { address: null }, async (params) => {
        const event = (await view(params.uri))?.index.logEvent(params.line);
        const subject = event ? subjectOf(event) : null;
        const ofGuest = subject !== null && subject.space !== 'host';
        return { address: ofGuest ? formatWord(subject.address) : null };
      }),
    );
    connection.onRequest(
      traceTablesRequest,
      safely<TraceLine, TraceTablesResponse>(
        'tables as of a line',
        { problem: 'The tables could not be told; see the log.' },
        async (params, token) => {
          const file = await view(params.uri);
          if (!file) return notOpen;
          if (!(await traceReplayed(file, surroundings, token))) return edited;
          const moment = momentOf(file, params.line);
          if ('problem' in moment) return moment;
          const text = await unhurried(file, surroundings, token, tableText(file, moment));
          return text === undefined ? edited : { text };
        },
      ),
    );
    connection.onRequest(
      traceDifferenceRequest,
      safely<TraceDifferenceParams, TraceDifferenceResponse>(
        'difference between lines',
        { problem: 'The lines could not be compared; see the log.' },
        async (params, token) => {
          const file = await view(params.uri);
          if (!file) return notOpen;
          const ready = await traceReplayed(file, surroundings, token);
          return ready ? differenceBetween(file, params) : edited;
        },
      ),
    );
  },
};
