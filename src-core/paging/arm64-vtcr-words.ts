import { bitField, formatWord } from '../word';
import { granules, architectureLevel } from './arm64-granule';
import { granuleText, paRangeText, sizeText, walkAttributes } from './arm64-register-fields';
import { registerBit, rootAddress } from './arm64-register-walk';
import { readVtcr } from './arm64-stage2-registers';
import { formatSize } from './byte-size';
import type { Finding } from './decoded-entry';
import type { DecodedWord } from './decoded-word';
import type { FieldSpec } from './format';
import type { WordContext } from './word-context';
import { decodeFields, flagsOf, runField } from './word-fields';

const vtcrSource = 'Arm ARM (DDI 0487) VTCR_EL2; Linux 6.12 kvm_arm.h';
const vttbrSource = 'Arm ARM (DDI 0487) VTTBR_EL2; Linux 6.12 kvm_arm.h';

const vtcrFlag = flagsOf(vtcrSource);
const vtcrRows: readonly FieldSpec[] = [
  runField('T0SZ', 5, 0, vtcrSource, sizeText),
  runField('SL0', 7, 6, vtcrSource, () => 'entry level, with the granule (and SL2)'),
  ...walkAttributes('0', 8, vtcrSource),
  runField('TG0', 15, 14, vtcrSource, granuleText('tg0')),
  runField('PS', 18, 16, vtcrSource, paRangeText),
  vtcrFlag('VS', 19, '16-bit VMIDs', '8-bit VMIDs'),
  vtcrFlag('HA', 21, 'hardware sets the access flag', 'software sets the access flag'),
  vtcrFlag('HD', 22, 'hardware manages the dirty state (DBM)'),
  runField('HWU59-62', 28, 25, vtcrSource, () => 'hardware use of descriptor bits 62:59'),
  vtcrFlag('NSW', 29, 'Secure stage-2 walks in non-secure memory'),
  vtcrFlag('NSA', 30, 'Secure stage-2 output in non-secure memory'),
  vtcrFlag('RES1', 31, '', 'should be 1'),
  vtcrFlag('DS', 32, '52-bit descriptors with 4K and 16K (FEAT_LPA2): SH is in VTCR'),
  vtcrFlag('SL2', 33, 'with SL0 = 0: entry level -1'),
  vtcrFlag('AssuredOnly', 34, 'AssuredOnly checks'),
  vtcrFlag('TL1', 35, 'top-level write restriction, TL1'),
  vtcrFlag('S2PIE', 36, 'permission indirection at stage 2'),
  vtcrFlag('S2POE', 37, 'permission overlay at stage 2'),
  vtcrFlag('D128', 38, '128-bit descriptors'),
  vtcrFlag('GCSH', 40, 'guarded control stack checks'),
  vtcrFlag('TL0', 41, 'top-level write restriction, TL0'),
  vtcrFlag('HAFT', 44, 'hardware sets the access flag of table entries'),
  vtcrFlag('HDBSS', 45, 'hardware dirty state tracking structure'),
];

/** VTCR_EL2: the geometry of stage 2. */
export function decodeVtcr(value: bigint): DecodedWord {
  const shape = readVtcr(value);
  const common = {
    value,
    name: 'vtcr',
    title: 'VTCR_EL2',
    fields: decodeFields(value, 63, vtcrRows, { role: 'reserved', source: vtcrSource }),
  };
  if ('problem' in shape) {
    const message = `${shape.problem}. ${vtcrSource}`;
    const findings: Finding[] = [{ code: 'no-walk', severity: 'error', message, bits: [] }];
    return { ...common, summary: shape.problem, facts: {}, findings };
  }
  const { levels, inputBits, cpu, rootShift } = shape;
  const granule = granules[cpu.granule ?? '4K'];
  const entries = 2 ** (rootShift - 3);
  const tables = Math.max(1, entries / 2 ** granule.stride);
  const rootText =
    tables === 1
      ? formatSize(2 ** rootShift)
      : `${tables} concatenated tables of ${formatSize(2 ** granule.pageShift)}`;
  const entryLevel = architectureLevel(levels);
  return {
    ...common,
    summary:
      `stage 2 with ${granule.name} pages, ${inputBits}-bit IPA, ${levels} levels from level ${entryLevel}, ` +
      `root of ${entries} entries (${rootText})`,
    facts: {
      granule: granule.name,
      ipa_bits: inputBits,
      levels,
      entry_level: entryLevel,
      pgd_entries: entries,
      root_bytes: 2 ** rootShift,
      concat_tables: tables,
      vttbr_x: rootShift,
      pa_bits: cpu.paBits ?? null,
      lpa2: cpu.lpa2 === true,
      vmid_bits: registerBit(value, 19) ? 16 : 8,
      ha: registerBit(value, 21),
      hd: registerBit(value, 22),
    },
    findings: [],
  };
}

const vttbrRows: readonly FieldSpec[] = [
  runField(
    'VMID',
    63,
    48,
    vttbrSource,
    (value) => `VMID ${value} (8 or 16 bits of it: VTCR_EL2.VS)`,
  ),
  runField(
    'BADDR',
    47,
    1,
    vttbrSource,
    (value) => `root table ${formatWord(value << 1n)}, below the bits its alignment clears`,
    'address',
  ),
  runField('CnP', 0, 0, vttbrSource, (value) => (value ? 'common to all CPUs of the domain' : '')),
];

/** The root by VTCR_EL2's geometry, or the whole field where that is not known. */
function vttbrRoot(
  value: bigint,
  vtcr: bigint | undefined,
): { root: bigint; findings: readonly Finding[]; exact: boolean } {
  const shape = vtcr === undefined ? undefined : readVtcr(vtcr);
  if (shape === undefined || 'problem' in shape) {
    return { root: value & 0xffff_ffff_fffen, findings: [], exact: false };
  }
  return { ...rootAddress(value, shape.rootShift, shape.cpu.paBits ?? 48), exact: true };
}

/**
 * VTTBR_EL2: root and VMID of stage 2. Which bits are the root's, only VTCR_EL2 tells: without it
 * in the context the whole field is taken.
 */
export function decodeVttbr(value: bigint, context: WordContext = {}): DecodedWord {
  const { root, findings, exact } = vttbrRoot(value, context.vtcr);
  const vmid = Number(bitField(value, 63, 48));
  const wide = bitField(value, 5, 2);
  const wideRoot = (root & ~0x3fn) | (wide << 48n);
  const doubt: Finding = {
    code: 'vttbr-wide-root',
    severity: 'info',
    message: `Bits 5:2 are set: with 52-bit physical addresses they are bits 51:48 of the root, then ${formatWord(wideRoot)}; VTCR_EL2 tells. ${vttbrSource}`,
    bits: [5, 4, 3, 2],
  };
  return {
    value,
    name: 'vttbr',
    title: 'VTTBR_EL2',
    summary: `stage-2 root ${formatWord(root)}, VMID ${vmid}`,
    fields: decodeFields(value, 63, vttbrRows, { role: 'reserved', source: vttbrSource }),
    facts: { root, vmid, cnp: registerBit(value, 0) },
    findings: [...findings, ...(exact || wide === 0n ? [] : [doubt])],
  };
}
