import {
  cpuConfigKeys,
  directMaps,
  directMapsOf,
  entryFormats,
  eras,
  formatWord,
  layoutNames,
  parseDirective,
  regimes,
} from '../src-core/index';
import type { FileView } from './file-view';

/** A key of the comment line `pagewalk: …`, for the one who writes it. */
interface DirectiveKey {
  readonly says: string;
  /** Values worth offering, the likeliest first. */
  readonly values: (view: FileView) => readonly DirectiveValue[];
}

export interface DirectiveValue {
  readonly value: string;
  readonly about: string;
}

const plain = (values: readonly string[]): DirectiveValue[] =>
  values.map((value) => ({ value, about: '' }));

const nothing = (): DirectiveValue[] => [];

const keys: Readonly<Record<string, DirectiveKey>> = {
  format: {
    says: 'Format of the entries.',
    values: () => entryFormats.map(({ name, title }) => ({ value: name, about: title })),
  },
  kernel: {
    says: 'Linux version whose KVM wrote the entries, such as `6.1` or `6.1.0-56-cloud-amd64`.',
    values: () =>
      eras.map(({ span }) => ({
        value: /[0-9]+\.[0-9]+/.exec(span)?.[0] ?? span,
        about: `Linux ${span}`,
      })),
  },
  layout: {
    says: "KVM's software bits by name, for kernels whose version misleads; goes before `kernel`.",
    values: () => plain(layoutNames),
  },
  root: {
    says: 'Byte address of the root table, or a whole CR3 or EPTP value.',
    values: ({ detection }) =>
      detection.roots.map(({ address, format, levels, evidence }) => ({
        value: formatWord(address),
        about: `${format}, ${levels} levels: ${evidence[0] ?? ''}`,
      })),
  },
  level: {
    says: 'Number of levels of the tables: the root’s level.',
    values: () => plain(['4', '5', '3', '2']),
  },
  second: {
    says:
      'Root of the tables under a guest’s own, or a whole EPTP: `format` and `root` are then the guest’s, ' +
      'and walks go through both dimensions.',
    values: ({ detection }) =>
      detection.roots.map(({ address, format, levels }) => ({
        value: formatWord(address),
        about: `${format}, ${levels} levels`,
      })),
  },
  'second-format': {
    says: 'Format of the tables under a guest’s own.',
    values: () => plain(['ept', 'npt64', 'ept-noad', 'arm64-s2']),
  },
  'second-level': {
    says: 'Number of levels of the tables under a guest’s own.',
    values: () => plain(['4', '5', '3', '2']),
  },
  ttbr: {
    says: 'arm64: `TTBR0_EL1` (or `TTBR0_EL2`); with `tcr` it says all about stage 1.',
    values: nothing,
  },
  tcr: { says: 'arm64: `TCR_EL1` (or `TCR_EL2`).', values: nothing },
  vttbr: {
    says: 'arm64: `VTTBR_EL2`; with `vtcr` it says all about stage 2, with `ttbr` and `tcr` too both stages are walked.',
    values: nothing,
  },
  vtcr: { says: 'arm64: `VTCR_EL2`.', values: nothing },
  hcr: { says: 'arm64: `HCR_EL2`: whether stage 2 forces write-back (FWB).', values: nothing },
  virtual: {
    says:
      'Addresses of the dumps below are virtual: from this one on memory is mapped in order, from ' +
      '`base` (else 0) on. KASLR moves it: `page_offset_base` on x86-64.',
    values: directMapValues,
  },
  base: {
    says:
      'Addresses of the dumps below are offsets: this physical address is their start, or that of ' +
      '`virtual`. Lines of `xxd -p`, which have no addresses, begin here.',
    values: () => [
      { value: '0x0', about: 'Addresses are physical as they are printed.' },
      { value: '0x40000000', about: 'Where RAM begins on QEMU’s arm64 machine `virt`.' },
    ],
  },
};

/** Direct maps, those before others that the file's own virtual addresses may be of. */
function directMapValues({ index }: FileView): DirectiveValue[] {
  const address = index.virtualLine?.address;
  const likely = address === undefined ? [] : directMapsOf(address);
  return [...new Set([...likely, ...directMaps])].map(({ start, title, needsBase }) => ({
    value: formatWord(start),
    about: needsBase ? `${title}; base= says where RAM begins` : title,
  }));
}

