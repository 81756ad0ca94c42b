import assert from 'node:assert/strict';
import { commands, Uri, window, workspace } from 'vscode';

import type { SimulationState } from '../../../server/simulation-protocol';
import { eventually } from './eventually';

function scenario(name: string): Uri {
  const { uri } = workspace.workspaceFolders![0]!;
  return Uri.joinPath(uri, 'scenarios', `${name}.pagewalk.json`);
}

async function run(command: string, given?: unknown): Promise<SimulationState> {
  const state = await commands.executeCommand<SimulationState | null>(`pagewalk.${command}`, given);
  assert.ok(state, command);
  return state;
}

const counter = (state: SimulationState, name: string): number | undefined =>
  state.counters.find((each) => each.name === name)?.value;

describe('the simulator', () => {
  it('opens a scenario, steps through it and back', async () => {
    const opened = await run('simulateScenario', scenario('dirty-log-split').toString());
    assert.deepEqual([opened.position, opened.toCome, opened.operation], [0, 9, null]);
    assert.equal((await run('simulateNext')).position, 1);
    assert.equal((await run('simulateNext')).position, 2);
    assert.equal((await run('simulateBack')).position, 1);
    const end = await run('simulateRunToEnd');
    // docs/scenarios/dirty-log-split.md: in the end one huge page is mapped again.
    assert.deepEqual([counter(end, '4K'), counter(end, '2M')], [0, 1]);
    assert.deepEqual([end.underWay, end.toCome, end.stop], [false, 0, null]);
    const beginning = await run('simulateRestart');
    assert.deepEqual([beginning.position, beginning.known], [0, end.known]);
  });

  it('does not do what cannot be done', async () => {
    await run('simulateScenario', scenario('first-faults').toString());
    assert.equal((await run('simulateKey', 'down')).position, 0);
    assert.equal((await run('simulateKey', 'back')).position, 0);
    const end = await run('simulateKey', 'runToEnd');
    assert.equal((await run('simulateNext')).position, end.position);
  });

  it('stops where the kernel would, and steps back', async () => {
    await run('simulateScenario', scenario('rfc-disconnected-table').toString());
    const end = await run('simulateRunToEnd');
    assert.equal(end.stop?.kind, 'bug');
    assert.equal((await run('simulateBack')).stop, null);
  });

  it('plays by itself until it is paused', async () => {
    await run('simulateScenario', scenario('zap-with-yields').toString());
    await commands.executeCommand('pagewalk.simulatePlay');
    await eventually(async () => {
      const text = await savedAt();
      return text > 1 ? text : undefined;
    });
    await commands.executeCommand('pagewalk.simulatePause');
    const { position } = await run('simulateNext');
    assert.ok(position > 1);
    assert.equal(await savedAt(), position);
  });

  it('goes on where it was when the server was started anew', async () => {
    await run('simulateScenario', scenario('first-faults').toString());
    const before = await run('simulateNext');
    await commands.executeCommand('pagewalk.restartServer');
    const after = await run('simulateNext');
    assert.deepEqual(
      [after.position, after.title, after.toCome],
      [before.position + 1, before.title, before.toCome],
    );
  });

  it('refuses what is no scenario, and keeps the machine it has', async () => {
    const before = await run('simulateScenario', scenario('first-faults').toString());
    const { uri } = await workspace.openTextDocument({ language: 'json', content: '{}' });
    const answer = await commands.executeCommand('pagewalk.simulateScenario', uri.toString());
    assert.equal(answer, null);
    assert.equal((await run('simulateNext')).id, before.id);
  });

  /** Moves made, as the simulation that is saved as a scenario says. */
  async function savedAt(): Promise<number> {
    await commands.executeCommand('pagewalk.saveScenario');
    const text = window.activeTextEditor!.document.getText();
    return (JSON.parse(text) as { at: number }).at;
  }
});
