import { bitField, bitMask, formatWord, setBits } from '../word';
import type { CpuConfig } from './cpu';
import type { Finding } from './decoded-entry';
import type { DecodedWord } from './decoded-word';
import type { FieldSpec } from './format';
import { maxPhysBits } from './physical-address';
import { decodeFields, flagsOf, runField } from './word-fields';

const source = 'SDM vol. 3C "Extended-Page-Table Pointer (EPTP)"';
const flag = flagsOf(source);

/** Memory types of the EPT structures themselves; the others are not allowed. */
const memoryTypes: Readonly<Record<string, string>> = { 0: 'UC', 6: 'WB' };

const fieldRows: readonly FieldSpec[] = [
  runField('root', 51, 12, source, (value) => `root table ${formatWord(value << 12n)}`, 'address'),
  flag('SSS', 7, 'supervisor shadow-stack rights (EPT bit 60) are enforced'),
  flag(
    'A/D',
    6,
    'accessed and dirty flags are on; walks of guest tables count as writes',
    'accessed and dirty flags are off: bits 8 and 9 of entries are ignored',
  ),
  runField('walk-length', 5, 3, source, (value) => `${value + 1n} levels`),
  runField('memory-type', 2, 0, source, (value) => memoryTypes[value.toString()] ?? 'not allowed'),
];

/** The parts of an EPTP a walk needs. */
export interface EptPointer {
  readonly root: bigint;
  readonly levels: number;
  readonly accessedDirty: boolean;
}

/** Cuts an EPTP: root in bytes, number of levels, accessed/dirty flags on. */
export function cutEptp(value: bigint): EptPointer {
  return {
    root: value & bitMask(51, 12),
    levels: Number(bitField(value, 5, 3)) + 1,
    accessedDirty: bitField(value, 6, 6) === 1n,
  };
}

/** What makes VM entry fail with this EPTP. Source: SDM vol. 3C "Checks on VMX Controls". */
function findingsOf(value: bigint, cpu: CpuConfig): Finding[] {
  const checks = 'VM entry fails. SDM vol. 3C "Checks on VMX Controls"';
  const findings: Finding[] = [];
  const type = bitField(value, 2, 0);
  if (!(type.toString() in memoryTypes)) {
    findings.push({
      code: 'eptp-memory-type',
      severity: 'error',
      message: `Memory type ${type} is neither UC (0) nor WB (6): ${checks}`,
      bits: [2, 1, 0],
    });
  }
  const { levels } = cutEptp(value);
  if (levels !== 4 && levels !== 5) {
    findings.push({
      code: 'eptp-walk-length',
      severity: 'error',
      message: `A walk of ${levels} levels does not exist, only 4 and 5: ${checks}`,
      bits: [5, 4, 3],
    });
  }
  const reserved = value & (bitMask(11, 8) | bitMask(63, maxPhysBits(cpu)));
  if (reserved !== 0n) {
    findings.push({
      code: 'eptp-reserved-bits',
      severity: 'error',
      message: `Reserved bits ${formatWord(reserved)} are set: ${checks}`,
      bits: setBits(reserved),
    });
  }
  return findings;
}

/** An EPT pointer, as the VMCS holds it and as `dump_vmcs` prints it. */
export function decodeEptp(value: bigint, cpu: CpuConfig = {}): DecodedWord {
  const pointer = cutEptp(value);
  const type = memoryTypes[bitField(value, 2, 0).toString()] ?? 'memory type not allowed';
  return {
    value,
    name: 'eptp',
    title: 'EPTP',
    summary:
      `EPT root ${formatWord(pointer.root)}, ${pointer.levels} levels, ${type}, ` +
      `accessed/dirty flags ${pointer.accessedDirty ? 'on' : 'off'}`,
    fields: decodeFields(value, 63, fieldRows, { role: 'reserved', source }),
    facts: {
      root: pointer.root,
      levels: pointer.levels,
      accessed_dirty: pointer.accessedDirty,
      memory_type: type,
      supervisor_shadow_stack: bitField(value, 7, 7) === 1n,
    },
    findings: findingsOf(value, cpu),
  };
}
