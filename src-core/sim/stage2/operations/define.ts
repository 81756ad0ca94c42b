import { operationDefiner, type OperationOf } from '../../operations/define-operation';
import type { ArgumentsOf, Parameter, Parameters } from '../../operations/parameter';
import { hexNumber } from '../geometry';
import type { Stage2Machine } from '../stage2-machine';
import type { Stage2Setup } from '../stage2-setup';
import { Stage2Task } from '../stage2-task';

/** Something KVM does to a stage 2. */
export type Stage2Operation = OperationOf<Stage2Setup, Stage2Setup>;

/** An operation on stage 2 from its definition. Its kind is its setup: kernel and CPU are in there. */
export const defineStage2Operation = operationDefiner<
  Stage2Setup,
  Stage2Setup,
  Stage2Machine,
  Stage2Task
>(
  (machine) => new Stage2Task(machine),
  ({ layout, slots }) => ({ endGfn: 2 ** (layout.ipaBits - layout.granule.pageShift), slots }),
);

/** An input address of stage 2: IPA. */
export const ipaParameter: Parameter<number> = {
  shape: { kind: 'address' },
  meaning: 'input address (IPA)',
  optional: false,
  read: (place) => place.address(52),
};

/** How many bytes; left out: a page. */
export const sizeParameter: Parameter<number> = {
  shape: { kind: 'address' },
  meaning: 'size in bytes; a page where it is left out',
  optional: true,
  read: (place) => place.address(52, 0),
};

export const physicalParameter: Parameter<number> = {
  shape: { kind: 'address' },
  meaning: 'host-physical address',
  optional: false,
  read: (place) => place.address(52),
};

export const rangeParameters = { ipa: ipaParameter, size: sizeParameter } satisfies Parameters;

type RangeArguments = ArgumentsOf<typeof rangeParameters>;

/** The range that is meant: whole pages. */
export function rangeOf(
  { layout }: Pick<Stage2Setup, 'layout'>,
  { ipa, size }: RangeArguments,
): { address: number; bytes: number } {
  const page = 2 ** layout.granule.pageShift;
  const start = ipa - (ipa % page);
  return {
    address: start,
    bytes: size === 0 ? page : Math.ceil((ipa + size) / page) * page - start,
  };
}

/** The conflict of a range that ends beyond the IPAs. */
export function rangeConflict(
  args: RangeArguments,
  setup: Stage2Setup,
): { name: 'ipa' | 'size'; message: string } | null {
  const { address, bytes } = rangeOf(setup, args);
  const end = 2 ** setup.layout.ipaBits;
  if (address + bytes <= end) return null;
  return {
    name: address >= end ? 'ipa' : 'size',
    message: `beyond ${hexNumber(end)}, the end of ${setup.layout.ipaBits}-bit IPAs`,
  };
}

/** The conflict of an address beyond the IPAs. */
export function ipaConflict(
  { ipa }: { readonly ipa: number },
  setup: Stage2Setup,
): { name: 'ipa'; message: string } | null {
  const conflict = rangeConflict({ ipa, size: 1 }, setup);
  return conflict && { name: 'ipa', message: conflict.message };
}

/** Why a kernel with the host's helpers cannot do it; `null`: it can. */
export function needsOwnWalker({ layout }: Stage2Setup): string | null {
  return layout.form === 'current' ? null : 'KVM’s own page-table walker came with v5.10';
}
