import type { CancellationToken } from 'vscode-languageserver';

import type { Handler } from '../safe-handler';
import { Simulation } from '../simulation/simulation';
import {
  simulationCheckRequest,
  type SimulationCheckParams,
  type SimulationCheckReply,
  simulationCloseRequest,
  simulationDoRequest,
  simulationDumpRequest,
  type SimulationDumpReply,
  type SimulationDoParams,
  simulationEventsRequest,
  type SimulationEventsParams,
  type SimulationEventsReply,
  simulationExplainRequest,
  type SimulationExplainReply,
  type SimulationMove,
  simulationMoveRequest,
  simulationOpenRequest,
  type SimulationOpenParams,
  type SimulationOperation,
  simulationOperationsRequest,
  type SimulationReply,
  type SimulationRow,
  type SimulationRowParams,
  simulationRowRequest,
  type SimulationRowsParams,
  simulationRowsRequest,
  simulationSaveRequest,
  type SimulationSaveReply,
  simulationStateRequest,
} from '../simulation-protocol';
import { inSlices } from '../unhurried';
import type { Feature } from './feature';

const nothing: SimulationReply = { problem: 'Nothing is simulated.', nothing: true };
const failed: SimulationReply = { problem: 'The simulation failed; see the log.' };
const noEvents: SimulationEventsReply = { total: 0, rows: [] };

/** A machine that is simulated move by move, as the panel shows it. */
export const simulation: Feature = {
  capabilities: {},
  register({ connection, pause, safely }) {
    let current: Simulation | null = null;
    /** Moves of one request are over before those of the next begin. */
    let lastMove: Promise<unknown> = Promise.resolve();

    const replyOf = (asked: Simulation): SimulationReply => ({ state: asked.state() });

    /** A request's handler; `fallback` is also the answer where nothing is simulated. */
    const handler = <Params, Result>(
      fallback: Result,
      work: (asked: Simulation, params: Params) => Result,
    ): Handler<Params, Result> =>
      safely<Params, Result>('simulation', fallback, (params) =>
        current ? work(current, params) : fallback,
      );

    const makeMoves = async (
      move: SimulationMove,
      token: CancellationToken,
    ): Promise<SimulationReply> => {
      await lastMove;
      const asked = current;
      if (!asked) return nothing;
      const isWanted = (): boolean => !token.isCancellationRequested && current === asked;
      await inSlices({ pause }, isWanted, asked.move(move));
      return replyOf(asked);
    };

    connection.onRequest(
      simulationOpenRequest,
      safely<SimulationOpenParams, SimulationReply>('simulation', failed, ({ text }) => {
        const asked = Simulation.open(text);
        if ('problem' in asked) return asked;
        current = asked;
        return replyOf(asked);
      }),
    );
    connection.onRequest(
      simulationMoveRequest,
      safely<SimulationMove, SimulationReply>('simulation', failed, (move, token) => {
        const moved = makeMoves(move, token);
        lastMove = moved.catch(() => undefined);
        return moved;
      }),
    );
    connection.onRequest(
      simulationCloseRequest,
      safely<undefined, null>('simulation', null, () => {
        current = null;
        return null;
      }),
    );
    connection.onRequest(simulationStateRequest, handler(nothing, replyOf));
    connection.onRequest(
      simulationDoRequest,
      handler<SimulationDoParams, SimulationReply>(nothing, (asked, { operation }) => {
        const problem = asked.perform(operation);
        return problem === null ? replyOf(asked) : { problem };
      }),
    );
    connection.onRequest(
      simulationRowsRequest,
      handler<SimulationRowsParams, SimulationRow[]>([], (asked, { parent }) => asked.rows(parent)),
    );
    connection.onRequest(
      simulationRowRequest,
      handler<SimulationRowParams, SimulationRow[]>([], (asked, { id }) =>
        asked.rowWithParents(id),
      ),
    );
    connection.onRequest(
      simulationExplainRequest,
      handler<SimulationRowParams, SimulationExplainReply>({ markdown: null }, (asked, { id }) => ({
        markdown: asked.explain(id),
      })),
    );
    connection.onRequest(
      simulationEventsRequest,
      handler<SimulationEventsParams, SimulationEventsReply>(noEvents, (asked, { from, count }) =>
        asked.events(from, count),
      ),
    );
    connection.onRequest(
      simulationOperationsRequest,
      handler<undefined, SimulationOperation[]>([], (asked) => asked.operations()),
    );
    connection.onRequest(
      simulationCheckRequest,
      handler<SimulationCheckParams, SimulationCheckReply>({ problem: null }, (asked, params) => ({
        problem: asked.check(params),
      })),
    );
    connection.onRequest(
      simulationSaveRequest,
      handler<undefined, SimulationSaveReply>({ text: null }, (asked) => ({ text: asked.save() })),
    );
    connection.onRequest(
      simulationDumpRequest,
      handler<undefined, SimulationDumpReply>(nothing, (asked) => asked.dump()),
    );
  },
};
