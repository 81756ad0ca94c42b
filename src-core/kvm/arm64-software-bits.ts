import { kvmStage2Rows, type KvmStage2Row } from './arm64-kvm-rows';
import { linuxStage1Rows, type LinuxStage1Row } from './arm64-linux-rows';
import type { SoftwareSpan } from './arm64-reading';
import { compareKernelVersions, parseKernelVersion } from './kernel-version';

/** The kernel whose software bits are read where nobody names one: as the vector files say. */
export const assumedArm64Kernel = '6.12';

/** A row of software bits and how it was chosen. */
export interface SoftwareChoice<Row> {
  readonly row: Row;
  readonly assumed: boolean;
}

/**
 * The row a layout's name or a kernel's version asks for.
 * @returns `undefined` where neither names anything.
 */
function choose<Row extends SoftwareSpan>(
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

/** Where a row begins whose kernels nobody counted from. */
const beginning = '2.6';

/** The kernels of neighbouring rows, oldest first: `v5.15 – v6.1`, `up to v5.12`, `v7.1 and later`. */
export function softwareSpan(rows: readonly SoftwareSpan[]): string {
  const from = rows[0]?.from ?? beginning;
  const last = rows.at(-1)?.last ?? null;
  const first = from.replace(/-rc\d+$/, '');
  if (from === beginning) return last === null ? 'every kernel' : `up to v${last}`;
  if (last === null) return `v${first} and later`;
  return first === last ? `v${first}` : `v${first} – v${last}`;
}
