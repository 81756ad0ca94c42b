import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

/** The schema of `*.pagewalk.json`, from the source that reads such files. */
export async function scenarioSchemaText() {
  const { outputFiles } = await esbuild.build({
    entryPoints: ['src-core/sim/scenario-schema.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { scenarioSchema } = await import(`data:text/javascript;base64,${source}`);
  return `${JSON.stringify(scenarioSchema())}\n`;
}

/** Writes it where the manifest's `jsonValidation` says. */
export async function writeScenarioSchema(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, await scenarioSchemaText());
}
