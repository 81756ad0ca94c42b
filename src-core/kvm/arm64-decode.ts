import { outputAddress, outputLayout, physicalAddressBits } from '../paging/arm64-address';
import {
  descriptorSource,
  descriptorType,
  leafBytes,
  type DescriptorType,
} from '../paging/arm64-fields';
import { architectureLevel, granuleOf, levelShift } from '../paging/arm64-granule';
import { regimeOf } from '../paging/arm64-regimes';
import type { CpuConfig } from '../paging/cpu';
import type { Basis, DecodedEntry, DecodedField, Facts, Finding } from '../paging/decoded-entry';
import type { FieldSpec } from '../paging/format';
import { bitField } from '../word';
import { assumedArm64Kernel, arm64LayoutNames, softwareSpan } from './arm64-software-bits';
import { readStage1 } from './arm64-stage1-reading';
import { readStage2 } from './arm64-stage2-reading';
import type { Arm64Reading } from './arm64-reading';
import { arm64Warnings } from './arm64-warnings';
import type { DecodeProblem, DecodeRequest } from './decode-request';

const stages = {
  'arm64-s1': { stage: 1, read: readStage1 },
  'arm64-s2': { stage: 2, read: readStage2 },
} as const;

/** Layouts of the software bits that are read: KVM's own code at EL2 has KVM's in stage 1 too. */
function layoutsOf(format: keyof typeof stages, cpu: CpuConfig): readonly string[] {
  const ofKvm = format === 'arm64-s2' || regimeOf(cpu.regime).software === 'kvm-hyp';
  return arm64LayoutNames[ofKvm ? 'arm64-s2' : 'arm64-s1'];
}

/** What both stages say of an entry. */
function sharedFacts(value: bigint, type: DescriptorType, level: number, cpu: CpuConfig): Facts {
  const facts = { type, hw_valid: (value & 1n) === 1n };
  if (type === 'invalid' || type === 'reserved') return facts;
  const address = addressOf(value, type, level, cpu);
  if (type === 'table') return { ...facts, next_table: address };
  return { ...facts, oa: address, size: leafBytes(level, cpu) };
}

function addressOf(value: bigint, type: DescriptorType, level: number, cpu: CpuConfig): bigint {
  const granule = granuleOf(cpu);
  const low = type === 'table' ? granule.pageShift : levelShift(granule, level);
  return outputAddress(outputLayout(cpu), value, low);
}

function decodedField(spec: FieldSpec, value: bigint): DecodedField {
  const part = bitField(value, spec.high, spec.low);
  return {
    name: spec.name,
    high: spec.high,
    low: spec.low,
    value: part,
    meaning: spec.meaning(part),
    role: spec.role,
    source: spec.source,
  };
}

function reservedFinding(type: DescriptorType, level: number): Finding[] {
  if (type !== 'reserved') return [];
  const hardware = architectureLevel(level);
  const message = `Bits 1:0 are 01, but no block may stand at level ${hardware} of this granule: the CPU takes the entry as invalid, a Translation fault at level ${hardware}. ${descriptorSource}`;
  return [{ code: 'reserved-descriptor-type', severity: 'error', message, bits: [1, 0] }];
}

/** What is read into the entry that nobody said. */
function assumptionsOf(cpu: CpuConfig, reading: Arm64Reading): string[] {
  return [
    ...(cpu.granule === undefined ? ['4K granule'] : []),
    ...(cpu.paBits === undefined ? [`${physicalAddressBits(cpu)}-bit physical addresses`] : []),
    ...reading.assumptions,
  ];
}

function basisOf(request: DecodeRequest, cpu: CpuConfig, reading: Arm64Reading): Basis {
  if (request.basis) return request.basis;
  const known = request.kernel !== undefined || request.layout !== undefined;
  const assumed = [
    ...(known ? [] : [`kernel ${assumedArm64Kernel}`]),
    ...assumptionsOf(cpu, reading),
  ];
  const caveat = reading.layout.caveat === null ? '' : ` (${reading.layout.caveat})`;
  const software = `software bits of kernels ${softwareSpan([reading.layout])}${caveat}`;
  const why = assumed.length > 0 ? `${software}; assumed: ${assumed.join(', ')}` : software;
  return { format: 'given', kernel: known ? 'given' : 'assumed', why };
}

function problemOf(request: DecodeRequest, cpu: CpuConfig): string | undefined {
  const granule = granuleOf(cpu);
  const { level } = request;
  if (!Number.isInteger(level) || level < 1 || level > granule.mostLevels) {
    return (
      `the ${granule.name} granule has levels 3 (pages) up to ${architectureLevel(granule.mostLevels)} ` +
      `as the architecture counts, not ${architectureLevel(level)}`
    );
  }
  if (request.value < 0n || request.value >> 64n !== 0n) return 'the value has more than 64 bits';
  return undefined;
}

/**
 * An arm64 stage-1 or stage-2 entry. `facts` have the names and meanings of `expect` in
 * `facts/arm64-vectors.json`, `kind` is their `type`.
 */
export function decodeArm64(request: DecodeRequest): DecodedEntry | DecodeProblem {
  const cpu = request.cpu ?? {};
  const { value, level, format } = request;
  if (format !== 'arm64-s1' && format !== 'arm64-s2') return { problem: `${format} is not arm64` };
  const problem = problemOf(request, cpu);
  if (problem !== undefined) return { problem };
  const { stage, read } = stages[format];
  const type = descriptorType(value, level, cpu);
  const { kernel, layout } = request;
  const reading = read({ value, type, level, cpu, kernel, layout });
  if (!reading) {
    return {
      problem:
        layout === undefined
          ? `'${kernel ?? ''}' is no kernel version`
          : `there is no layout '${layout}' of ${format} here: ${layoutsOf(format, cpu).join(', ')}`,
    };
  }
  const warnings = arm64Warnings(stage, { value, type, level, cpu });
  const leaf = type === 'block' || type === 'page';
  return {
    value,
    format,
    level,
    kernel: kernel ?? null,
    layout: reading.layout.name,
    basis: basisOf(request, cpu, reading),
    kind: type,
    pageSize: leaf ? leafBytes(level, cpu) : null,
    address: leaf || type === 'table' ? addressOf(value, type, level, cpu) : null,
    permissions: reading.permissions,
    facts: {
      ...sharedFacts(value, type, level, cpu),
      ...reading.facts,
      warnings: warnings.map(({ code }) => code),
    },
    predicates: null,
    fields: reading.fields.map((spec) => decodedField(spec, value)),
    findings: [...reservedFinding(type, level), ...warnings, ...reading.findings],
  };
}
