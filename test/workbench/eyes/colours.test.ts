import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

const mail = [
  'Hi,',
  'the guest stopped 12 seconds later; this is what I have:',
  '',
  '> (qemu) xp /4gx 0x103b30000',
  '> 0000000103b30000: 0x0000000103b2f827 0x0000000103b23827',
  '> 0000000103b30010: 0x0000000000000000 0x0000000000000000',
  '       CPU 0/KVM-4711    [003] d....  1234.567890: kvm_tdp_mmu_spte_changed: as id 0 gfn 12345 level 1 old_spte 0 new_spte 600000067890b77',
  '[ 1234.567893] ------ spte = 0x10a3b5907 level = 4, rsvd bits = 0xfc000000000f8',
  'PGD 100000067 P4D 100000067 PUD 1001de067 PMD 10a3b5067 PTE 0',
  '',
  'Regards, 42',
  '',
].join('\n');

describe('dumps and traces in files of other kinds', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench({});
    for (const name of ['mail.txt', 'mail.log']) {
      writeFileSync(path.join(workbench.folder, name), mail);
    }
  });
  after(() => workbench.close());

  for (const name of ['mail.txt', 'mail.log']) {
    it(`${name}: addresses, entries and events have colours of their own, the rest keeps its own`, async () => {
      await workbench.openFile(name);
      const colourOf = (text: string): Promise<string | null> =>
        workbench.page.evaluate((wanted) => {
          const spans = [...document.querySelectorAll('.monaco-editor .view-line span span')];
          const found = spans.find((span) =>
            span.textContent.replaceAll('\u00a0', ' ').includes(wanted),
          );
          return found ? getComputedStyle(found).color : null;
        }, text);
      await workbench.page.waitForFunction(() =>
        [...document.querySelectorAll('.monaco-editor .view-line span span')].some(
          (span) => span.textContent === 'kvm_tdp_mmu_spte_changed',
        ),
      );
      const plain = await colourOf('Regards,');
      assert.ok(plain);
      for (const text of ['0000000103b30000', '0x0000000103b2f827', 'kvm_tdp_mmu_spte_changed']) {
        const colour = await colourOf(text);
        assert.ok(colour !== null && colour !== plain, `${text} ${String(colour)}`);
      }
      await workbench.screenshot(`colours-in-${name.replace('.', '-')}`);
    });
  }
});
