import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { GuestFormName } from '../../../../src-core/sim/shadow/guest-form';
import { sharedPlace } from '../../../golden/places';

/** A guest whose tables a real KVM shadowed: captures/x86, their README tells how they were taken. */
export interface CapturedGuest {
  readonly name: string;
  readonly folder: string;
  readonly cr3: string;
  /** Where the entries of its tables lie that are not 0. */
  readonly entryAddresses: readonly number[];
  /** A scenario of the same guest: its tables as it left them, its memory, the frames behind it. */
  readonly scenario: Record<string, unknown>;
  readonly leaves: readonly CapturedLeaf[];
  /** Shadow pages that KVM made or found again, as its trace prints them: frame and role. */
  readonly pages: ReadonlySet<string>;
}

/** An address that KVM's shadow mapped. */
export interface CapturedLeaf {
  readonly gva: string;
  readonly level: number;
  readonly spte: bigint;
  readonly memslot: string | null;
  /** Where the guest's own tables lead. */
  readonly guestGpa: bigint;
}

interface Run {
  readonly folder: string;
  readonly guest: GuestFormName;
  readonly kernel: string;
}

const runs: readonly Run[] = [
  { folder: 'sh32-6.1', guest: '32', kernel: '6.1' },
  { folder: 'sh64-6.12', guest: '64', kernel: '6.12' },
  { folder: 'shpae-7.2', guest: 'pae', kernel: '7.2' },
];

interface SlotFile {
  readonly slots: readonly {
    readonly live: boolean;
    readonly flags: number;
    /** First guest and host address, pages, and how the host backs them. */
    readonly runs: readonly (readonly [gpa: string, hpa: string, pages: number, kind: string])[];
  }[];
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const readOnlyFlag = 2;

/** Each run of frames is a slot: a machine's slots have their frames in a row. */
function slotsOf({ slots }: SlotFile): Record<string, unknown>[] {
  return slots
    .filter(({ live }) => live)
    .flatMap(({ flags, runs: rows }) =>
      rows.map(([gpa, hpa, pages, kind]) => ({
        gfn: hex(BigInt(gpa) >> 12n),
        pages,
        pfn: hex(BigInt(hpa) >> 12n),
        hostPage: kind === '' ? '4K' : '2M',
        readOnly: (flags & readOnlyFlag) !== 0,
      })),
    )
    .map((slot, id) => ({ id, ...slot }));
}

function guestTables(folder: string, bytes: 4 | 8) {
  const index = JSON.parse(readFileSync(path.join(folder, 'guest-tables.json'), 'utf8')) as {
    readonly cr3: string;
    readonly pages: readonly { readonly gpa: string; readonly file_offset: number }[];
  };
  const data = readFileSync(path.join(folder, 'guest-tables.bin'));
  const tables = index.pages.map(({ gpa, file_offset: offset }) => {
    const entries: [number, string][] = [];
    for (let at = 0; at < 4096 / bytes; at++) {
      const place = offset + at * bytes;
      const value = bytes === 4 ? BigInt(data.readUInt32LE(place)) : data.readBigUInt64LE(place);
      if (value !== 0n) entries.push([at, hex(value)]);
    }
    return { pa: gpa, entries };
  });
  return { cr3: index.cr3, tables };
}

interface Translation {
  readonly gva: string;
  readonly status: string;
  readonly level: number;
  readonly leaf_spte?: string;
  readonly memslot: string | null;
  readonly guest_gpa?: string;
}

/** `sp gen 1 gfn 101 l1 4-byte q0 wux nxe ad root 0 sync new`: what stands before the root count. */
function pagesOfTrace(folder: string): Set<string> {
  const text = readdirSync(folder)
    .filter((name) => /^trace(-tail)?\.txt$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const lines = text.matchAll(/kvm_mmu_get_page: sp gen \d+ (gfn \S+ .*?) root \d/g);
  return new Set([...lines].map((line) => line[1]!));
}

/** The captured guests; none where the captures are not there. */
export function capturedGuests(): CapturedGuest[] {
  const folder = sharedPlace('captures', 'x86');
  if (folder === undefined) return [];
  return runs.map(({ folder: name, guest, kernel }) => {
    const place = path.join(folder, name);
    const read = (file: string): unknown =>
      JSON.parse(readFileSync(path.join(place, file), 'utf8'));
    const bytes = guest === '32' ? 4 : 8;
    const { cr3, tables } = guestTables(place, bytes);
    const translations = read('translations.json') as readonly Translation[];
    return {
      name,
      folder: place,
      cr3,
      entryAddresses: tables.flatMap(({ pa, entries }) =>
        entries.map(([index]) => Number(pa) + index * bytes),
      ),
      scenario: {
        machine: { kernel, guest, cr3, cpu: { maxphyaddr: 40 } },
        slots: slotsOf(read('slots.json') as SlotFile),
        guestTables: tables,
        run: [],
      },
      pages: pagesOfTrace(place),
      leaves: translations.flatMap(
        ({ gva, status, level, leaf_spte: spte, memslot, guest_gpa: gpa }) =>
          status === 'mapped'
            ? [{ gva, level, spte: BigInt(spte!), memslot, guestGpa: BigInt(gpa ?? 0) }]
            : [],
      ),
    };
  });
}
