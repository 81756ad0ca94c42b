import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { KvmFormatName } from '../../src-core/kvm/spte-masks';
import { sharedPlace } from './places';

/** One of KVM's own tables as a running kernel left it. */
export interface CapturedTable {
  readonly hpa: string;
  readonly level: number;
  readonly words: Uint32Array;
}

/** What a capture says about one address; `path` is [level, table, index, entry] from the root down. */
export interface CapturedTranslation {
  /** Guest-physical; a shadow table's addresses are virtual. */
  readonly gpa?: string;
  readonly path: readonly (readonly [level: number, table: string, index: number, entry: string])[];
  readonly status: string;
  readonly level: number;
  readonly leaf_spte?: string;
  readonly stop_entry?: string;
  readonly hpa?: string;
  readonly page_size?: number;
  readonly perms?: Readonly<Record<string, boolean>>;
  readonly accessed?: boolean;
  readonly dirty?: boolean;
  readonly memtype?: number;
  readonly ignore_pat?: boolean;
  readonly kvm_state?: string;
  readonly kvm_frame?: string;
  readonly last_mark_mmio_spte?: { readonly gfn: string; readonly gen: string };
}

/** A capture of `captures/x86` that holds KVM's tables; its README tells how they were taken. */
export interface Capture {
  readonly run: string;
  readonly kernel: string;
  readonly format: KvmFormatName;
  readonly tables: () => readonly CapturedTable[];
  readonly translations: () => readonly CapturedTranslation[];
}

const formats: readonly { readonly begins: string; readonly name: KvmFormatName }[] = [
  { begins: 'EPT-', name: 'ept' },
  { begins: 'NPT-', name: 'npt64' },
  { begins: 'shadow-64', name: 'shadow64' },
  { begins: 'shadow-PAE', name: 'pae' },
];

function readTables(folder: string): CapturedTable[] {
  const index = JSON.parse(readFileSync(path.join(folder, 'tables.json'), 'utf8')) as {
    pages: { hpa: string; level: number; file_offset: number }[];
  };
  const bytes = readFileSync(path.join(folder, 'tables.bin'));
  return index.pages.map(({ hpa, level, file_offset: offset }) => ({
    hpa,
    level,
    words: new Uint32Array(Uint8Array.from(bytes.subarray(offset, offset + 4096)).buffer),
  }));
}

function readCapture(folder: string, run: string): Capture | undefined {
  const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as {
    format: string;
    kernel: string;
    kvm_parameters?: Record<string, string>;
  };
  const found = formats.find(({ begins }) => meta.format.startsWith(begins));
  const kernel = /\d+\.\d+\.\d+\S*/.exec(meta.kernel)?.[0];
  if (!found || kernel === undefined) return undefined;
  const withoutAd = meta.kvm_parameters?.['kvm_intel.eptad'] === 'N';
  return {
    run,
    kernel,
    format: found.name === 'ept' && withoutAd ? 'ept-noad' : found.name,
    tables: () => readTables(folder),
    translations: () =>
      JSON.parse(
        readFileSync(path.join(folder, 'translations.json'), 'utf8'),
      ) as CapturedTranslation[],
  };
}

/** All captures; none where the large set is not there. */
export function captures(): Capture[] {
  const place = sharedPlace('captures', 'x86');
  if (place === undefined) return [];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readCapture(path.join(place, name), name))
    .filter((capture) => capture !== undefined);
}
