import {
  type Access,
  checkAccess,
  type CompiledFormat,
  type HardwareFormatName,
  type WalkResult,
} from '../src-core/index';
import { accessSummary } from './render/access';

/** Who asks, and the state of the CPU that is usual today. */
interface Asker {
  readonly who: string;
  readonly state: Omit<Access, 'type'>;
}

const x86: readonly Asker[] = [
  { who: 'User', state: { user: true, cr0Wp: true } },
  { who: 'Supervisor (CR0.WP on, SMEP and SMAP off)', state: { cr0Wp: true } },
];
const guest: readonly Asker[] = [{ who: 'Guest', state: {} }];

const askers: Readonly<Record<HardwareFormatName, readonly Asker[]>> = {
  'x86-64': x86,
  pae: x86,
  'x86-32': x86,
  ept: guest,
  npt: guest,
  'arm64-stage1': [
    { who: 'EL0', state: { user: true } },
    { who: 'EL1 (PAN off)', state: {} },
  ],
  'arm64-stage2': guest,
};

const types: readonly Access['type'][] = ['read', 'write', 'execute'];

/**
 * What reads, writes and fetches would meet at the end of a walk, a line for each who may ask; empty
 * where it cannot be told.
 */
export function usualAccesses(walk: WalkResult, compiled: CompiledFormat): string[] {
  return askers[compiled.format.name].flatMap(({ who, state }) => {
    const answers = types.map((type) => checkAccess(walk, compiled, { ...state, type }));
    if (answers.some(({ allowed }) => allowed === null)) return [];
    const parts = answers.map((answer, index) => `${types[index]!} ${accessSummary(answer)}`);
    return [`${who}: ${parts.join(' · ')}`];
  });
}
