import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { shippedScenarios } from '../../../client/scenarios/shipped-scenarios';

const folder = 'samples/scenarios';

describe('scenarios that come with the extension', () => {
  it('are those of the folder, each under its title', () => {
    const listed = shippedScenarios.map(({ name }) => `${name}.pagewalk.json`);
    assert.deepEqual([...listed].sort(), readdirSync(folder).sort());
    for (const { name, title } of shippedScenarios) {
      const text = readFileSync(`${folder}/${name}.pagewalk.json`, 'utf8');
      assert.equal((JSON.parse(text) as { title: string }).title, title);
      assert.ok(existsSync(`docs/scenarios/${name}.md`), name);
    }
  });

  it('are in the package, and docs/simulator.md tells of each', () => {
    const packed = readFileSync('.vscodeignore', 'utf8');
    assert.match(packed, /^!samples\/scenarios\/\*\*$/m);
    const page = readFileSync('docs/simulator.md', 'utf8');
    for (const { name } of shippedScenarios) assert.ok(page.includes(`scenarios/${name}.md`), name);
  });
});
