import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { CancellationTokenSource } from 'vscode-languageserver-protocol/node';

import {
  simulationCheckRequest,
  type SimulationCheckReply,
  simulationDoRequest,
  simulationDumpRequest,
  type SimulationDumpReply,
  simulationEventsRequest,
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
  type SimulationState,
} from '../../server/simulation-protocol';
import { walkRequest, type WalkResponse } from '../../server/protocol';
import { clientsPerTest } from './clients-per-test';
import type { LanguageClient } from './language-client';

const folder = 'samples/scenarios';
const firstFaults = readFileSync(`${folder}/first-faults.pagewalk.json`, 'utf8');

/** 16 MiB of guest memory in 2 MiB pages of the host. */
const slots = [{ id: 0, gfn: '0x0', pages: 0x1000, pfn: '0x10000', hostPage: '2M' }];

function scenario(run: readonly object[], machine: object = {}): string {
  return JSON.stringify({
    machine: { kernel: '6.1', firstTable: '0x1000', ...machine },
    slots,
    run,
  });
}

function stateIn(reply: SimulationReply): SimulationState {
  if ('problem' in reply) assert.fail(reply.problem);
  return reply.state;
}

/** The simulation of a server, as a client asks for it. */
class Asked {
  constructor(readonly client: LanguageClient) {}

  async open(text: string): Promise<SimulationState> {
    return stateIn(await this.ask<SimulationReply>(simulationOpenRequest, { text }));
  }

  async move(move: SimulationMove): Promise<SimulationState> {
    return stateIn(await this.ask<SimulationReply>(simulationMoveRequest, move));
  }

  do(operation: object): Promise<SimulationReply> {
    return this.ask<SimulationReply>(simulationDoRequest, { operation });
  }

  rows(parent: string | null): Promise<SimulationRow[]> {
    return this.ask<SimulationRow[]>(simulationRowsRequest, { parent });
  }

  ask<Result>(method: string, params: object = {}): Promise<Result> {
    return this.client.connection.sendRequest<Result>(method, params);
  }
}

