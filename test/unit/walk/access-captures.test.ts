import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { indexedImage } from '../../../src-core/memory/raw-image';
import type { HardwareFormatName } from '../../../src-core/paging/format';
import { hardwareFormat } from '../../../src-core/paging/registry';
import { checkAccess } from '../../../src-core/walk/access';
import type { Access, AccessAnswer } from '../../../src-core/walk/access-answer';
import { translate } from '../../../src-core/walk/translate';
import { sharedPlace } from '../../golden/places';

/** One translation a real KVM's tables gave, judged by the people who captured them. */
interface Translation {
  readonly root: string;
  readonly gpa?: string;
  readonly gva?: string;
  readonly l3_gpa?: string;
  readonly status: 'mapped' | 'not-present' | 'mmio' | 'reserved';
  readonly perms?: {
    readonly r: boolean;
    readonly w: boolean;
    readonly x: boolean;
    readonly u?: boolean;
  };
  readonly path: readonly [level: number, table: string, index: number, entry: string][];
}

interface Tables {
  readonly format: string;
  readonly pages: readonly { readonly hpa: string; readonly file_offset: number }[];
}

const formats: readonly [RegExp, HardwareFormatName, number][] = [
  [/^EPT-4$/, 'ept', 4],
  [/^NPT-4$/, 'npt', 4],
  [/^NPT-5$/, 'npt', 5],
  [/^shadow-64-4$/, 'x86-64', 4],
  [/^shadow-PAE/, 'pae', 3],
];

/** What the hardware answers where a walk does not end at a page. */
const faults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ept: {
    'not-present': 'EPT violation 0x181',
    mmio: 'EPT misconfiguration -',
    reserved: 'EPT misconfiguration -',
  },
  npt: {
    'not-present': 'NPF 0x100000004',
    mmio: 'NPF 0x10000000d',
    reserved: 'NPF 0x10000000d',
  },
  'x86-64': { 'not-present': '#PF 0x0', mmio: '#PF 0x9', reserved: '#PF 0x9' },
  pae: { 'not-present': '#PF 0x0', mmio: '#PF 0x9', reserved: '#PF 0x9' },
};

const shown = ({ exception, fault }: AccessAnswer): string =>
  `${exception ?? 'none'} ${fault ? `0x${fault.value.toString(16)}` : '-'}`;

const supervisor = { cr0Wp: true };
const reads: Access = { ...supervisor, type: 'read' };
const writes: Access = { ...supervisor, type: 'write' };
const executes: Access = { ...supervisor, type: 'execute' };

function readJson(...parts: string[]): unknown {
  return JSON.parse(readFileSync(path.join(...parts), 'utf8'));
}

const captures = sharedPlace('captures', 'x86');
const runs = captures === undefined ? [] : readdirSync(captures).sort();

describe('accesses through tables of real KVMs', () => {
  for (const run of runs) {
    const folder = path.join(captures!, run);
    if (!existsSync(path.join(folder, 'translations.json'))) continue;
    const translations = readJson(folder, 'translations.json') as Translation[];
    it(`${run}: ${translations.length} of ${translations.length}`, () => {
      const tables = readJson(folder, 'tables.json') as Tables;
      const [, name, levels] = formats.find(([pattern]) => pattern.test(tables.format))!;
      const compiled = hardwareFormat(name).compile({ levels, cpu: { maxPhysBits: 40 } });
      const pages = tables.pages.map((page) => ({
        address: BigInt(page.hpa),
        fileOffset: page.file_offset,
      }));
      const { memory } = indexedImage(readFileSync(path.join(folder, 'tables.bin')), pages);
      for (const row of translations) {
        const address = BigInt((row.gpa ?? row.gva ?? row.l3_gpa)!);
        const walk = translate(memory, compiled, BigInt(row.root), address);
        const ask = (access: Access): AccessAnswer => checkAccess(walk, compiled, access);
        const where = JSON.stringify(row);
        if (!row.perms) {
          assert.equal(shown(ask(reads)), faults[name]![row.status], where);
          assert.equal(ask(reads).decidedBy?.entry, BigInt(row.path.at(-1)![3]), where);
          continue;
        }
        assert.equal(ask(reads).allowed, row.perms.r, where);
        assert.equal(ask(writes).allowed, row.perms.w, where);
        assert.equal(ask(executes).allowed, row.perms.x, where);
        const user = name === 'ept' ? row.perms.r : row.perms.u;
        assert.equal(ask({ ...reads, user: true }).allowed, user, where);
      }
    });
  }
});
