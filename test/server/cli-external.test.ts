import assert from 'node:assert/strict';
import path from 'node:path';

import { fixturePlace, jsonFiles, sharedPlace } from '../golden/places';
import { runCli } from './run-cli';

interface QemuImage {
  readonly mode: string;
  readonly registers: Readonly<Record<string, string>>;
  /** Name of the text that QEMU printed; the small set beside the tests has words instead for arm64. */
  readonly memory: unknown;
  readonly gva2gpa: readonly { readonly va: string; readonly answer: string }[];
}

interface Answer {
  readonly status: string;
  readonly physical: string | null;
  readonly permissions: { readonly read: boolean } | null;
}

/** What the command line is told of an image: the format of x86, or arm64's registers. */
const options: Readonly<Record<string, (registers: QemuImage['registers']) => string[]>> = {
  la48: ({ CR3 }) => ['--format', 'guest64', '--levels', '4', '--root', CR3!],
  la57: ({ CR3 }) => ['--format', 'guest64', '--levels', '5', '--root', CR3!],
  pae: ({ CR3 }) => ['--format', 'guest-pae', '--root', CR3!],
  legacy32: ({ CR3 }) => ['--format', 'guest32', '--root', CR3!, '--config', 'pse=false'],
  legacy32_pse: ({ CR3 }) => ['--format', 'guest32', '--root', CR3!, '--config', 'pse=true'],
  stage1: (registers) => stage1(registers),
  stage2: (registers) => stage2(registers),
  'stage1+2': (registers) => [...stage1(registers), ...stage2(registers)],
};

function stage1({ TTBR0_EL1, TCR_EL1, MAIR_EL1 }: QemuImage['registers']): string[] {
  return ['--ttbr', TTBR0_EL1!, '--tcr', TCR_EL1!, '--mair', MAIR_EL1!];
}

function stage2({ VTTBR_EL2, VTCR_EL2, HCR_EL2 }: QemuImage['registers']): string[] {
  return ['--vttbr', VTTBR_EL2!, '--vtcr', VTCR_EL2!, '--hcr', HCR_EL2!];
}

const folders = [
  sharedPlace('external', 'qemu-x86') ?? fixturePlace('qemu-x86'),
  sharedPlace('external', 'qemu-arm64') ?? fixturePlace('arm64', 'qemu'),
];

describe("pagewalk walk beside QEMU's own answers", () => {
  for (const folder of folders) {
    for (const { name, read } of jsonFiles(folder)) {
      const { mode, registers, memory, gva2gpa } = read() as QemuImage;
      if (typeof memory !== 'string') continue;
      it(`${name}: ${gva2gpa.length} addresses`, async () => {
        // QEMU's debug walk does not look at arm64's access flag.
        const given = [...options[mode]!(registers), '--config', 'ignore_access_flag=true'];
        const run = await runCli(
          ['walk', path.join(folder, memory), ...given, '--addresses-from', '-', '--json'],
          gva2gpa.map(({ va }) => va).join('\n'),
        );
        assert.equal(run.stderr, '');
        const answers = run.json() as Answer[];
        assert.equal(answers.length, gva2gpa.length);
        gva2gpa.forEach(({ va, answer }, index) => {
          const { physical, permissions, status } = answers[index]!;
          const readable = physical !== null && permissions?.read === true;
          assert.equal(readable ? `gpa: ${physical}` : 'Unmapped', answer, `${va}: ${status}`);
        });
      });
    }
  }
});
