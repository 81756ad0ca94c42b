import { outputLayout } from '../paging/arm64-address';
import { leafBytes } from '../paging/arm64-fields';
import { architectureLevel, granuleOf } from '../paging/arm64-granule';
import { largestBlockLevel } from '../paging/arm64-stage2-layout';
import { stage2MemoryType } from '../paging/arm64-memory-types';
import { stage2Execute, stage2Fields, stage2Permissions } from '../paging/arm64-stage2';
import { formatSize } from '../paging/byte-size';
import type { CpuConfig } from '../paging/cpu';
import type { Facts, Finding } from '../paging/decoded-entry';
import { layFields } from '../paging/field-layers';
import { bitField } from '../word';
import { layKvmLeafFields, readAnnotation, type Annotation } from './arm64-annotation';
import { mostOwnerId, type KvmStage2Row } from './arm64-kvm-rows';
import type { Arm64Entry, Arm64Reading } from './arm64-reading';
import { kvmStage2Row, softwareSpan } from './arm64-software-bits';

function leafFacts({ value, type, cpu }: Arm64Entry, row: KvmStage2Row): Facts {
  const bit = (at: number) => bitField(value, at, at) === 1n;
  const memattr = Number(bitField(value, 5, 2));
  const xn = Number(bitField(value, 54, 53));
  const execute = stage2Execute[cpu.xnx === true ? 'withXnx' : 'withoutXnx'][xn]!;
  return {
    memattr,
    mem: stage2MemoryType(memattr, cpu).name,
    s2ap: Number(bitField(value, 7, 6)),
    r: bit(6),
    w: bit(7),
    xn,
    exec_el1: execute.el1,
    exec_el0: execute.el0,
    af: bit(10),
    sh: outputLayout(cpu).name === 'LPA2' ? null : Number(bitField(value, 9, 8)),
    fnxs: bit(11),
    dbm: bit(51),
    contig: bit(52),
    sw: Number(bitField(value, 58, 55)),
    pbha: Number(bitField(value, 62, 59)),
    nT: type === 'block' ? bit(16) : null,
    pkvm_state: row.pkvmStates?.[Number(bitField(value, 56, 55))] ?? null,
  };
}

/** Legal for the CPU, but not what KVM writes. Source: Linux 6.1, 6.12, 7.2 `hyp/pgtable.c`. */
function unlikeKvm({ value, type, level, cpu }: Arm64Entry): Finding[] {
  const findings: Finding[] = [];
  const add = (bits: readonly number[], message: string): void => {
    const code = 'not-written-by-kvm';
    findings.push({ code, severity: 'info', message: `${message} Linux 7.2 hyp/pgtable.c`, bits });
  };
  const bit = (at: number) => bitField(value, at, at) === 1n;
  if (bit(52)) add([52], 'KVM never sets the contiguous hint in stage 2.');
  if (bit(51)) add([51], 'KVM does not use hardware dirty state (DBM) in stage 2.');
  const block = architectureLevel(level);
  if (type === 'block' && block < largestBlockLevel(granuleOf(cpu))) {
    add([1, 0], `KVM makes no blocks of ${formatSize(leafBytes(level, cpu))}.`);
  }
  const { name } = stage2MemoryType(Number(bitField(value, 5, 2)), cpu);
  if ((name.startsWith('Device') || name === 'Normal-NC') && bitField(value, 54, 53) === 0n) {
    add([54, 53], `${name} memory that may be executed: KVM refuses to map it (-EINVAL).`);
  }
  return findings;
}

/** MemAttr values that mean one thing with FWB and another without. */
function dependsOnFwb({ value, cpu }: Arm64Entry): Finding[] {
  if (cpu.fwb !== undefined) return [];
  const attribute = Number(bitField(value, 5, 2));
  const without = stage2MemoryType(attribute, { fwb: false }).name;
  const withFwb = stage2MemoryType(attribute, { fwb: true }).name;
  if (without === withFwb) return [];
  const message = `MemAttr ${attribute} is ${without} without HCR_EL2.FWB and ${withFwb} with it; FWB is not known here and taken as off. Linux 7.2 memory.h: KVM writes 15 without FWB and 6 with it`;
  return [{ code: 'memattr-depends-on-fwb', severity: 'info', message, bits: [5, 4, 3, 2] }];
}

function annotationFindings(annotation: Annotation, row: KvmStage2Row): Finding[] {
  const { facts } = annotation;
  if (facts['annotation'] === 'unknown') {
    const message = `The entry is invalid but not empty, and no annotation of KVM ${softwareSpan([row])} reads like this. ${row.source}`;
    return [{ code: 'kvm-annotation-unknown', severity: 'warning', message, bits: [] }];
  }
  const owner = facts['owner_id'];
  if (row.annotation.kind === 'owner' && typeof owner === 'number' && owner > mostOwnerId) {
    const message = `Owner ${owner} is beyond KVM_MAX_OWNER_ID (${mostOwnerId}): KVM ${softwareSpan([row])} writes no such owner. ${row.source}`;
    return [{ code: 'kvm-owner-out-of-range', severity: 'warning', message, bits: [] }];
  }
  return [];
}

function assumptions(cpu: CpuConfig, leaf: boolean): string[] {
  return leaf && cpu.xnx === undefined ? ['no FEAT_XNX'] : [];
}

/** A stage-2 entry: the CPU's view and KVM's. `undefined`: no such kernel or layout. */
export function readStage2(entry: Arm64Entry): Arm64Reading | undefined {
  const choice = kvmStage2Row(entry.kernel, entry.layout);
  if (!choice) return undefined;
  const { row } = choice;
  const { value, type, level, cpu } = entry;
  const hardware = stage2Fields(type, level, cpu);
  const leaf = type === 'block' || type === 'page';
  const common = { layout: row, assumptions: assumptions(cpu, leaf) };
  if (leaf) {
    return {
      ...common,
      facts: leafFacts(entry, row),
      fields: layKvmLeafFields(hardware, row),
      permissions: stage2Permissions(value, cpu),
      findings: [...dependsOnFwb(entry), ...unlikeKvm(entry)],
    };
  }
  if (type === 'invalid') {
    const annotation = readAnnotation(value, row);
    return {
      ...common,
      facts: { kvm: annotation.facts },
      fields: layFields(hardware, annotation.fields),
      permissions: null,
      findings: annotationFindings(annotation, row),
    };
  }
  return { ...common, facts: {}, fields: hardware, permissions: null, findings: [] };
}
