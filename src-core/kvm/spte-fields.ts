import type { CpuConfig } from '../paging/cpu';
import { layFields, plainField } from '../paging/field-layers';
import type { FieldSpec, HardwareKind, PagingFormat } from '../paging/format';
import { flagField } from '../paging/x86-fields';
import { bitRuns } from '../paging/bit-runs';
import type { SpteMasks } from './spte-masks';

/** The field of one or more neighbouring bits that KVM uses. */
function softwareField(
  name: string,
  mask: bigint,
  meaning: (value: bigint) => string,
  source: string,
): FieldSpec {
  const { high, low } = bitRuns(mask)[0]!;
  return { name, high, low, role: 'software', meaning, source };
}

const adKinds = [
  'enabled: hardware accessed and dirty bits are used',
  'disabled: no accessed and dirty bits; aging takes the permissions away',
  'write-protect only: dirty logging by W, since PML would log the nested guest',
  'unused',
];

const savedNames: readonly { readonly right: bigint; readonly name: string }[] = [
  { right: 1n, name: 'read' },
  { right: 4n, name: 'execute' },
  { right: 0x400n, name: 'user-execute' },
];

function savedFields(masks: SpteMasks): FieldSpec[] {
  const rule = masks.era.accessTracking;
  if (rule === null || !masks.format.ept) return [];
  return savedNames
    .filter(({ right }) => rule.saved & right)
    .map(({ right, name }) => {
      const bit = bitRuns(right << BigInt(rule.shift))[0]!.low;
      const set = `${name} is parked here while the entry is access-tracked`;
      return flagField(`saved-${name}`, bit, 'software', ['', set], masks.era.file);
    });
}

/** MMU-present; kernels without such a bit have none. */
export function presentField(masks: SpteMasks): FieldSpec[] {
  const { presence, file } = masks.era;
  if (presence.unlessSpecial) return [];
  const meaning = (value: bigint) =>
    value ? 'KVM counts the entry as present' : 'KVM does not count the entry as present';
  return [softwareField('MMU-present', presence.mask, meaning, file)];
}

function leafFields(masks: SpteMasks): FieldSpec[] {
  const { file } = masks.era;
  return [
    softwareField(
      'host-writable',
      masks.hostWritable,
      (value) => (value ? 'memslot and host mapping allow writing' : 'the host maps it read-only'),
      file,
    ),
    softwareField(
      'MMU-writable',
      masks.mmuWritable,
      (value) =>
        value
          ? 'KVM may set W without the lock'
          : 'KVM keeps it write-protected, or it is read-only',
      file,
    ),
    ...savedFields(masks),
  ];
}

function adTypeField(masks: SpteMasks): FieldSpec[] {
  const rule = masks.era.adType;
  if (rule === null || !masks.format.highBitsFree) return [];
  const meaning = (value: bigint) => adKinds[Number(value)]!;
  return [softwareField('A/D-type', rule.mask, meaning, masks.era.file)];
}

/** On a CPU without A/D bits: ignored, or kept by KVM itself. */
function withoutHardwareAd(masks: SpteMasks, kind: HardwareKind): FieldSpec[] {
  if (masks.format.hardwareAd) return [];
  const { file } = masks.era;
  const source = 'SDM vol. 3C "Accessed and Dirty Flags for EPT"';
  if (masks.accessed === 0n) return [plainField('ignored', kind === 'leaf' ? 9 : 8, 8, source)];
  const kept = (set: string) => ['', `${set}; kept by KVM, the CPU has no such bit`] as const;
  const accessed = flagField('accessed', 8, 'software', kept('accessed'), file);
  const dirty = flagField('dirty', 9, 'software', kept('written to'), file);
  return kind === 'leaf' ? [dirty, accessed] : [accessed];
}

/** The CPU as KVM uses it in that kernel. */
export function cpuAsUsed(masks: SpteMasks, cpu: CpuConfig): CpuConfig {
  return { ...cpu, mbec: masks.userExecute !== 0n };
}

/** Fields of an entry that the CPU or KVM calls present: hardware's, and KVM's in the bits left free. */
export function presentSpteFields(
  masks: SpteMasks,
  hardware: PagingFormat,
  kind: 'table' | 'leaf',
  level: number,
  cpu: CpuConfig,
): FieldSpec[] {
  const software = [
    ...presentField(masks),
    ...adTypeField(masks),
    ...withoutHardwareAd(masks, kind),
    ...(kind === 'leaf' ? leafFields(masks) : []),
  ];
  return layFields(hardware.fields(kind, level, cpuAsUsed(masks, cpu)), software);
}

/** Fields of an entry that neither the CPU nor KVM uses. */
export function absentSpteFields(
  masks: SpteMasks,
  hardware: PagingFormat,
  level: number,
  cpu: CpuConfig,
): FieldSpec[] {
  const initial = masks.era.initialValue;
  const meaning = (value: bigint) =>
    value
      ? 'set in a fresh entry: suppresses #VE in EPT, harmless elsewhere'
      : 'clear: not what this kernel fills a fresh table with';
  const fresh =
    initial === 0n || masks.format.ept
      ? []
      : [softwareField('initial-value', initial, meaning, masks.era.file)];
  return layFields(hardware.fields('none', level, cpuAsUsed(masks, cpu)), [
    ...presentField(masks),
    ...fresh,
  ]);
}

/** The one field of an entry that is a constant of KVM's. */
export function constantField(masks: SpteMasks): FieldSpec[] {
  const { parked, file } = masks.era;
  return [
    {
      name: 'constant',
      high: 63,
      low: 0,
      role: 'state',
      meaning: (value) => (value === parked?.value ? parked.constant : ''),
      source: file,
    },
  ];
}
