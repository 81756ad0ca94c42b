import { bitMask } from '../../word';
import type { EraRow } from '../era-row';

const twoTopBits = bitMask(63, 62);

/** v4.4 – v4.6. Source: arch/x86/kvm/mmu.c, mmu.h, vmx.c of v4.4. */
export const v44: EraRow = {
  name: 'v4.4',
  span: 'v4.4 – v4.6',
  from: '4.4-rc1',
  last: '4.6',
  represents: '4.4',
  file: 'arch/x86/kvm/mmu.c, v4.4',
  begins: 'the oldest layout known here: MMIO entries have bits 63:62 set',
  commits: [],
  caveat: null,
  presence: { mask: 1n, unlessSpecial: true },
  initialValue: 0n,
  parked: null,
  adType: null,
  plainAccessedDirty: true,
  dirtyPredicate: true,
  locklessWritable: 'host-and-mmu',
  atomicUpdate: 'writable-pair',
  accessTracking: null,
  movedPageLosesMmuWritable: false,
  ept: {
    user: 0n,
    presentExecOnly: 1n,
    presentNoExecOnly: 1n,
    userExecute: 0n,
    adMasksAlways: false,
    hostWritable: 1n << 10n,
    mmuWritable: 1n << 11n,
  },
  legacy: { hostWritable: 1n << 10n, mmuWritable: 1n << 11n },
  mmio: {
    ept: { mask: twoTopBits | 6n, value: twoTopBits | 6n, written: twoTopBits | 6n },
    legacy: {
      software: twoTopBits,
      address: 'all-reserved',
      leftOutAt52: 'present-bit',
      bySoftwareBits: false,
    },
    smeAdjust: false,
    canBeOff: false,
    tdx: false,
    generation: {
      parts: [
        { high: 11, low: 3, at: 1 },
        { high: 61, low: 52, at: 10, readHigh: 63 },
      ],
      clearsMask: true,
      flaw: null,
    },
    gfn: 'residue',
    access: 'residue',
    l1tf: 'never',
  },
  reserved: {
    width: 'kernel',
    bit8AtLevel3: true,
    eptPageSizes: false,
    message: 'detect reserved bits on spte, addr 0x%llx, dump hierarchy:',
  },
  meValueSplit: false,
};

/** v4.7 – v4.10: presence is told by the low half, EPT may be execute-only. From history, not from a tree. */
export const v47: EraRow = {
  ...v44,
  name: 'v4.7-v4.10',
  span: 'v4.7 – v4.10',
  from: '4.7-rc1',
  last: '4.10',
  represents: '4.9',
  file: 'arch/x86/kvm/mmu.c, v4.9',
  begins: 'an entry is present when its low half is not zero (execute-only EPT for nested guests)',
  presence: { mask: bitMask(31, 0), unlessSpecial: true },
  ept: { ...v44.ept, user: 1n, presentExecOnly: 0n },
  caveat: 'where in v4.7 – v4.10 each of these began was not read from a tree',
};
