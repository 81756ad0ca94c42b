import { flagParameter } from './parameter';
import type { MachineSetup } from '../machine-setup';

/** TDX: memory that only the guest can read is named by a GPA without the shared bit. */
export const privateParameter = flagParameter('TDX: of private memory', false);

export function privateConflict(
  args: { readonly private: boolean },
  { tdx }: Pick<MachineSetup, 'tdx'>,
): { name: 'private'; message: string } | null {
  return args.private && !tdx
    ? { name: 'private', message: 'only a TDX guest has private memory: machine.tdx' }
    : null;
}

/** Writes to slots with private memory cannot be logged. Source: `check_memory_region_flags()`. */
export function loggingConflict(
  _args: unknown,
  { tdx }: Pick<MachineSetup, 'tdx'>,
): { name: 'slot'; message: string } | null {
  return tdx ? { name: 'slot', message: 'writes to a TDX guest’s slots cannot be logged' } : null;
}
