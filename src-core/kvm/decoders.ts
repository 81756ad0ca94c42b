import type { EntryFormatName } from '../paging/entry-format';
import { kvmStage2Rows } from './arm64-kvm-rows';
import { linuxStage1Rows } from './arm64-linux-rows';
import { readArm64AcrossKernels } from './arm64-other-kernels';
import type { SoftwareSpan } from './arm64-reading';
import { arm64Shapes } from './arm64-shapes';
import { softwareSpan } from './arm64-software-bits';
import { arm64Decoder } from './arm64-unknown-kernel';
import type { DecodeProblem, DecodeRequest, EntryDecoder } from './decode-request';
import { guestDecoder, kvmDecoder, readX86AcrossKernels } from './decode-x86';
import type { ShapeProvider } from './field-shape';
import type { GuestFormatName } from './hardware-decode';
import { eras } from './layouts';
import { guestShapes, kvmShapes } from './shapes-x86';
import type { EraReading } from './other-kernels';
import type { KvmFormatName } from './spte-masks';

/** A layout of software bits, and the kernels it is of: `v5.13 – v5.18`. */
export interface LayoutSpan {
  readonly name: string;
  readonly span: string;
}

/** What decodes and composes the entries of a format, and which words make sense in it. */
export interface FormatDecoder {
  readonly decode: EntryDecoder;
  /** The same value on every kernel; left out: no kernel changes what it means. */
  readonly acrossKernels?: (request: DecodeRequest) => readonly EraReading[] | DecodeProblem;
  /** Left out: entries of this format cannot be composed. */
  readonly shapes?: ShapeProvider;
  /** Layouts of its software bits, oldest first; left out: it has none. */
  readonly layouts?: readonly LayoutSpan[];
  /** Levels as KVM counts. */
  readonly levels: readonly number[];
  readonly entryBits: 32 | 64;
}

const allLevels = [1, 2, 3, 4, 5];

function ofKvm(format: KvmFormatName, levels: readonly number[]): FormatDecoder {
  return {
    decode: kvmDecoder(format),
    acrossKernels: (request) => readX86AcrossKernels(request, format),
    shapes: kvmShapes(format),
    layouts: eras.map(({ name, span }) => ({ name, span })),
    levels,
    entryBits: 64,
  };
}

function ofGuest(
  format: GuestFormatName,
  levels: readonly number[],
  entryBits: 32 | 64,
): FormatDecoder {
  return { decode: guestDecoder(format), shapes: guestShapes(format), levels, entryBits };
}

function ofArm64(rows: readonly SoftwareSpan[]): FormatDecoder {
  return {
    decode: arm64Decoder,
    shapes: arm64Shapes,
    acrossKernels: readArm64AcrossKernels,
    layouts: rows.map((row) => ({ name: row.name, span: softwareSpan([row]) })),
    levels: allLevels,
    entryBits: 64,
  };
}

/** Every format's decoder: a new one is its own file and a line here. */
export const decoders: Readonly<Record<EntryFormatName, FormatDecoder>> = {
  ept: ofKvm('ept', allLevels),
  'ept-noad': ofKvm('ept-noad', allLevels),
  npt64: ofKvm('npt64', allLevels),
  shadow64: ofKvm('shadow64', allLevels),
  pae: ofKvm('pae', [1, 2, 3]),
  guest64: ofGuest('guest64', allLevels, 64),
  'guest-pae': ofGuest('guest-pae', [1, 2, 3], 64),
  guest32: ofGuest('guest32', [1, 2], 32),
  'arm64-s1': ofArm64(linuxStage1Rows),
  'arm64-s2': ofArm64(kvmStage2Rows),
};
