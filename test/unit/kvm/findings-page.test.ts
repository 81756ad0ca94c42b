import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { invariants, looksLikeMmio } from '../../../src-core/kvm/invariants';

/** The files that make findings of x86 entries. */
const makers = ['decode-x86.ts', 'l1tf-guess.ts', 'spte-findings.ts'];

describe('docs/findings.md', () => {
  it('lists every code of x86 entries', () => {
    const page = readFileSync('docs/findings.md', 'utf8');
    const listed = new Set([...page.matchAll(/^\| `([a-z0-9-]+)`/gm)].map(([, code]) => code));
    const made = makers.flatMap((name) => {
      const source = readFileSync(path.join('src-core', 'kvm', name), 'utf8');
      return [...source.matchAll(/(?:finding\(\s*|code: )'([a-z0-9-]+)'/g)].map(
        ([, code]) => code!,
      );
    });
    const named = [...invariants, looksLikeMmio].map(({ name }) => `invariant-${name}`);
    assert.ok(made.length > 10);
    for (const code of [...made, ...named]) assert.ok(listed.has(code), code);
  });
});
