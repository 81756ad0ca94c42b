import { formatHex, readHex } from './hex-digits';

/** What a person typed, understood as an address; or why it is none. */
export type TypedAddress =
  | {
      /** `0x…`, lower case, no padding. */
      readonly address: string;
      /** One line that says how it was understood. */
      readonly note: string;
    }
  | { readonly problem: string };

const pageShift = 12n;
const frameWord = /^(gfn|pfn|frame)\s*[:=]?\s*/i;

/** Reads an address in hexadecimal; `gfn 12345` (pfn, frame) is the address of a 4 KiB frame. */
export function readAddress(typed: string): TypedAddress {
  const text = typed.trim();
  const frame = frameWord.exec(text);
  const number = readHex(text.slice(frame?.[0].length ?? 0));
  if ('problem' in number) return number;
  if (!frame) return { address: formatHex(number.value), note: frameNote(number.value) };
  const address = number.value << pageShift;
  if (address >> 64n) return { problem: 'The address of this frame has more than 64 bits.' };
  return { address: formatHex(address), note: `address ${formatHex(address)}` };
}

function frameNote(address: bigint): string {
  const offset = address & ((1n << pageShift) - 1n);
  const frame = formatHex(address >> pageShift);
  return `frame number ${frame}, offset ${formatHex(offset)} in its 4 KiB page`;
}
