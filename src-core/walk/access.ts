import type { CpuConfig } from '../paging/cpu';
import type { CompiledFormat, HardwareFormatName } from '../paging/format';
import type { Access, AccessAnswer } from './access-answer';
import { unknown } from './access-answer';
import { checkArm64Access } from './access-arm64';
import { checkEptAccess } from './access-ept';
import { checkNptAccess } from './access-npt';
import { checkX86Access } from './access-x86';
import type { WalkResult } from './walk-result';

type AccessModel = (walk: WalkResult, compiled: CompiledFormat, access: Access) => AccessAnswer;

/** Who knows the rules of which format. */
const models: Readonly<Partial<Record<HardwareFormatName, AccessModel>>> = {
  'x86-64': checkX86Access,
  pae: checkX86Access,
  'x86-32': checkX86Access,
  ept: checkEptAccess,
  npt: checkNptAccess,
  'arm64-stage1': checkArm64Access,
  'arm64-stage2': checkArm64Access,
};

/**
 * The CPU's facts with what the access says about it (NXE, mode-based execute control). A walk
 * whose access is to be judged is best made with these facts.
 */
export function cpuForAccess(cpu: CpuConfig, access: Access): CpuConfig {
  return {
    ...cpu,
    ...(access.nxe === undefined ? {} : { nx: access.nxe }),
    ...(access.mbec === undefined ? {} : { mbec: access.mbec }),
  };
}

/**
 * Would this access fault, and with what? Reads the entries of a finished walk again under the
 * rules of the access's CPU.
 * @param walk of any status; what it does not hold makes the answer unknown.
 * @param compiled the format the walk was made with.
 */
export function checkAccess(
  walk: WalkResult,
  compiled: CompiledFormat,
  access: Access,
): AccessAnswer {
  const model = models[compiled.format.name];
  if (!model) return unknown(`access rights of ${compiled.format.title} are not known`);
  if (walk.status === 'cycle') return unknown('the tables form a cycle: the walk has no end');
  const { shape } = compiled;
  const cpu = cpuForAccess(shape.cpu, access);
  return model(walk, compiled.format.compile({ ...shape, cpu }), access);
}
