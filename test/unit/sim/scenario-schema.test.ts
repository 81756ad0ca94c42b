import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { scenarioSchema } from '../../../src-core/sim/scenario-schema';

interface Manifest {
  readonly contributes: {
    readonly jsonValidation: readonly { readonly fileMatch: string; readonly url: string }[];
  };
}

interface Generator {
  readonly scenarioSchemaText: () => Promise<string>;
}

describe('the schema that the package contributes', () => {
  it('is what the reader of scenarios knows', async () => {
    const script = pathToFileURL(path.resolve('build', 'scenario-schema.mjs')).href;
    const { scenarioSchemaText } = (await import(script)) as Generator;
    const plain: unknown = JSON.parse(JSON.stringify(scenarioSchema()));
    assert.deepEqual(JSON.parse(await scenarioSchemaText()), plain);
  });

  it('is written where the manifest says', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
    assert.deepEqual(contributes.jsonValidation, [
      { fileMatch: '*.pagewalk.json', url: './dist/scenario.schema.json' },
    ]);
    assert.match(readFileSync('esbuild.mjs', 'utf8'), /\('dist\/scenario\.schema\.json'\)/);
    assert.match(readFileSync('.vscodeignore', 'utf8'), /^!dist\/scenario\.schema\.json$/m);
  });
});
