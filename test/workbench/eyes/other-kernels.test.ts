import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { openWorkbench } from './open-workbench';
import type { Workbench } from './workbench';

/** An EPT MMIO entry as KVM of 5.10 writes it, and what it is to newer kernels. */
const mmio = '0x300000fee00006';
const kernels = ['5.10', '5.13', '7.2'];

describe('what an entry means by kernel, looked at', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await openWorkbench();
  });
  after(() => workbench.close());

  /** Writes a file into the opened folder and rests the pointer on a word of it. */
  const hoverIn = async (name: string, text: string, word: string) => {
    writeFileSync(path.join(workbench.folder, name), text);
    await workbench.openFile(name);
    return workbench.hover(word);
  };

  // A hover may take a quarter of its editor's height: all of it is to be seen.
  const tall = () => workbench.page.setViewportSize({ width: 1280, height: 3200 });
  afterEach(() => workbench.page.setViewportSize({ width: 1280, height: 1100 }));

  it('an MMIO entry of EPT, on three kernels side by side', async () => {
    const pictures: string[] = [];
    await tall();
    for (const kernel of kernels) {
      const text = `# pagewalk: format=ept kernel=${kernel} maxphyaddr=46\n\nspte ${mmio}\n`;
      const hover = await hoverIn(`mmio-${kernel}.ptedump`, text, mmio);
      assert.match(await hover.innerText(), /EPT MMIO entry/);
      pictures.push(await workbench.screenshot(`mmio-${kernel}`, hover));
    }
    const page = await workbench.page.context().browser()!.newPage();
    const figures = pictures.map((file, index) => {
      const data = readFileSync(file).toString('base64');
      return `<figure><figcaption>${mmio} on Linux ${kernels[index]!}</figcaption><img src="data:image/png;base64,${data}"></figure>`;
    });
    await page.setContent(
      `<style>body{display:inline-flex;font:600 15px sans-serif;margin:0}figure{margin:8px}figcaption{margin:4px 8px 8px}</style>${figures.join('')}`,
    );
    const file = path.join('out', 'screenshots', 'mmio-side-by-side.png');
    await page.locator('body').screenshot({ path: file });
    await page.close();
  });

  it('a leaf of arm64 stage 2', async () => {
    await tall();
    const text = '# pagewalk: format=arm64-s2 kernel=6.12 granule=4K\n\npte 0x00400000408007ff\n';
    const hover = await hoverIn('stage2.ptedump', text, '0x00400000408007ff');
    assert.match(await hover.innerText(), /arm64 stage 2/);
    await workbench.screenshot('hover-arm64-stage2', hover);
  });

  it('the role of a shadow page that a trace prints', async () => {
    await tall();
    // A line of the capture of a 32-bit guest under shadow paging, Linux 6.1.
    const line =
      '          kvmcap-105     [000] ...1.     2.277096: kvm_mmu_get_page: sp gen 0 gfn 100 l2 4-byte q1 wux nxe ad root 0 sync new\n';
    const hover = await hoverIn('role.kvmtrace', line, 'kvm_mmu_get_page');
    assert.match(await hover.innerText(), /guest entries have 4 bytes/);
    await workbench.screenshot('hover-role', hover);
  });

  it('a role word', async () => {
    await tall();
    // Level 2, 4-byte guest entries, quadrant 1, all access, EFER.NX: Linux 6.1 kvm_mmu_page_role.
    const text = '# pagewalk: kernel=6.1\n\nrole: 0x1732\n';
    const hover = await hoverIn('role-word.ptedump', text, '0x1732');
    assert.match(await hover.innerText(), /guest entries have 4 bytes/);
    assert.match(await hover.innerText(), /256–511/);
    await workbench.screenshot('hover-role-word', hover);
  });

  it('the layout behind a VTCR_EL2', async () => {
    const text =
      '# pagewalk: format=arm64-s2\n\nvtcr_el2: 0x80023559\nvttbr_el2: 0x1000041234000\n';
    const hover = await hoverIn('vtcr.ptedump', text, '0x80023559');
    assert.match(await hover.innerText(), /39-bit IPA, 3 levels/);
    await workbench.screenshot('hover-vtcr');
  });
});
