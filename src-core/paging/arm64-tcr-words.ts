import { bitField, formatWord } from '../word';
import { architectureLevel } from './arm64-granule';
import { granuleText, paRangeText, sizeText, walkAttributes } from './arm64-register-fields';
import { registerBit, type NoWalk } from './arm64-register-walk';
import { readTcr, type Stage1Shape } from './arm64-stage1-registers';
import type { Facts } from './decoded-entry';
import type { DecodedWord } from './decoded-word';
import type { FieldSpec } from './format';
import type { WordContext } from './word-context';
import { decodeFields, flagsOf, runField } from './word-fields';

const tcrSource = 'Arm ARM (DDI 0487) TCR_EL1';
const tcr2Source = 'Arm ARM (DDI 0487) TCR_EL2 (E2H = 0)';
const ttbrSource = 'Arm ARM (DDI 0487) TTBR0_EL1, TTBR1_EL1';

const tcrFlag = flagsOf(tcrSource);
const tcrRows: readonly FieldSpec[] = [
  runField('T0SZ', 5, 0, tcrSource, sizeText),
  tcrFlag('EPD0', 7, 'no walks with TTBR0'),
  ...walkAttributes('0', 8, tcrSource),
  runField('TG0', 15, 14, tcrSource, granuleText('tg0')),
  runField('T1SZ', 21, 16, tcrSource, sizeText),
  tcrFlag('A1', 22, 'the ASID is in TTBR1', 'the ASID is in TTBR0'),
  tcrFlag('EPD1', 23, 'no walks with TTBR1'),
  ...walkAttributes('1', 24, tcrSource),
  runField('TG1', 31, 30, tcrSource, granuleText('tg1')),
  runField('IPS', 34, 32, tcrSource, paRangeText),
  tcrFlag('AS', 36, '16-bit ASIDs', '8-bit ASIDs'),
  tcrFlag('TBI0', 37, 'TTBR0: the top byte of an address is ignored'),
  tcrFlag('TBI1', 38, 'TTBR1: the top byte of an address is ignored'),
  tcrFlag('HA', 39, 'hardware sets the access flag'),
  tcrFlag('HD', 40, 'hardware manages the dirty state (DBM)'),
  tcrFlag('HPD0', 41, "TTBR0: table entries' permissions are ignored"),
  tcrFlag('HPD1', 42, "TTBR1: table entries' permissions are ignored"),
  runField('HWU059-062', 46, 43, tcrSource),
  runField('HWU159-162', 50, 47, tcrSource),
  tcrFlag('TBID0', 51, 'TTBR0: TBI for data only'),
  tcrFlag('TBID1', 52, 'TTBR1: TBI for data only'),
  tcrFlag('NFD0', 53, 'TTBR0: no fault-suppressed walks for EL0'),
  tcrFlag('NFD1', 54, 'TTBR1: no fault-suppressed walks for EL0'),
  tcrFlag('E0PD0', 55, 'EL0 accesses through TTBR0 fault'),
  tcrFlag('E0PD1', 56, 'EL0 accesses through TTBR1 fault'),
  tcrFlag('TCMA0', 57, 'TTBR0: unchecked MTE accesses'),
  tcrFlag('TCMA1', 58, 'TTBR1: unchecked MTE accesses'),
  tcrFlag('DS', 59, '52-bit descriptors with 4K and 16K (FEAT_LPA2): SH is in TCR'),
  tcrFlag('MTX0', 60, 'TTBR0: extended memory tagging'),
  tcrFlag('MTX1', 61, 'TTBR1: extended memory tagging'),
];

