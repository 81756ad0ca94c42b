import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { installExtension } from '../host/install-extension.mjs';
import { npm } from '../host/npm.mjs';
import { temporaryFolder } from '../host/temporary-folder.mjs';
import { openWorkbench } from '../workbench/eyes/open-workbench';

const sizeLimit = 1_000_000;
const vsix = path.resolve('out', 'pagewalk.vsix');

/** All that the package may hold: a file, or all of a folder. */
const allowed =
  /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt|\.vsixmanifest|(media|syntaxes)\/.+|docs\/(findings|scenarios\/[\w-]+)\.md|samples\/scenarios\/[\w-]+\.pagewalk\.json|dist\/[\w-]+\.js|dist\/THIRD_PARTY_LICENSES\.txt|dist\/scenario\.schema\.json)$/;

describe('the package', () => {
  const { path: folder, remove } = temporaryFolder('package');
  let extensionsDir: string;
  before(async () => {
    rmSync(vsix, { force: true });
    await npm(['run', 'package'], process.cwd());
    extensionsDir = await installExtension({ host: 'newest', vsix, folder });
  });
  after(remove);

  it('is small', () => {
    const { size } = statSync(vsix);
    assert.ok(size <= sizeLimit, `${size} bytes`);
  });

  it('holds what is needed and nothing else', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const root = path.join(extensionsDir, `pagewalk.pagewalk-${version}`);
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    assert.deepEqual(
      files.filter((file) => !allowed.test(file.replaceAll('\\', '/'))),
      [],
    );
    for (const name of ['client', 'client-browser', 'server-browser', 'cli'])
      assert.ok(files.includes(path.join('dist', `${name}.js`)), name);
    assert.ok(files.includes(path.join('dist', 'scenario.schema.json')));
    assert.ok(files.includes(path.join('samples', 'scenarios', 'first-faults.pagewalk.json')));
  });

  it('works in a VS Code that it is installed in', async () => {
    const workbench = await openWorkbench({ extensionsDir });
    try {
      await workbench.openFileAt('npt-6.1.xp', '0x0000000105003e67');
      const hover = await workbench.hover('0x0000000105003e67');
      assert.match(await hover.innerText(), /NPT leaf/);
    } finally {
      await workbench.close();
    }
  });
});
