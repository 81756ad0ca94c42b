import { operationDefiner, type OperationOf } from '../../operations/define-operation';
import type { Parameter } from '../../operations/parameter';
import { addressBits, guestForm } from '../guest-form';
import type { ShadowKind } from '../shadow-form';
import type { ShadowMachine, ShadowSetup } from '../shadow-machine';
import { ShadowTask } from '../shadow-task';

/** Something that happens to a guest with shadowed tables. */
export type ShadowOperation = OperationOf<ShadowSetup, ShadowKind>;

export const defineShadowOperation = operationDefiner<
  ShadowSetup,
  ShadowKind,
  ShadowMachine,
  ShadowTask
>(
  (machine, cpu) => new ShadowTask(machine, cpu),
  ({ guest, slots }) => ({ endGfn: 2 ** (addressBits(guestForm(guest)) - 12), slots }),
);

/**
 * A guest virtual address. Of a canonical one the upper bits only repeat bit 47: what is kept are the
 * low 48.
 */
export function gvaParameter(meaning: string): Parameter<number> {
  return {
    shape: { kind: 'address' },
    meaning,
    optional: false,
    read: (place, { endGfn }) => {
      const given = typeof place.value === 'number' ? BigInt(place.value) : place.word();
      if (given === undefined) return undefined;
      const end = BigInt(endGfn) * 4096n;
      const canonical = endGfn === 2 ** 36 && given >> 47n === 0x1_ffffn;
      const low = canonical ? given & (end - 1n) : given;
      const fits = low >= 0n && low < end;
      return place.expect(
        fits ? Number(low) : undefined,
        `an address below 0x${end.toString(16)}${endGfn === 2 ** 36 ? ', or a canonical one,' : ''}`,
      );
    },
  };
}

/** A guest frame of memory: any physical address of the guest. */
export function physicalFrameParameter(meaning: string): Parameter<number> {
  return {
    shape: { kind: 'frame' },
    meaning,
    optional: false,
    read: (place) => place.address(40),
  };
}