const tcr2Flag = flagsOf(tcr2Source);
const tcr2Rows: readonly FieldSpec[] = [
  runField('T0SZ', 5, 0, tcr2Source, sizeText),
  ...walkAttributes('0', 8, tcr2Source),
  runField('TG0', 15, 14, tcr2Source, granuleText('tg0')),
  runField('PS', 18, 16, tcr2Source, paRangeText),
  tcr2Flag('TBI', 20, 'the top byte of an address is ignored'),
  tcr2Flag('HA', 21, 'hardware sets the access flag'),
  tcr2Flag('HD', 22, 'hardware manages the dirty state (DBM)'),
  tcr2Flag('RES1', 23, '', 'should be 1'),
  tcr2Flag('HPD', 24, "table entries' permissions are ignored"),
  runField('HWU59-62', 28, 25, tcr2Source),
  tcr2Flag('TBID', 29, 'TBI for data only'),
  tcr2Flag('TCMA', 30, 'unchecked MTE accesses'),
  tcr2Flag('RES1[31]', 31, '', 'should be 1'),
  tcr2Flag('DS', 32, '52-bit descriptors with 4K and 16K (FEAT_LPA2): SH is in TCR'),
  tcr2Flag('MTX', 33, 'extended memory tagging'),
];

function halfFacts(shape: Stage1Shape | NoWalk): Facts {
  if ('problem' in shape) return { problem: shape.problem };
  const { cpu, levels, inputBits } = shape;
  return {
    granule: cpu.granule ?? null,
    va_bits: inputBits,
    levels,
    entry_level: architectureLevel(levels),
    pa_bits: cpu.paBits ?? null,
    lpa2: cpu.lpa2 === true,
  };
}

function halfText(name: string, shape: Stage1Shape | NoWalk): string {
  if ('problem' in shape) return `${name}: none (${shape.problem})`;
  return `${name}: ${shape.cpu.granule ?? '?'} pages, ${shape.inputBits}-bit VA, ${shape.levels} levels`;
}

/** TCR_EL1: the geometry of both halves of stage 1. */
export function decodeTcr(value: bigint): DecodedWord {
  const low = readTcr(value, 'low');
  const high = readTcr(value, 'high');
  return {
    value,
    name: 'tcr',
    title: 'TCR_EL1',
    summary: `${halfText('TTBR0', low)}; ${halfText('TTBR1', high)}`,
    fields: decodeFields(value, 63, tcrRows, { role: 'reserved', source: tcrSource }),
    facts: { ttbr0: halfFacts(low), ttbr1: halfFacts(high) },
    findings: [],
  };
}

/** TCR_EL2 of a hypervisor without E2H: one half only. */
export function decodeTcrEl2(value: bigint): DecodedWord {
  const shape = readTcr(value, 'low', 'el2-nvhe');
  return {
    value,
    name: 'tcr-el2',
    title: 'TCR_EL2',
    summary: halfText('TTBR0', shape),
    fields: decodeFields(value, 63, tcr2Rows, { role: 'reserved', source: tcr2Source }),
    facts: halfFacts(shape),
    findings: [],
  };
}

const ttbrRows: readonly FieldSpec[] = [
  runField('ASID', 63, 48, ttbrSource, (value) => `ASID ${value}`),
  runField(
    'BADDR',
    47,
    1,
    ttbrSource,
    (value) => `root table ${formatWord(value << 1n)}, below the bits its alignment clears`,
    'address',
  ),
  runField('CnP', 0, 0, ttbrSource, (value) => (value ? 'common to all CPUs of the domain' : '')),
];

/** TTBR0 or TTBR1: root and ASID of stage 1. */
export function decodeTtbr(value: bigint, context: WordContext = {}): DecodedWord {
  const wide = (context.cpu?.paBits ?? 48) > 48;
  const plain = value & 0xffff_ffff_fffen;
  const root = wide ? (plain & ~0x3fn) | (bitField(value, 5, 2) << 48n) : plain;
  const asid = Number(bitField(value, 63, 48));
  return {
    value,
    name: 'ttbr',
    title: 'TTBR',
    summary: `stage-1 root ${formatWord(root)}, ASID ${asid}`,
    fields: decodeFields(value, 63, ttbrRows, { role: 'reserved', source: ttbrSource }),
    facts: { root, asid, cnp: registerBit(value, 0) },
    findings: [],
  };
}
