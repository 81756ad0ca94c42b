import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The files that make findings of arm64 entries, registers and walks. */
function makers(): string[] {
  const arm64 = ['src-core/kvm', 'src-core/paging'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('arm64-'))
      .map((name) => path.join(folder, name)),
  );
  return [...arm64, 'src-core/walk/nested.ts'];
}

describe('docs/findings.md: arm64', () => {
  it('has every code', () => {
    const page = readFileSync('docs/findings.md', 'utf8');
    const codes = makers().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:finding\(\s*|code(?: =|:) )'([a-z0-9-]+)'/g)].map(
        ([, code]) => code!,
      ),
    );
    assert.ok(new Set(codes).size >= 20, codes.join(' '));
    for (const code of codes) assert.ok(page.includes(`| \`${code}\``), code);
  });
});
