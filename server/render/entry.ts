import {
  type DecodedEntry,
  entryFormats,
  type EntryFormat,
  type EntryFormatName,
  type FactValue,
  formatWord,
  layoutsOfFormat,
  type Finding,
  sizeText,
} from '../../src-core/index';

import { type Answer, code, type Line, type Link, strong } from './answer';
import { entryKinds, mapsMemory } from './entry-kinds';
import { factPhrases, isFacts, plain } from './fact-phrases';
import { everyBit, fieldTable } from './field-table';
import { levelText, rightsText, shortRights, shortSize } from './quantities';

/** What stands around an entry, where that is known. */
export interface EntrySurroundings {
  /** Where the entry stands: a line behind its meaning. */
  readonly where?: Line;
  /** Further lines for below the table. */
  readonly notes?: readonly Line[];
  readonly links?: readonly Link[];
}

/** The answer to "what does this entry say?". */
export function entryAnswer(entry: DecodedEntry, around: EntrySurroundings = {}): Answer {
  const { where, notes = [], links = [] } = around;
  return {
    headline: entryHeadline(entry),
    meaning: [...entryMeaning(entry), ...(where ? [where] : [])],
    ...entryWarnings(entry),
    table: fieldTable(entry.fields),
    everyBit: everyBit(entry.fields),
    notes,
    basis: basisText(entry),
    links,
  };
}

/** One line: kind, size and rights, and where it points. */
export function entryHeadline(entry: DecodedEntry): Line {
  const format = formatOf(entry.format);
  const kind = entryKinds[entry.kind];
  const level = levelText(format.hardware, entry.level);
  if (mapsMemory(entry.kind)) {
    const size = entry.pageSize === null ? level : sizeText(entry.pageSize);
    const rights = rightsOf(entry);
    return [
      strong([`${format.title} ${kind.title}`, size, ...rights].join(', ')),
      ...pointsTo(entry, format),
    ];
  }
  if (entry.kind === 'mmio') {
    const target = mmioTarget(entry.facts.mmio, format);
    return [strong(`${format.title} ${kind.title}, ${level}`), ...target];
  }
  return [strong(`${format.title} ${kind.title}, ${level}`), ...pointsTo(entry, format)];
}

/** At most two lines: what the kind means, then what the facts say. */
export function entryMeaning(entry: DecodedEntry): Line[] {
  // Not present to KVM, present to the CPU: what that leads to is a finding.
  const differs = entry.kind === 'not-present' && entry.facts.hw_present === true;
  const says = differs ? 'KVM does not count the entry as present.' : entryKinds[entry.kind].says;
  const phrases = factPhrases(entry.facts).join(' · ');
  return [says, phrases].filter((line) => line !== '').map((line) => [line]);
}

/** The entry in a few words, for rows of trees and walks: `4K rwxu → 0x67890`. */
export function entryInShort(entry: DecodedEntry): string {
  const kind = entryKinds[entry.kind].word;
  const target = entry.address === null ? '' : ` → ${formatWord(entry.address)}`;
  const worst = entry.findings.find((finding) => finding.severity === 'error');
  const trouble = worst ? `, ${worst.code}` : '';
  if (mapsMemory(entry.kind)) {
    const size = entry.pageSize === null ? kind : shortSize(entry.pageSize);
    const rights = entry.permissions ? ` ${shortRights(entry.permissions)}` : '';
    const tracked = entry.facts.access_tracked === true ? ', access-tracked' : '';
    return `${size}${rights}${target}${tracked}${trouble}`;
  }
  if (entry.kind === 'mmio' && isFacts(entry.facts.mmio)) {
    const { gfn, generation } = entry.facts.mmio;
    return `mmio gfn ${plain(gfn)} gen ${plain(generation)}${trouble}`;
  }
  return `${kind}${target}${trouble}`;
}

const kernelUnknown = 'kernel-unknown';

/**
 * What is wrong with an entry; and ahead of everything, where kernels that may have written it read
 * it differently and nobody named one. Their readings stand in the notes.
 */
export function entryWarnings(entry: DecodedEntry): Pick<Answer, 'ahead' | 'warnings'> {
  const { findings, format, layout } = entry;
  const warnings = findings.filter(({ code: name }) => name !== kernelUnknown).map(findingLine);
  if (warnings.length === findings.length) return { warnings };
  const span = layoutsOfFormat(format).find(({ name }) => name === layout)?.span ?? 'one of them';
  const ahead: Line = [
    strong('The kernel is not known, and it matters:'),
    ` this is read as of ${span}, and others that it fits read it differently. Name the kernel to be sure.`,
  ];
  return { ahead, warnings };
}

/** A finding as a line; its sign is the printer's. */
export function findingLine(finding: Pick<Finding, 'message'>): Line {
  return [finding.message];
}

/** The entry format of that name. */
export function formatOf(name: EntryFormatName): EntryFormat {
  return entryFormats.find((format) => format.name === name)!;
}

/** What the address an entry holds is called. */
export function outputName(format: EntryFormat): string {
  return format.kvm && format.hardware !== 'arm64-stage2' ? 'HPA' : 'PA';
}

function rightsOf(entry: DecodedEntry): string[] {
  if (entry.permissions === null) return [];
  const { user } = entry.permissions;
  return [rightsText(entry.permissions), ...(user === null ? [] : [user ? 'user' : 'supervisor'])];
}

function pointsTo(entry: DecodedEntry, format: EntryFormat): Line {
  if (entry.address === null) return [];
  const address = formatWord(entry.address);
  if (!mapsMemory(entry.kind)) return [' → table ', code(address)];
  const frame = formatWord(entry.address >> 12n);
  return [' → frame ', code(frame), ` (${outputName(format)} `, code(address), ')'];
}

function mmioTarget(mmio: FactValue | undefined, { hardware }: EntryFormat): Line {
  if (!isFacts(mmio)) return [];
  // EPT's entries have no room for it: the mask of the access is 0 there, on every kernel
  // (`get_mmio_spte_access()` up to v5.3; `kvm_mmu_set_mmio_spte_mask(…, 0)` of vmx from v5.4 on).
  const access = hardware === 'ept' ? '' : `, access ${mmioAccess(mmio.access)}`;
  return [
    ' → GFN ',
    code(plain(mmio.gfn)),
    ' (GPA ',
    code(plain(mmio.gpa)),
    `), generation ${plain(mmio.generation)}${access}`,
  ];
}

/** The access KVM cached beside an MMIO frame number. kvm/mmu.h: ACC_EXEC_MASK 1, WRITE 2, USER 4. */
function mmioAccess(access: FactValue | undefined): string {
  const bits = Number(access ?? 0);
  const names = ['execute', 'write', 'user'].filter((_, bit) => (bits >> bit) & 1);
  return names.length === 0 ? 'none' : names.join(', ');
}

function basisText(entry: DecodedEntry): string {
  const layout = entry.layout === null ? '' : ` Layout ${entry.layout}.`;
  const why = entry.basis.why;
  return `${why}${why === '' || /[.!?]$/.test(why) ? '' : '.'}${layout}`.trim();
}
