import type { CpuConfig } from './cpu';
import { eptReservedBits } from './ept-malformed';
import { layFields, plainField, reservedFields } from './field-layers';
import type { FieldSpec, HardwareKind } from './format';
import { addressField, flagField } from './x86-fields';

const source = 'SDM vol. 3C "Format of EPT paging-structure entries"';

const memoryTypes: Readonly<Record<string, string>> = {
  0: 'UC, uncacheable',
  1: 'WC, write-combining',
  4: 'WT, write-through',
  5: 'WP, write-protected',
  6: 'WB, write-back',
};

/** Short name of an EPT memory type (`WB`); `undefined` for the reserved ones. */
export function memoryTypeName(type: bigint): string | undefined {
  return memoryTypes[type.toString()]?.slice(0, 2);
}

const bits = {
  suppressVe: flagField(
    'suppress-VE',
    63,
    'attribute',
    ['a violation may become #VE, if that control is on', 'violations exit to the hypervisor'],
    source,
  ),
  userExecute: flagField(
    'user-execute',
    10,
    'permission',
    ['user code may not execute', 'user code may execute'],
    source,
  ),
  dirty: flagField('dirty', 9, 'state', ['not written to', 'written to'], source),
  accessed: flagField('accessed', 8, 'state', ['not accessed', 'accessed'], source),
  pageSize: flagField('page-size', 7, 'attribute', ['points at a table', 'maps a page'], source),
  ignorePat: flagField(
    'ignore-PAT',
    6,
    'attribute',
    ["combined with the guest's PAT", "the guest's PAT is ignored"],
    source,
  ),
  execute: flagField('execute', 2, 'permission', ['not executable', 'executable'], source),
  write: flagField('write', 1, 'permission', ['not writable', 'writable'], source),
  read: flagField('read', 0, 'permission', ['not readable', 'readable'], source),
} as const;

const memoryType: FieldSpec = {
  name: 'memory-type',
  high: 5,
  low: 3,
  role: 'attribute',
  meaning: (value) => memoryTypes[value.toString()] ?? 'reserved: EPT misconfiguration',
  source: 'SDM vol. 3C "EPT and Memory Typing"',
};

const wholeEntry = plainField('ignored', 63, 0, source);

/** Every bit of an EPT entry once; `malformed` is shown as a table but at level 1. */
export function eptFields(kind: HardwareKind, level: number, cpu: CpuConfig): FieldSpec[] {
  const rights = [
    bits.execute,
    bits.write,
    bits.read,
    ...(cpu.mbec === true ? [bits.userExecute] : []),
  ];
  if (kind === 'none') return layFields([wholeEntry], [bits.suppressVe, ...rights]);
  const leaf = kind === 'leaf' || level === 1;
  const common = [bits.accessed, ...rights, ...(level === 2 || level === 3 ? [bits.pageSize] : [])];
  const own = leaf
    ? [
        bits.suppressVe,
        addressField('frame', 51, 12 + 9 * (level - 1), source),
        bits.dirty,
        bits.ignorePat,
        memoryType,
      ]
    : [addressField('frame', 51, 12, source)];
  // Without large pages bit 7 is reserved, but it still says what was meant.
  const reserved = eptReservedBits(level, leaf, cpu) & (level <= 3 ? ~0x80n : ~0n);
  return layFields(layFields([wholeEntry], [...common, ...own]), reservedFields(reserved, source));
}
