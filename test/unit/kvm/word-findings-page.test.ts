import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { wordKinds } from '../../../src-core/kvm/words';

describe('docs/findings.md: words beside entries', () => {
  const page = readFileSync('docs/findings.md', 'utf8');
  // Patterns that provoke what there is to find: nothing, everything, one bit, all but one bit.
  const patterns = [0n, 0xffff_ffff_ffff_ffffn, 0x31n, 0x378fn, 0x37a1n, 0x1_0000_0002n];
  for (let bit = 0n; bit < 64n; bit++) patterns.push(1n << bit, 0xffff_ffffn ^ (1n << bit));

  const armNames = /^(vtcr|vttbr|tcr|tcr-el2|ttbr|esr|hpfar)$/;

  it('has every code that words of x86 come with', () => {
    for (const kind of wordKinds.filter(({ name }) => !armNames.test(name))) {
      for (const value of patterns) {
        for (const kernel of ['4.4', '6.1', '7.2']) {
          const word = kind.decode(value, { kernel, cpu: { maxPhysBits: 46 } });
          if ('problem' in word) continue;
          for (const { code } of word.findings) {
            assert.ok(page.includes(`\`${code}\``), `${kind.name}: ${code}`);
          }
        }
      }
    }
  });
});
