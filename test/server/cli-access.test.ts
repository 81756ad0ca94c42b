import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { sharedPlace } from '../golden/places';
import { runCli } from './run-cli';

/** One translation that a real KVM's tables gave, judged by the people who captured them. */
interface Translation {
  readonly root: string;
  readonly gpa?: string;
  readonly gva?: string;
  readonly status: 'mapped' | 'not-present' | 'mmio' | 'reserved';
  readonly perms?: Readonly<Record<string, boolean>>;
}

interface Answer {
  readonly status: string;
  readonly access: {
    readonly allowed: boolean | null;
    readonly exception: string | null;
    readonly error_code?: string;
    readonly exit_qualification?: string;
    readonly exit_info_1?: string;
  };
}

interface Machine {
  readonly begins: string;
  readonly format: string;
  readonly levels: number;
  readonly fault: (access: AccessType, perms: Translation['perms'] | undefined) => string;
  /** What an entry that is malformed on purpose (MMIO) or by corruption gives. */
  readonly malformed: (access: AccessType) => string;
}

const accesses = ['read', 'write', 'execute'] as const;
type AccessType = (typeof accesses)[number];

const right = { read: 'r', write: 'w', execute: 'x' } as const;
const hex = (value: number): string => `0x${value.toString(16)}`;

/** Error bits of a page fault: P, W, RSVD, I. Source: SDM vol. 3A 5.7; APM vol. 2 8.4.2. */
const errorBits = { read: 0, write: 2, execute: 0x10 } as const;
/** Exit qualification bits of an EPT violation; 8:7: of a linear address, its translation. SDM 3C table 28-7. */
const qualificationBits = { read: 1, write: 2, execute: 4 } as const;

const ept = (access: AccessType, perms: Translation['perms'] | undefined): string => {
  const granted = (perms?.['r'] ? 8 : 0) | (perms?.['w'] ? 16 : 0) | (perms?.['x'] ? 32 : 0);
  return `EPT violation ${hex(0x180 | qualificationBits[access] | granted)}`;
};
// Nested accesses count as the user's: bit 2; bit 32: of the final address.
const npt = (access: AccessType, perms: Translation['perms'] | undefined): string =>
  `NPF ${hex(0x1_0000_0004 + errorBits[access] + (perms ? 1 : 0))}`;
const shadow = (access: AccessType, perms: Translation['perms'] | undefined): string =>
  `#PF ${hex(errorBits[access] | (perms ? 1 : 0))}`;

const machines: readonly Machine[] = [
  {
    begins: 'EPT-4',
    format: 'ept',
    levels: 4,
    fault: ept,
    malformed: () => 'EPT misconfiguration',
  },
  ...[4, 5].map((levels) => ({
    begins: `NPT-${levels}`,
    format: 'npt64',
    levels,
    fault: npt,
    malformed: (access: AccessType) => `NPF ${hex(0x1_0000_000d + errorBits[access])}`,
  })),
  ...[
    { begins: 'shadow-64-4', format: 'shadow64', levels: 4 },
    { begins: 'shadow-PAE', format: 'pae', levels: 3 },
  ].map((machine) => ({
    ...machine,
    fault: shadow,
    malformed: (access: AccessType) => `#PF ${hex(9 | errorBits[access])}`,
  })),
];

function shown({ access }: Answer): string {
  const word = access.error_code ?? access.exit_qualification ?? access.exit_info_1;
  return `${access.exception ?? 'none'}${word === undefined ? '' : ` ${word}`}`;
}

const place = sharedPlace('captures', 'x86');
if (place !== undefined) {
  describe('pagewalk walk --access: translations of real KVMs, by capture', () => {
    for (const run of readdirSync(place).sort()) {
      const tables = path.join(place, run, 'tables.json');
      if (!existsSync(tables)) continue;
      const { format } = JSON.parse(readFileSync(tables, 'utf8')) as { format: string };
      const machine = machines.find(({ begins }) => format.startsWith(begins));
      if (!machine) continue;
      it(`${run}, ${format}`, async () => {
        const translations = JSON.parse(
          readFileSync(path.join(place, run, 'translations.json'), 'utf8'),
        ) as Translation[];
        const addresses = translations.map(({ gpa, gva }) => gpa ?? gva).join('\n');
        for (const access of accesses) {
          const { root } = translations[0]!;
          const tree = ['--root', root, '--levels', String(machine.levels)];
          const named = ['--format', machine.format, '--addresses-from', '-', '--json'];
          const state = machine.fault === shadow ? ['--cr0-wp'] : [];
          const answers = (
            await runCli(
              ['walk', tables, ...tree, ...named, '--access', access, ...state],
              addresses,
            )
          ).json() as Answer[];
          assert.equal(answers.length, translations.length);
          translations.forEach(({ status, perms, gpa, gva }, index) => {
            const answer = answers[index]!;
            const what = `${access} ${gpa ?? gva ?? ''} ${status}`;
            const allowed = status === 'mapped' && perms?.[right[access]] === true;
            assert.equal(answer.access.allowed, allowed, what);
            if (allowed) return;
            const expected =
              status === 'mapped' || status === 'not-present'
                ? machine.fault(access, status === 'mapped' ? perms : undefined)
                : machine.malformed(access);
            assert.equal(shown(answer), expected, what);
          });
        }
      });
    }
  });
}

describe('pagewalk walk --access', () => {
  const walk = (...args: string[]) =>
    runCli(['walk', 'samples/npt-6.1.xp', '--root', '0x103b30000', ...args]);

  it('answers beside the walk, and says why', async () => {
    const run = await walk('--address', '0x94faa77', '--access', 'write', '--json');
    const [answer] = run.json() as (Answer & { access: { why: string; decided_by: object } })[];
    assert.equal(answer!.status, 'not-present');
    assert.equal(shown(answer!), 'NPF 0x100000006');
    assert.ok(answer!.access.why.length > 0);
    assert.ok(answer!.access.decided_by);
  });

  it('is told in one line to people', async () => {
    const run = await walk('--address', '0x94faa77', '--access', 'execute', '--no-nxe');
    assert.match(run.stdout, /faults: NPF/);
  });

  it('refuses an access that makes no sense', async () => {
    assert.equal((await walk('--address', '0x1000', '--access', 'jump')).status, 2);
    assert.equal((await walk('--address', '0x1000', '--user')).status, 2);
    const pkru = await walk('--address', '0x1000', '--access', 'read', '--pkru', 'x');
    assert.match(pkru.stderr, /'x' is no value for 'pkru'/);
  });
});
