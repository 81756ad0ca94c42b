import type { EntryFormatName } from '../paging/entry-format';
import type { EntryDecoder } from './decode-request';
import { guestDecoder, kvmDecoder } from './decode-x86';

/** What decodes the entries of a format, and which words make sense in it. */
export interface FormatDecoder {
  readonly decode: EntryDecoder;
  /** Levels as KVM counts. */
  readonly levels: readonly number[];
  readonly entryBits: 32 | 64;
}

const longMode = { levels: [1, 2, 3, 4, 5], entryBits: 64 } as const;
const pae = { levels: [1, 2, 3], entryBits: 64 } as const;

/** Every format's decoder: a new one is its own file and a line here. */
export const decoders: Readonly<Partial<Record<EntryFormatName, FormatDecoder>>> = {
  ept: { decode: kvmDecoder('ept'), ...longMode },
  'ept-noad': { decode: kvmDecoder('ept-noad'), ...longMode },
  npt64: { decode: kvmDecoder('npt64'), ...longMode },
  shadow64: { decode: kvmDecoder('shadow64'), ...longMode },
  pae: { decode: kvmDecoder('pae'), ...pae },
  guest64: { decode: guestDecoder('guest64'), ...longMode },
  'guest-pae': { decode: guestDecoder('guest-pae'), ...pae },
  guest32: { decode: guestDecoder('guest32'), levels: [1, 2], entryBits: 32 },
};
