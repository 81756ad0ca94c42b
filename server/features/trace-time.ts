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
import { tableText } from '../trace/table-text';
import { momentOf } from '../trace/tables-as-of';
import { unhurried } from '../unhurried';
import type { Feature } from './feature';

const notOpen = { problem: 'The file is not open.' };

/** KVM's tables as of a line of a trace, and what differs between two lines. */
export const traceTime: Feature = {
  capabilities: {},
  register({ connection, view, pause, safely }) {
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
          const moment = momentOf(file, params.line);
          if ('problem' in moment) return moment;
          // The first replay takes a while: nobody may wait for the answer any more.
          await pause();
          const text = await unhurried(file, { pause }, token, tableText(file, moment));
          return text === undefined ? { problem: 'The file was edited meanwhile.' } : { text };
        },
      ),
    );
    connection.onRequest(
      traceDifferenceRequest,
      safely<TraceDifferenceParams, TraceDifferenceResponse>(
        'difference between lines',
        { problem: 'The lines could not be compared; see the log.' },
        async (params) => {
          const file = await view(params.uri);
          return file ? differenceBetween(file, params) : notOpen;
        },
      ),
    );
  },
};
