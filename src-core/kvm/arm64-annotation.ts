import { field } from '../paging/arm64-fields';
import type { Facts } from '../paging/decoded-entry';
import { layFields } from '../paging/field-layers';
import type { FieldSpec } from '../paging/format';
import { bitField, bitMask, formatWord } from '../word';
import { annotationTypes, pkvmOwners, type KvmStage2Row } from './arm64-kvm-rows';

/** What KVM says with an invalid stage-2 entry. */
export interface Annotation {
  /** Names as `kvm` in the vector files. */
  readonly facts: Facts;
  readonly fields: readonly FieldSpec[];
}

const lockedMeaning =
  'LOCKED: break-before-make is going on, the next store makes it valid or empty';
const guest = 2;

function ownerName(id: number): string | null {
  return pkvmOwners[id] ?? null;
}

function ownerText(value: bigint): string {
  const name = ownerName(Number(value));
  return name === null ? `owner ${value}` : `owner ${value}: ${name}`;
}

/** Owner in a run of bits; from v6.2 on bit 10 says LOCKED. Sources: the rows'. */
function untyped(
  value: bigint,
  row: KvmStage2Row,
  { high, low, lockedBit }: { high: number; low: number; lockedBit: number | null },
): Annotation {
  const locked = lockedBit === null ? 0n : 1n << BigInt(lockedBit);
  const owner = Number(bitField(value, high, low));
  const fields = [
    field('owner', [high, low], 'software', (v) => (v === 0n ? '' : ownerText(v)), row.source),
    ...(lockedBit === null
      ? []
      : [field('locked', [lockedBit, lockedBit], 'software', ['', lockedMeaning], row.source)]),
  ];
  if (locked !== 0n && value === locked) return { facts: { annotation: 'locked' }, fields };
  if ((value & ~bitMask(high, low)) !== 0n) return { facts: { annotation: 'unknown' }, fields };
  const name = ownerName(owner);
  return {
    facts: { annotation: 'owner', owner_id: owner, ...(name === null ? {} : { owner: name }) },
    fields,
  };
}

/** Type in bits 63:60, payload in 59:1. Source: Linux 7.2 `kvm_pgtable.h`, `nvhe/mem_protect.c`. */
function typed(value: bigint, row: KvmStage2Row): Annotation {
  const annotation = annotationTypes[Number(bitField(value, 63, 60))] ?? 'unknown';
  const run = (name: string, high: number, low: number, meaning: (value: bigint) => string) =>
    field(name, [high, low], 'software', meaning, row.source);
  const type = run('annotation', 63, 60, () =>
    annotation === 'locked' ? lockedMeaning : annotation,
  );
  if (annotation !== 'donation') {
    return { facts: { annotation }, fields: [type, run('payload', 59, 1, () => '')] };
  }
  const owner = Number(bitField(value, 3, 1));
  const name = ownerName(owner);
  const facts = { annotation, owner_id: owner, ...(name === null ? {} : { owner: name }) };
  const ownerField = run('owner', 3, 1, ownerText);
  if (owner !== guest) {
    return { facts, fields: [type, run('metadata', 59, 4, () => ''), ownerField] };
  }
  return {
    facts: { ...facts, handle: Number(bitField(value, 19, 4)), gfn: bitField(value, 59, 20) },
    fields: [
      type,
      run('gfn', 59, 20, (gfn) => `guest frame ${formatWord(gfn)}`),
      run('handle', 19, 4, (handle) => `VM handle ${formatWord(handle)}`),
      ownerField,
    ],
  };
}

/** KVM's reading of an invalid stage-2 entry on the kernels of a row. */
export function readAnnotation(value: bigint, row: KvmStage2Row): Annotation {
  const scheme = row.annotation;
  if (value === 0n) return { facts: { annotation: 'none' }, fields: [] };
  switch (scheme.kind) {
    case 'none':
      return { facts: { annotation: 'unknown' }, fields: [] };
    case 'owner':
      return untyped(value, row, scheme);
    case 'typed':
      return typed(value, row);
  }
}

/** KVM's software bits of a valid leaf laid over the hardware's. */
export function layKvmLeafFields(fields: readonly FieldSpec[], row: KvmStage2Row): FieldSpec[] {
  return layFields(fields, [
    field(
      'pkvm-state',
      [56, 55],
      'software',
      (value) => leafStateText(Number(value), row),
      row.source,
    ),
    field('software[58:57]', [58, 57], 'software', '', row.source),
  ]);
}

function leafStateText(value: number, row: KvmStage2Row): string {
  const readings: string[] = [];
  if (row.pkvmStates)
    readings.push(`pKVM${row.pkvmStatesIn === 'guest' ? ' guest' : ''}: ${row.pkvmStates[value]!}`);
  if (row.nestedLevel) readings.push(`shadow of a nested guest: its own level ${value}`);
  if (value === 0) return ['0 in an ordinary guest', ...readings].join('; ');
  return readings.length > 0 ? readings.join('; ') : 'not used by this kernel';
}
