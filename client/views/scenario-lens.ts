import { CodeLens, type Disposable, languages, Range, type TextDocument } from 'vscode';

import { panelCommands } from '../simulation/names';

/** Over a scenario: the way to simulate it. */
export function scenarioLens(): Disposable {
  return languages.registerCodeLensProvider(
    { pattern: '**/*.pagewalk.json' },
    {
      provideCodeLenses: (document: TextDocument) => [
        new CodeLens(new Range(0, 0, 0, 0), {
          title: '$(debug-start) Simulate',
          tooltip: 'Pagewalk: Simulate This Scenario',
          command: panelCommands.simulateScenario,
          arguments: [document.uri.toString()],
        }),
      ],
    },
  );
}
