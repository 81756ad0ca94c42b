import assert from 'node:assert/strict';

import { counterText, statusText } from '../../../client/simulation/status-text';
import type { SimulationState } from '../../../server/simulation-protocol';

const idle: SimulationState = {
  id: 1,
  title: '',
  walkerTitle: 'Iterator',
  goal: 'GFN',
  position: 0,
  known: 0,
  operation: null,
  note: '',
  underWay: false,
  toCome: 2,
  move: null,
  stop: null,
  message: null,
  fields: [],
  counters: [],
  controls: [],
  place: null,
  path: [],
  events: 0,
};

const atWork: SimulationState = {
  ...idle,
  position: 7,
  operation: 'Age',
  underWay: true,
  move: 'stepped side',
  controls: [
    { name: 'down', enabled: false, reason: 'the entry is a leaf' },
    { name: 'side', enabled: true, reason: null },
    { name: 'up', enabled: false, reason: 'the walk is at its root' },
  ],
};

describe('what the simulator’s tree says above its rows', () => {
  it('names what is to come', () => {
    assert.equal(statusText(idle), '2 operations to come: Next begins.');
    assert.equal(statusText({ ...idle, toCome: 1 }), '1 operation to come: Next begins.');
  });

  it('says where it stands and why a step cannot be made', () => {
    assert.equal(
      statusText(atWork),
      'Age, move 7: stepped side. No Down: the entry is a leaf. No Up: the walk is at its root.',
    );
  });

  it('tells steps that cannot be for the same reason together, and notes of the scenario', () => {
    const controls = atWork.controls.map((each) => ({ ...each, reason: 'the walk is over' }));
    assert.equal(
      statusText({ ...atWork, note: 'Watch.', controls }),
      'Age, move 7: stepped side. “Watch.” No Down, Side, Up: the walk is over.',
    );
  });

  it('puts first what there is to say about what was asked', () => {
    const text = statusText({ ...atWork, controls: [], message: 'The walk ended.' });
    assert.equal(text, 'The walk ended. Age, move 7: stepped side.');
  });

  it('says nothing but where the kernel stops, and the way on', () => {
    const stop = { kind: 'bug', text: 'BUG_ON(x)' } as const;
    assert.equal(
      statusText({ ...atWork, stop }),
      'The kernel stops here: BUG_ON(x). Step back to go on.',
    );
  });

  it('lists counters that ever counted', () => {
    const counters = [
      { name: '4K', title: '', value: 512, was: null },
      { name: '2M', title: '', value: 0, was: 1 },
      { name: '1G', title: '', value: 0, was: null },
    ];
    assert.equal(counterText({ ...idle, counters }), '4K 512 · 2M 0');
  });
});