describe('the simulation', () => {
  const start = clientsPerTest();
  const asked = async (): Promise<Asked> => new Asked(await start());

  it('opens every scenario that comes with Pagewalk and runs it to its end', async () => {
    const simulation = await asked();
    for (const file of readdirSync(folder)) {
      const state = await simulation.open(readFileSync(`${folder}/${file}`, 'utf8'));
      assert.deepEqual([state.position, state.underWay, state.stop], [0, false, null], file);
      const end = await simulation.move({ to: 'end' });
      assert.ok(end.position > 50, file);
      const beginning = await simulation.move({ to: 'restart' });
      assert.deepEqual([beginning.position, beginning.known], [0, end.known], file);
    }
  });

  it('refuses what is no scenario with its line, and keeps what was simulated', async () => {
    const simulation = await asked();
    const { id } = await simulation.open(firstFaults);
    const rows: [string, RegExp][] = [
      ['', /^Line 1: value expected\.$/],
      ['{\n  "machine": }', /^Line 2: value expected/i],
      [firstFaults.replace('"6.1"', '"5.9"'), /^Line \d+: Linux 5\.9 has no TDP MMU/],
      [scenario([{ do: 'dance' }]), /there is no operation 'dance'/],
    ];
    for (const [text, expected] of rows) {
      const reply = await simulation.ask<SimulationReply>(simulationOpenRequest, { text });
      assert.match('problem' in reply ? reply.problem : '', expected);
    }
    assert.equal(stateIn(await simulation.ask(simulationStateRequest)).id, id);
  });

  it('says that nothing is simulated before anything is opened', async () => {
    const simulation = await asked();
    assert.deepEqual(await simulation.ask(simulationStateRequest), {
      problem: 'Nothing is simulated.',
      nothing: true,
    });
    assert.deepEqual(await simulation.rows(null), []);
  });

  it('goes down, side and up as the walk does, and says why where it does not', async () => {
    const simulation = await asked();
    await simulation.open(
      scenario([{ do: 'access', gfn: '0x3', access: 'write' }, { do: 'zap-leafs' }]),
    );
    const refused = await simulation.move({ to: 'down' });
    assert.deepEqual([refused.position, refused.message], [0, 'No walk is under way.']);
    // To the end of the first operation, then into the walk of the second.
    while (!(await simulation.move({ to: 'next' })).move?.startsWith('the operation is over'));
    while ((await simulation.move({ to: 'next' })).place === null);
    let at = await simulation.move({ to: 'next' });
    while (!at.move?.startsWith('looks at')) at = await simulation.move({ to: 'next' });
    assert.equal(at.place, 'root:0x1000/0');
    at = await simulation.move({ to: 'down' });
    assert.deepEqual([at.place, at.message], ['root:0x1000/0/0', null]);
    at = await simulation.move({ to: 'down' });
    assert.equal(at.place, 'root:0x1000/0/0/0');
    // A leaf of 2 MiB: nothing is below.
    at = await simulation.move({ to: 'down' });
    assert.deepEqual([at.place, at.message], ['root:0x1000/0/0/0', 'The entry is a leaf.']);
    at = await simulation.move({ to: 'side' });
    assert.equal(at.place, 'root:0x1000/0/0/1');
    at = await simulation.move({ to: 'up' });
    assert.equal(at.place, 'root:0x1000/0/0');
    at = await simulation.move({ to: 'back' });
    assert.equal(at.place, 'root:0x1000/0/0/511');
    assert.match(at.controls.find(({ name }) => name === 'side')!.reason!, /511/);
  });

  it('steps side over what hangs below', async () => {
    const simulation = await asked();
    await simulation.open(scenario([{ do: 'access', gfn: '0x3' }, { do: 'zap-leafs' }]));
    let at = await simulation.move({ to: 'next' });
    const atFirstOfRoot = (): boolean =>
      at.toCome === 0 && at.place === 'root:0x1000/0' && at.move!.startsWith('looks at');
    while (!atFirstOfRoot()) {
      at = await simulation.move({ to: 'next' });
      assert.ok(at.position < 200);
    }
    at = await simulation.move({ to: 'side' });
    assert.equal(at.place, 'root:0x1000/1');
  });

  it('runs to a GFN, and says when no walk comes there', async () => {
    const simulation = await asked();
    await simulation.open(scenario([{ do: 'access', gfn: '0x203', access: 'write' }]));
    const there = await simulation.move({ to: 'address', address: '203' });
    // Nothing is mapped yet: GFN 0x203 ends at the root's first entry, which covers 512 GiB.
    assert.deepEqual([there.place, there.message], ['root:0x1000/0', null]);
    const nowhere = await simulation.move({ to: 'address', address: '0x8000000' });
    assert.equal(nowhere.message, 'No walk came to GFN 0x8000000 any more.');
    await simulation.move({ to: 'restart' });
    const wrong = await simulation.move({ to: 'address', address: 'xyz' });
    assert.match(wrong.message!, /^A GFN below 0x1000000000 is expected/);
  });

  it('has rows that lead to each other, and reads an entry as a hover does', async () => {
    const simulation = await asked();
    await simulation.open(firstFaults);
    const { place, path } = await simulation.move({ to: 'end' });
    const chain = await simulation.ask<SimulationRow[]>(simulationRowRequest, { id: place });
    assert.deepEqual(
      chain.map(({ id }) => id),
      path,
    );
    for (const [at, row] of chain.entries()) {
      assert.equal(row.parent, chain[at - 1]?.id ?? null);
      assert.ok((await simulation.rows(row.parent)).some(({ id }) => id === row.id));
    }
    const { markdown } = await simulation.ask<SimulationExplainReply>(simulationExplainRequest, {
      id: place,
    });
    assert.match(markdown!, /\*\*EPT leaf, /);
    assert.match(markdown!, /Simulated machine, kernel /);
    const gone = await simulation.ask<SimulationExplainReply>(simulationExplainRequest, {
      id: 'root:0x9000/1',
    });
    assert.equal(gone.markdown, null);
  });

  it('does what a row offers, and lets another CPU act in the middle', async () => {
    const simulation = await asked();
    await simulation.open(scenario([{ do: 'access', gfn: '0x3', access: 'write' }]));
    const { place } = await simulation.move({ to: 'end' });
    const [leaf] = (
      await simulation.ask<SimulationRow[]>(simulationRowRequest, { id: place })
    ).slice(-1);
    const age = leaf!.actions.find(({ verb }) => verb === 'age')!;
    const begun = stateIn(await simulation.do(age.operation));
    assert.deepEqual([begun.operation, begun.underWay], ['Age', true]);
    const between = stateIn(await simulation.do({ do: 'access', gfn: '0x203', access: 'read' }));
    assert.equal(between.position, begun.position);
    assert.ok(between.events > begun.events);
    const ended = await simulation.move({ to: 'end' });
    assert.equal(ended.counters.find(({ name }) => name === '2M')!.value, 2);
    const refused = await simulation.do({ do: 'access', gfn: '0x1000000000' });
    assert.match('problem' in refused ? refused.problem : '', /^Gfn: 0x1000000000 is beyond/);
  });

  it('lists operations with their parameters, and checks one parameter alone', async () => {
    const simulation = await asked();
    await simulation.open(firstFaults);
    const list = await simulation.ask<SimulationOperation[]>(simulationOperationsRequest);
    const fault = list.find(({ name }) => name === 'fault')!;
    assert.deepEqual(
      fault.parameters.filter(({ optional }) => !optional).map(({ name }) => name),
      ['gfn'],
    );
    const check = async (value: unknown): Promise<string | null> => {
      const params = { operation: { do: 'split', slot: value }, parameter: 'slot' };
      return (await simulation.ask<SimulationCheckReply>(simulationCheckRequest, params)).problem;
    };
    assert.equal(await check(0), null);
    assert.equal(await check(9), 'There is no slot 9.');
  });

  it('gives events in pages, newest first', async () => {
    const simulation = await asked();
    await simulation.open(firstFaults);
    const { events } = await simulation.move({ to: 'end' });
    const page = (from: number, count: number): Promise<SimulationEventsReply> =>
      simulation.ask(simulationEventsRequest, { from, count });
    const newest = await page(0, 5);
    assert.equal(newest.total, events);
    assert.deepEqual(
      newest.rows.map(({ number }) => number),
      [0, 1, 2, 3, 4].map((at) => events - at),
    );
    assert.deepEqual((await page(3, 2)).rows, newest.rows.slice(3));
  });

  it('stops at a BUG, shows it, and steps back', async () => {
    const simulation = await asked();
    await simulation.open(readFileSync(`${folder}/rfc-disconnected-table.pagewalk.json`, 'utf8'));
    const end = await simulation.move({ to: 'end' });
    assert.equal(end.stop?.kind, 'bug');
    const { rows } = await simulation.ask<SimulationEventsReply>(simulationEventsRequest, {
      from: 0,
      count: 1,
    });
    assert.equal(rows[0]!.severity, 'error');
    const still = await simulation.move({ to: 'next' });
    assert.deepEqual(
      [still.position, still.message?.slice(0, 26)],
      [end.position, 'The kernel stopped here (B'],
    );
    const back = await simulation.move({ to: 'back' });
    assert.equal(back.stop, null);
  });

  it('is kept as a scenario that comes to the same place, what was done to it included', async () => {
    const simulation = await asked();
    await simulation.open(firstFaults);
    await simulation.move({ to: 'next', count: 30 });
    await simulation.do({ do: 'access', gfn: '0x300', access: 'read' });
    const before = await simulation.move({ to: 'next', count: 12 });
    const { text } = await simulation.ask<SimulationSaveReply>(simulationSaveRequest);
    const after = await simulation.open(text!);
    assert.deepEqual(
      { ...after, id: 0, fields: [], counters: [] },
      { ...before, id: 0, fields: [], counters: [] },
    );
    const values = ({ fields, counters }: SimulationState) => [
      fields.map(({ name, value }) => `${name} ${value}`),
      counters.map(({ name, value }) => `${name} ${value}`),
    ];
    assert.deepEqual(values(after), values(before));
  });

  it('answers others while it runs, and stops where it is when it is cancelled', async () => {
    const simulation = await asked();
    // 16 GiB of 4 KiB pages: a split makes a good million moves.
    const big = { id: 0, gfn: '0x0', pages: 0x40_0000, pfn: '0x100000', hostPage: '2M' };
    const touch = Array.from({ length: 512 }, (_, at) => ({
      do: 'access',
      gfn: `0x${(at * 512).toString(16)}`,
      access: 'write',
    }));
    const run = [...touch, { do: 'dirty-log', slot: 0, on: true }];
    await simulation.open(
      JSON.stringify({
        machine: { kernel: '6.1', dirtyBy: 'write-protection' },
        slots: [big],
        run,
      }),
    );
    const token = new CancellationTokenSource();
    const running = simulation.client.connection
      .sendRequest<SimulationReply>(simulationMoveRequest, { to: 'end' }, token.token)
      .then(
        () => 'ended',
        () => 'cancelled',
      );
    let seen = 0;
    while (seen < 2000) {
      seen = stateIn(await simulation.ask(simulationStateRequest)).position;
    }
    token.cancel();
    assert.equal(await running, 'cancelled');
    const stopped = stateIn(await simulation.ask(simulationStateRequest));
    assert.ok(stopped.position >= seen && stopped.toCome + Number(stopped.underWay) > 0);
    const next = await simulation.move({ to: 'next' });
    assert.equal(next.position, stopped.position + 1);
  });

  describe('its tables as a dump', () => {
    interface Written {
      machine: Record<string, unknown>;
      slots: Record<string, unknown>[];
      run: object[];
    }
    const twoDimensions = readFileSync(`${folder}/two-dimensions.pagewalk.json`, 'utf8');

    /** The walk of GVA 0x123 through a simulation's tables after its first operations. */
    async function walkAfter(operations: number, change: (scenario: Written) => void = () => {}) {
      const simulation = await asked();
      const json = JSON.parse(twoDimensions) as Written;
      json.run.length = operations;
      change(json);
      await simulation.open(JSON.stringify(json));
      await simulation.move({ to: 'end' });
      const dump = await simulation.ask<SimulationDumpReply>(simulationDumpRequest);
      if ('problem' in dump) assert.fail(dump.problem);
      const uri = await simulation.client.open('simulated.ptedump', dump.text);
      const reply = await simulation.ask<WalkResponse>(walkRequest, { uri, address: '0x123' });
      if ('problem' in reply) assert.fail(reply.problem);
      const { status, physical, rows } = reply.walk;
      // The guest's entry that EPT does not lead to has a row too, but was not read.
      return [status, physical, rows.filter(({ entry }) => entry !== null).length];
    }

    it('is walked in both dimensions, as far as KVM has mapped the guest’s tables', async () => {
      // Four EPT entries and the guest's own for each table; slot: GFN 5 is host frame 0x10005.
      assert.deepEqual(await walkAfter(1), ['not-present', null, 5 + 4]);
      assert.deepEqual(await walkAfter(2), ['not-present', null, 10 + 4]);
      assert.deepEqual(await walkAfter(4), ['not-present', null, 20 + 4]);
      assert.deepEqual(await walkAfter(5), ['mapped', '0x10005123', 24]);
    });

    it('has fewer references with huge pages, more with five levels', async () => {
      const huge = await walkAfter(1, ({ slots: all }) => (all[0]!['hostPage'] = '2M'));
      assert.deepEqual(huge, ['mapped', '0x10005123', 4 * (3 + 1) + 3]);
      const five = await walkAfter(5, ({ machine }) => (machine['levels'] = 5));
      assert.deepEqual(five, ['mapped', '0x10005123', 4 * (5 + 1) + 5]);
    });

    it('reads a 32-bit guest’s entries two a word', async () => {
      const walked = await walkAfter(0, (json) => {
        json.machine['guest'] = '32';
        Object.assign(json, {
          guestTables: [
            { pa: '0x1000', entries: [[0, '0x2027']] },
            // GVA 0x123 is in entry 0, and a dump that mixed them up would find frame 7.
            {
              pa: '0x2000',
              entries: [
                [0, '0x5067', 1],
                [1, '0x7067', 1],
              ],
            },
          ],
          run: ['0x1', '0x2', '0x5'].map((gfn) => ({ do: 'access', gfn })),
        });
      });
      assert.deepEqual(walked, ['mapped', '0x10005123', 2 * (4 + 1) + 4]);
    });

    it('is not there before the first root, nor for other machines', async () => {
      const simulation = await asked();
      await simulation.open(firstFaults);
      assert.deepEqual(await simulation.ask(simulationDumpRequest), {
        problem: 'The machine has no root yet: its first fault makes one.',
      });
      const shadow = readFileSync(`${folder}/shadow-unsync.pagewalk.json`, 'utf8');
      await simulation.open(shadow);
      assert.deepEqual(await simulation.ask(simulationDumpRequest), {
        problem: 'Only the tables of the TDP MMU are written as a dump.',
      });
    });
  });
});
