import { outputLayout } from '../paging/arm64-address';
import { architectureLevel } from '../paging/arm64-granule';
import { namedMairs } from '../paging/arm64-mair';
import { stage1MemoryType } from '../paging/arm64-memory-types';
import { regimeOf, type Regime } from '../paging/arm64-regimes';
import { stage1Permissions, stage1Rights } from '../paging/arm64-stage1';
import { stage1Fields } from '../paging/arm64-stage1-fields';
import type { CpuConfig } from '../paging/cpu';
import type { Facts, Finding } from '../paging/decoded-entry';
import { layFields } from '../paging/field-layers';
import type { FieldSpec } from '../paging/format';
import { bitField } from '../word';
import { layKvmLeafFields } from './arm64-annotation';
import {
  invalidFacts,
  invalidFields,
  invalidKind,
  leafFacts as linuxLeafFacts,
  linuxLeafFields,
} from './arm64-linux-entry';
import type { LinuxStage1Row } from './arm64-linux-rows';
import type { Arm64Entry, Arm64Reading } from './arm64-reading';
import { kvmStage2Row, linuxStage1Row } from './arm64-software-bits';

const at = (value: bigint, bit: number): boolean => bitField(value, bit, bit) === 1n;

/** What a privilege level may do with data. */
function access(readable: boolean, write: boolean): 'rw' | 'ro' | '-' {
  return readable ? (write ? 'rw' : 'ro') : '-';
}

function leafFacts({ value, type, cpu }: Arm64Entry, regime: Regime): Facts {
  const rights = stage1Rights(value, 0n, regime, cpu);
  const attridx = Number(bitField(value, 4, 2));
  const twoLevels = <T>(fact: T): T | null => (regime.user ? fact : null);
  return {
    attridx,
    mem: stage1MemoryType(attridx, cpu.mair)?.name ?? null,
    ap: Number(bitField(value, 7, 6)),
    priv: access(true, rights.write),
    user: rights.user === null ? null : access(rights.user, rights.write),
    exec_priv: rights.execute,
    exec_user: rights.userExecute,
    af: at(value, 10),
    sh: outputLayout(cpu).name === 'LPA2' ? null : Number(bitField(value, 9, 8)),
    ng: twoLevels(at(value, 11)),
    dbm: at(value, 51),
    contig: at(value, 52),
    gp: at(value, 50),
    pxn: twoLevels(at(value, 53)),
    uxn: at(value, 54),
    sw: Number(bitField(value, 58, 55)),
    pbha: Number(bitField(value, 62, 59)),
    nT: type === 'block' ? at(value, 16) : null,
  };
}

/** Source: Arm ARM (DDI 0487) D8.3.1; the bits apply to everything below the table. */
function tableFacts(value: bigint): Facts {
  return {
    table_attrs: {
      nstable: at(value, 63),
      aptable: Number(bitField(value, 62, 61)),
      uxntable: at(value, 60),
      pxntable: at(value, 59),
    },
  };
}

function leafFindings({ value, cpu }: Arm64Entry, regime: Regime): Finding[] {
  const rights = stage1Rights(value, 0n, regime, cpu);
  if (!rights.write || !rights.execute) return [];
  const message =
    'Writable and executable at once for the privileged level, unless SCTLR.WXN is set: Linux reports such pages at boot ("Checked W+X mappings"), KVM refuses them for its own. Linux 6.12 mm/ptdump.c, hyp/pgtable.c';
  const bits = regime.user ? [53, 7] : [54, 7];
  return [{ code: 'writable-and-executable', severity: 'warning', message, bits }];
}

function assumptions(cpu: CpuConfig, leaf: boolean): string[] {
  return [
    ...(cpu.regime === undefined ? ['regime EL1&0'] : []),
    ...(leaf && cpu.mair === undefined ? ["Linux's MAIR"] : []),
  ];
}

function unknownEntry(level: number): Finding {
  const message = `The entry is invalid but not empty, and Linux keeps nothing in level ${architectureLevel(level)}, where no leaf can stand. Linux 6.12 pgtable.h`;
  return { code: 'linux-entry-unknown', severity: 'warning', message, bits: [] };
}

/** Tables of a kernel: Linux's software bits. */
function readLinux(entry: Arm64Entry, row: LinuxStage1Row): Partial<Arm64Reading> {
  const { value, type, level, cpu } = entry;
  if (type === 'invalid') {
    const kind = invalidKind(value, level, cpu, row);
    return {
      facts: { linux: invalidFacts(value, kind, row) },
      fields: invalidFields(kind, level, cpu, row),
      findings: kind === 'unknown' ? [unknownEntry(level)] : [],
    };
  }
  const hardware = stage1Fields(type, level, cpu);
  return {
    facts: { linux: linuxLeafFacts(value, row) },
    fields: layFields(hardware, linuxLeafFields(row)),
  };
}

/** Before 5.10 Linux wrote its memory attributes in another order. */
function withMair(given: Arm64Entry, row: LinuxStage1Row): Arm64Entry {
  const mair = row.mair === 'linux' ? undefined : namedMairs[row.mair];
  if (given.cpu.mair !== undefined || mair === undefined) return given;
  return { ...given, cpu: { ...given.cpu, mair } };
}

/** A stage-1 entry: the CPU's view, and Linux's or KVM's own. `undefined`: no such kernel or layout. */
export function readStage1(given: Arm64Entry): Arm64Reading | undefined {
  const regime = regimeOf(given.cpu.regime);
  const ofLinux = regime.software === 'linux';
  const linux = linuxStage1Row(given.kernel, ofLinux ? given.layout : undefined);
  const kvm = kvmStage2Row(given.kernel, ofLinux ? undefined : given.layout);
  if (!linux || !kvm) return undefined;
  const entry = withMair(given, linux.row);
  const { value, type, level, cpu } = entry;
  const leaf = type === 'block' || type === 'page';
  const hardware: readonly FieldSpec[] = stage1Fields(type, level, cpu);
  const usesSoftwareBits = leaf || type === 'invalid';
  const software: Partial<Arm64Reading> =
    ofLinux && usesSoftwareBits
      ? readLinux(entry, linux.row)
      : leaf && kvm.row.pkvmStatesIn === 'all'
        ? {
            facts: { pkvm_state: kvm.row.pkvmStates?.[Number(bitField(value, 56, 55))] ?? null },
            fields: layKvmLeafFields(hardware, { ...kvm.row, nestedLevel: false }),
          }
        : {};
  return {
    layout: ofLinux ? linux.row : kvm.row,
    facts: {
      ...(leaf ? leafFacts(entry, regime) : {}),
      ...(type === 'table' ? tableFacts(value) : {}),
      ...software.facts,
    },
    fields: software.fields ?? hardware,
    permissions: leaf ? stage1Permissions(value, cpu) : null,
    findings: [...(leaf ? leafFindings(entry, regime) : []), ...(software.findings ?? [])],
    assumptions: assumptions(given.cpu, leaf),
  };
}