/** What the facts of a CPU are called by people; keys as on the command line. */
const cpuKeys: Readonly<Record<string, string>> = {
  vendor: 'Whose rules hold where Intel and AMD differ.',
  maxphyaddr:
    'Physical-address bits of the CPU (CPUID 0x80000008): says which address bits are reserved.',
  x86_phys_bits: 'The kernel’s `x86_phys_bits`, where memory encryption made it smaller.',
  cache_bits: 'The kernel’s `x86_cache_bits`, used by the L1TF guard.',
  l1tf_bug: 'The CPU has the L1TF bug: KVM guards MMIO entries against it.',
  exec_only: 'EPT: execute-only entries are allowed.',
  mbec: 'EPT: mode-based execute control is on; bit 10 is user execute.',
  sme_c_bit: 'AMD: bit number of the memory-encryption bit.',
  me_mask: 'KVM’s `shadow_me_mask`.',
  me_value: 'KVM’s `shadow_me_value`.',
  nxe: 'No-execute is on (EFER.NXE).',
  nx: 'No-execute is on (EFER.NXE).',
  gbpages: '1 GiB pages are allowed.',
  huge_level: 'Highest level at which EPT may hold a leaf.',
  tdx: 'KVM runs TDX guests: suppress-#VE is used.',
  mmio_caching: 'KVM’s module parameter `mmio_caching`.',
  pse: '32-bit paging: 4 MiB pages (CR4.PSE).',
  pse36: '32-bit paging: 4 MiB pages above 4 GiB (PSE-36).',
  granule: 'arm64: translation granule.',
  pa_bits: 'arm64: physical-address bits.',
  lpa2: 'arm64: 52-bit addresses with 4 KiB or 16 KiB granules (FEAT_LPA2).',
  fwb: 'arm64: stage 2 forces write-back (FEAT_S2FWB).',
  xnx: 'arm64: stage 2 has execute-never for EL0 and EL1 apart (FEAT_XNX).',
  regime: 'arm64 stage 1: translation regime.',
  mair: 'arm64 stage 1: `MAIR_ELx`, so that memory attributes can be named.',
  ha: 'arm64: hardware sets the access flag.',
  hd: 'arm64: hardware sets the dirty state.',
  hpd: 'arm64 stage 1: permissions of table entries are ignored (TCR.HPD).',
  ignore_access_flag: 'Walks take a clear access flag (arm64) as set.',
};

/** Words that some key of the CPU takes; each key offers those it understands. */
const cpuWords = [
  'true',
  'false',
  'intel',
  'amd',
  '4K',
  '16K',
  '64K',
  ...regimes.map(({ name }) => name),
];

/** Every key with what it says, those of the file before those of the CPU. */
export function directiveHelp(): { readonly key: string; readonly says: string }[] {
  return [
    ...Object.entries(keys).map(([key, { says }]) => ({ key, says })),
    ...Object.entries(cpuKeys).map(([key, says]) => ({ key, says })),
  ];
}

/** Values to offer for a key; none for a key that is not known. */
export function directiveValues(view: FileView, key: string): readonly DirectiveValue[] {
  const name = key.toLowerCase();
  const own = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (own) return own.values(view);
  const config = Object.hasOwn(cpuConfigKeys, name) ? cpuConfigKeys[name] : undefined;
  return config ? plain(cpuWords.filter((word) => config.parse(word) !== undefined)) : nothing();
}

/** A word of a comment line: where it stands, and how it is cut in two. */
export interface DirectiveWord {
  readonly key: string;
  /** `null`: there is no `=` yet. */
  readonly value: string | null;
  readonly start: number;
  readonly end: number;
}

/** The word of a comment line at a column, or an empty one; `undefined`: no comment line, or before its words. */
export function directiveWordAt(text: string, column: number): DirectiveWord | undefined {
  const parsed = parseDirective(text);
  if (!parsed || column < parsed.end) return undefined;
  for (const match of text.slice(parsed.end).matchAll(/\S+/g)) {
    const start = parsed.end + match.index;
    const end = start + match[0].length;
    if (column < start || column > end) continue;
    const sign = match[0].indexOf('=');
    return sign < 0
      ? { key: match[0], value: null, start, end }
      : { key: match[0].slice(0, sign), value: match[0].slice(sign + 1), start, end };
  }
  return { key: '', value: null, start: column, end: column };
}
