import assert from 'node:assert/strict';

import { decodeRequest, wordRequest } from '../../server/protocol';
import { hoverOn } from './hovers';
import { type LanguageClient, startLanguageClient } from './language-client';

const trace = (line: string): string =>
  `          kvmcap-105     [000] .....     2.276979: ${line}\n`;

// Meanings are those of facts/x86-log-formats.md 4.1 and 4.2, and of the manuals.
const inTraces: readonly (readonly [
  what: string,
  line: string,
  word: string,
  ...says: RegExp[],
])[] = [
  [
    'the role of a shadow page, by its words',
    'kvm_mmu_get_page: sp gen 0 gfn 100 l2 4-byte q1 wux nxe ad root 0 sync new',
    'wux',
    /level 2\*\*, GFN `0x100`/,
    /guest entries have 4 bytes/,
    /wux: write, user, execute/,
    /does not tell cr0\\?_wp/,
  ],
  [
    'the role of a shadow page, as a word',
    'kvm_mmu_get_page: mmu_valid_gen=0 gfn=256 role=22146 root_count=0 unsync=0 created=1',
    '22146',
    /kvm\\?_mmu\\?_page\\?_role/,
    /\| 3:0 \| level \| 2 \|/,
  ],
  [
    'the exit qualification of an EPT violation',
    'kvm_page_fault: vcpu 0 rip 0x8036 address 0x0000000015800000 error_code 0x182',
    '0x182',
    /exit qualification/,
    /\| 1 \| write \| 1 \|/,
  ],
  [
    'the exit information of a nested page fault',
    'kvm_page_fault: vcpu 0 rip 0x8036 address 0x0000000015800000 error_code 0x100000006',
    '0x100000006',
    /EXITINFO1/,
    /final/,
  ],
  [
    'what KVM_EXIT tells by its reason',
    'kvm_exit: vcpu 0 reason EPT_VIOLATION rip 0xffffffff81a00000 info1 0x0000000000000182 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000',
    '0x0000000000000182',
    /exit qualification/,
    /reason is EPT\\?_VIOLATION/,
  ],
  [
    'the error code of a walk of the guest’s tables',
    'kvm_mmu_walker_error: pferr 7 P|W|U',
    '7 P',
    /PFERR/,
    /\| 1 \| WRITE \| 1 \|/,
  ],
];

const inText: readonly (readonly [text: string, word: string, ...says: RegExp[]])[] = [
  ['CR3=0x0000000001234000 CR4=0x6f0', '0x0000000001234000', /\*\*CR3\*\*/, /0x1234000/],
  ['EPT pointer = 0x000000010465605e', '0x000000010465605e', /\*\*EPTP\*\*/, /0x104656000/],
  ['ESR_EL2 = 0x92000047', '0x92000047', /\*\*ESR/, /translation/],
  ['error code: 0x7', '0x7', /#PF error code/],
  [
    'vtcr_el2: 0x80023559\nvttbr_el2: 0x0001000041234000',
    '0x80023559',
    /39-bit IPA, 3 levels/,
    /\| 1 \(root\) \| 38:30 \| 512 \| 1 GiB \| allowed \|/,
    /KVM lays out the same/,
  ],
  [
    'vtcr_el2: 0x80023559\nvttbr_el2: 0x0001000041234000',
    '0x0001000041234000',
    /root 0x41234000, VMID 1/,
    /By VTCR\\?_EL2: stage 2 with 4K pages, 39-bit IPA/,
  ],
];

describe('words that stand beside entries', () => {
  let client: LanguageClient;
  before(async () => {
    client = await startLanguageClient();
  });
  after(() => client.stop());

  for (const [what, line, word, ...says] of inTraces) {
    it(`${what}, in a trace`, async () => {
      const text = trace(line);
      const hover = await hoverOn(client, { text, word, languageId: 'pagewalk-trace' });
      for (const pattern of says) assert.match(hover, pattern);
    });
  }
  for (const [text, word, ...says] of inText) {
    it(`${text.split('\n')[0]!}: ${word}, by the name before it`, async () => {
      const hover = await hoverOn(client, { text: `${text}\n`, word });
      for (const pattern of says) assert.match(hover, pattern);
    });
  }

  it('are decoded as values behind their names', async () => {
    const ask = async (value: string) =>
      String(
        Object.values(
          await client.connection.sendRequest<object>(decodeRequest, { value, uri: null }),
        )[0],
      );
    assert.match(await ask('cr3=0x1234000'), /\*\*CR3\*\*/);
    assert.match(await ask('exit qualification: 0x182'), /exit qualification/);
    assert.match(await ask('ESR_EL2 92000047'), /translation/);
    assert.match(await ask('cr9=0x1'), /no 64-bit value/);
    assert.match(await ask('cr3=0x12345678123456789'), /no 64-bit value/);
  });

  it('are decoded when asked for by name', async () => {
    const ask = (name: string, value: string) =>
      client.connection.sendRequest(wordRequest, { name, value, uri: null });
    assert.match(String(Object.values((await ask('cr3', '1234000')) as object)[0]), /0x1234000/);
    assert.deepEqual(await ask('cr9', '1'), { problem: "'cr9' is no word that is known here." });
    const bad = (await ask('cr3', 'xyz')) as { problem: string };
    assert.match(bad.problem, /no 64-bit value/);
  });
});
