import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

import { Simulation } from '../../../server/simulation/simulation';
import type { SimulationMove, SimulationRow } from '../../../server/simulation-protocol';

const folder = 'samples/scenarios';
const scenarios = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));

type Act =
  | { readonly kind: 'move'; readonly move: SimulationMove }
  /** An action of the place's row, or of a top row: the one of that number. */
  | { readonly kind: 'row'; readonly action: number; readonly top: boolean }
  | { readonly kind: 'save' };

const steps = ['down', 'side', 'up', 'back', 'yield', 'restart'] as const;

const moves: fc.Arbitrary<SimulationMove> = fc.oneof(
  fc.constantFrom(...steps).map((to) => ({ to })),
  fc.integer({ min: 1, max: 40 }).map((count) => ({ to: 'next' as const, count })),
  fc.integer({ min: 0, max: 400 }).map((position) => ({ to: 'position' as const, position })),
  fc.constantFrom('0x5', '203', '0xfee00', 'zz').map((address) => ({
    to: 'address' as const,
    address,
  })),
);

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: moves.map((move) => ({ kind: 'move' as const, move })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('row' as const),
      action: fc.nat(12),
      top: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'save' as const }) },
);

function open(text: string): Simulation {
  const simulation = Simulation.open(text);
  if ('problem' in simulation) assert.fail(simulation.problem);
  return simulation;
}

/** The same simulation, or the one that its saved text opens to. */
function act(simulation: Simulation, what: Act): Simulation {
  if (what.kind === 'save') return open(simulation.save());
  if (what.kind === 'move') {
    for (const step of simulation.move(what.move)) assert.equal(step, undefined);
    return simulation;
  }
  const { place } = simulation.state();
  const [top] = simulation.rows(null);
  const row = what.top || place === null ? top : simulation.rowWithParents(place).at(-1);
  const action = row?.actions[what.action % Math.max(1, row.actions.length)];
  if (action?.ask.length === 0) simulation.perform(action.operation);
  return simulation;
}

/** What a panel asks for after each move: none of it may fail, and all of it agrees. */
function look(simulation: Simulation): void {
  const state = simulation.state();
  assert.ok(state.position <= state.known);
  assert.deepEqual(state.path.at(-1) ?? null, state.place);
  const shown: (string | null)[] = [null, ...state.path];
  const ids = shown.flatMap((id) => simulation.rows(id)).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of state.path) assert.ok(ids.includes(id), id);
  if (state.place !== null) {
    const chain: SimulationRow[] = simulation.rowWithParents(state.place);
    assert.deepEqual(
      chain.map(({ id }) => id),
      state.path,
    );
    assert.ok(simulation.explain(state.place));
  }
  const { total, rows } = simulation.events(0, 20);
  assert.equal(total, state.events);
  for (const { rowId } of rows) if (rowId !== null) assert.ok(simulation.rowWithParents(rowId));
  for (const { enabled, reason } of state.controls) assert.equal(enabled, reason === null);
}

describe('a simulation that a person plays with', () => {
  it('answers whatever is done to it, in any order, on every machine there is', function () {
    this.timeout(600_000);
    fc.assert(
      fc.property(
        fc.constantFrom(...scenarios),
        fc.array(acts, { minLength: 4, maxLength: 24 }),
        (text, list) => {
          let simulation = open(text);
          for (const what of list) {
            simulation = act(simulation, what);
            look(simulation);
          }
        },
      ),
      { numRuns: Number(process.env['PAGEWALK_SIM_PLAYS'] ?? 60) },
    );
  });

  it('is saved as a scenario that shows the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scenarios),
        fc.array(acts, { maxLength: 12 }),
        (text, list) => {
          const simulation = list.reduce(act, open(text));
          const again = open(simulation.save());
          const seen = ({
            place,
            position,
            operation,
            move,
            stop,
            ...state
          }: ReturnType<Simulation['state']>) => ({
            place,
            position,
            operation,
            move,
            stop,
            events: state.events,
            counters: state.counters.map(({ name, value }) => [name, value]),
          });
          assert.deepEqual(seen(again.state()), seen(simulation.state()));
        },
      ),
      { numRuns: 30 },
    );
  });
});
