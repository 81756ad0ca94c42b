import type { CancellationToken } from 'vscode';

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
  type SimulationOperation,
  simulationOperationsRequest,
  type SimulationReply,
  type SimulationRow,
  simulationRowRequest,
  simulationRowsRequest,
  simulationSaveRequest,
  type SimulationSaveReply,
  simulationStateRequest,
} from '../../server/simulation-protocol';
import type { LanguageServer } from '../language-server';

/** The server's simulation: a method for each question. */
export class SimulationServer {
  constructor(private readonly server: Pick<LanguageServer, 'ask' | 'onDidStart'>) {}

  /** A server is up that simulates nothing yet. */
  get onDidStart(): LanguageServer['onDidStart'] {
    return this.server.onDidStart;
  }

  open(text: string): Promise<SimulationReply> {
    return this.server.ask(simulationOpenRequest, { text });
  }

  state(): Promise<SimulationReply> {
    return this.server.ask(simulationStateRequest, {});
  }

  move(move: SimulationMove, token: CancellationToken): Promise<SimulationReply> {
    return this.server.ask(simulationMoveRequest, move, token);
  }

  do(params: SimulationDoParams): Promise<SimulationReply> {
    return this.server.ask(simulationDoRequest, params);
  }

  rows(parent: string | null): Promise<SimulationRow[]> {
    return this.server.ask(simulationRowsRequest, { parent });
  }

  row(id: string): Promise<SimulationRow[]> {
    return this.server.ask(simulationRowRequest, { id });
  }

  async explain(id: string): Promise<string | null> {
    const { markdown } = await this.server.ask<SimulationExplainReply>(simulationExplainRequest, {
      id,
    });
    return markdown;
  }

  events(params: SimulationEventsParams): Promise<SimulationEventsReply> {
    return this.server.ask(simulationEventsRequest, params);
  }

  operations(): Promise<SimulationOperation[]> {
    return this.server.ask(simulationOperationsRequest, {});
  }

  async check(params: SimulationCheckParams): Promise<string | null> {
    const { problem } = await this.server.ask<SimulationCheckReply>(simulationCheckRequest, params);
    return problem;
  }

  async save(): Promise<string | null> {
    const { text } = await this.server.ask<SimulationSaveReply>(simulationSaveRequest, {});
    return text;
  }

  dump(): Promise<SimulationDumpReply> {
    return this.server.ask(simulationDumpRequest, {});
  }

  close(): Promise<null> {
    return this.server.ask(simulationCloseRequest, {});
  }
}
