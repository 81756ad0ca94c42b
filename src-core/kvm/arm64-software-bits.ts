import { kvmStage2Rows, type KvmStage2Row } from './arm64-kvm-rows';
import { linuxStage1Rows, type LinuxStage1Row } from './arm64-linux-rows';
import { compareKernelVersions, parseKernelVersion } from './kernel-version';

/** The kernel whose software bits are read where nobody names one: as the vector files say. */
export const assumedArm64Kernel = '6.12';

/** A row of software bits and how it was chosen. */
export interface SoftwareChoice<Row> {
  readonly row: Row;
  readonly assumed: boolean;
}

interface Span {
  readonly name: string;
  readonly from: string;
}

/**
 * The row a layout's name or a kernel's version asks for.
 * @returns `undefined` where neither names anything.
 */
function choose<Row extends Span>(
  rows: readonly Row[],
  kernel: string | undefined,
  layout: string | undefined,
): SoftwareChoice<Row> | undefined {
  if (layout !== undefined) {
    const row = rows.find(({ name }) => name === layout.trim().toLowerCase());
    return row && { row, assumed: false };
  }
  const version = parseKernelVersion(kernel ?? assumedArm64Kernel);
  if (!version) return undefined;
  const begun = rows.filter(
    ({ from }) => compareKernelVersions(parseKernelVersion(from)!, version) <= 0,
  );
  return { row: begun.at(-1) ?? rows[0]!, assumed: kernel === undefined };
}

/** KVM's stage-2 software bits of a kernel or a layout. */
export function kvmStage2Row(
  kernel: string | undefined,
  layout?: string,
): SoftwareChoice<KvmStage2Row> | undefined {
  return choose(kvmStage2Rows, kernel, layout);
}

/** Linux's stage-1 software bits of a kernel or a layout. */
export function linuxStage1Row(
  kernel: string | undefined,
  layout?: string,
): SoftwareChoice<LinuxStage1Row> | undefined {
  return choose(linuxStage1Rows, kernel, layout);
}

/** Names under which an arm64 layout may be asked for. */
export const arm64LayoutNames: Readonly<Record<'arm64-s1' | 'arm64-s2', readonly string[]>> = {
  'arm64-s1': linuxStage1Rows.map(({ name }) => name),
  'arm64-s2': kvmStage2Rows.map(({ name }) => name),
};
