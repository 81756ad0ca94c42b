import { makeMmioSpte } from '../../kvm/make-spte';
import type { ShadowMachine } from './shadow-machine';

/** An entry that remembers that a frame is no memory. */
export function mmioSpte(machine: ShadowMachine, gfn: number, access: number): bigint {
  return makeMmioSpte(machine.kind.masks, BigInt(gfn), access, machine.setup.generation).spte;
}
