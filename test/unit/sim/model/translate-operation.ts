import { leafAt } from './plain-map';
import type { PlainVm } from './plain-vm';
import type { RandomOperation, RandomVm } from './random-vm';

/** What a random operation is for both: JSON for the machine, a call for the plain VM. */
export interface Both {
  readonly json: Record<string, unknown>;
  readonly plain: (vm: PlainVm) => void;
}

/** A kernel as major * 100 + minor. */
export function versionNumber(kernel: string): number {
  const [major, minor] = kernel.split('.').map(Number);
  return major! * 100 + minor!;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Makes random operations fit the slots and the kernel. */
export class Translator {
  readonly #kernel: number;
  /** The next frame that the host moves a page to. */
  #frames = 0x100_0000;

  constructor(
    readonly vm: RandomVm,
    readonly plain: PlainVm,
    /** The host may tell of a page's new place without invalidating the old one. */
    readonly mayChangePte: boolean,
  ) {
    this.#kernel = versionNumber(vm.kernel);
  }

  /** @returns null: this kernel cannot do it */
  both(operation: RandomOperation): Both | null {
    const slot = this.plain.slots[operation.slot % this.plain.slots.length]!;
    const gfn = slot.gfn + Math.floor((operation.place * slot.pages) / 1000);
    const { asId, id } = slot;
    const { access, level, flag, mask, name } = operation;
    const range = { start: gfn, end: gfn + 1 + operation.length };
    const written = { start: hex(range.start), end: hex(range.end) };
    const kernel = this.#kernel;
    switch (name) {
      case 'access':
        return {
          json: { do: name, gfn: hex(gfn), asId, access },
          plain: (vm) => vm.access({ gfn, asId, access }),
        };
      case 'fault':
        return {
          json: { do: name, gfn: hex(gfn), asId, access, maxLevel: level },
          plain: (vm) => vm.fault({ gfn, asId, access, maxLevel: level }),
        };
      case 'mmio':
        return {
          json: { do: 'fault', gfn: hex(0xfee00 + operation.length), asId, access },
          plain: (vm) => vm.fault({ gfn: 0xfee00 + operation.length, asId, access, maxLevel: 3 }),
        };
      case 'zap-range':
        return { json: { do: name, ...written }, plain: (vm) => vm.zap(range, null) };
      case 'zap-leafs':
        if (kernel < 518) return null;
        return {
          json: { do: name },
          plain: (vm) => vm.zap({ start: 0, end: Infinity }, null),
        };
      case 'zap-all':
        return { json: { do: name }, plain: (vm) => vm.zapAll() };
      case 'fast-zap':
        return { json: { do: name }, plain: (vm) => vm.fastZap() };
      case 'age':
        return { json: { do: name, ...written, flush: flag }, plain: (vm) => vm.age(range) };
      case 'test-age':
        return { json: { do: name, ...written }, plain: () => undefined };
      case 'write-protect':
        return {
          json: { do: name, slot: id, minLevel: level },
          plain: (vm) => vm.writeProtect(id, level),
        };
      case 'clear-dirty':
        return { json: { do: name, slot: id }, plain: (vm) => vm.clearDirty(id) };
      case 'clear-dirty-log': {
        const first = Math.min(gfn, slot.gfn + slot.pages - 64);
        const byWrite = flag || this.vm.dirtyBy === 'write-protection';
        const by = byWrite ? 'write-protection' : 'dirty-bit';
        return {
          json: { do: name, slot: id, gfn: hex(first), mask: `0x${mask.toString(16)}`, by },
          plain: (vm) => vm.clearDirtyLog(id, first, mask, byWrite),
        };
      }
      case 'dirty-log':
        return { json: { do: name, slot: id, on: flag }, plain: (vm) => vm.dirtyLog(id, flag) };
      case 'split': {
        if (kernel < 518 || this.vm.gigantic) return null;
        const target = Math.min(level, 2);
        const lock = flag ? 'shared' : 'exclusive';
        return {
          json: { do: name, slot: id, targetLevel: target, lock },
          plain: (vm) => vm.split(id, target),
        };
      }
      case 'collapse':
        return {
          json: { do: name, slot: id },
          plain: (vm) => (slot.dirtyLog ? undefined : vm.collapse(id)),
        };
      case 'recover-nx':
        return { json: { do: name }, plain: (vm) => vm.recoverNx() };
      case 'host-change':
        return this.#hostChange(operation, gfn, asId);
      default:
        return { json: { do: 'memslots-updated' }, plain: () => undefined };
    }
  }

  #hostChange({ flag, level, mask }: RandomOperation, gfn: number, asId: number): Both {
    const pfn = this.#frames++;
    const writable = flag;
    const root = this.plain.roots.get(asId);
    const mapped = root && leafAt(root, this.vm.levels, gfn);
    // KVM relies on huge pages being invalidated first: it passes over them.
    const small = (mapped?.level ?? 1) === 1;
    const changePte =
      this.mayChangePte && this.#kernel < 610 && level > 1 && small && (mask & 1n) === 1n;
    return {
      json: {
        do: 'host-change',
        gfn: hex(gfn),
        asId,
        pfn: hex(pfn),
        writable,
        via: changePte ? 'change-pte' : 'invalidate',
      },
      plain: (vm) => vm.hostChange(gfn, asId, pfn, writable, changePte),
    };
  }
}
